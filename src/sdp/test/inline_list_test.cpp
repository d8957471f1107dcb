#include "sdp/inline_list.hpp"

#include <gmock/gmock.h>

#include <utility>

namespace offhook::sdp {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;
using List = InlineList<int, 3>;

List of(int n) {
  List out;
  for (int i = 0; i < n; ++i) out.push_back(i);
  return out;
}

TEST(InlineList, GrowsPastItsPlace) {
  for (int n = 0; n < 8; ++n) {
    const List list = of(n);
    ASSERT_EQ(list.size(), static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) EXPECT_EQ(list[i], i);
  }
}

TEST(InlineList, IsCopiedAndMovedOnBothSidesOfItsPlace) {
  for (const int n : {0, 2, 3, 5}) {
    List list = of(n);
    List copy = list;
    EXPECT_EQ(copy, list);
    List other = of(4);
    other = list;
    EXPECT_EQ(other, list);
    List moved = std::move(copy);
    EXPECT_EQ(moved, list);
    EXPECT_THAT(copy, IsEmpty());  // NOLINT(bugprone-use-after-move): what is left is defined
    other = std::move(moved);
    EXPECT_EQ(other, list);
    copy.push_back(7);
    EXPECT_THAT(copy, ElementsAre(7));
  }
}

TEST(InlineList, DropsInPlace) {
  List small = of(3), large = of(6), shrinks = of(6);
  small.remove_if([](int i) { return i == 1; });
  large.remove_if([](int i) { return i == 0; });
  shrinks.remove_if([](int i) { return i > 1; });
  EXPECT_THAT(small, ElementsAre(0, 2));
  EXPECT_THAT(large, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(shrinks, ElementsAre(0, 1));
  shrinks.push_back(9);
  EXPECT_THAT(shrinks, ElementsAre(0, 1, 9));
}

}  // namespace
}  // namespace offhook::sdp
