#include "srv_order.hpp"

#include <gtest/gtest.h>

#include <map>

namespace offhook::transport {
namespace {

using dns::Srv;

std::string order(const std::vector<Srv>& records, Random& random) {
  std::string out;
  for (const Srv& srv : srv_order(records, random)) out += srv.target;
  return out;
}

TEST(SrvOrder, LowerPriorityNumberComesFirst) {
  SeededRandom random(1);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(order({{30, 9, 1, "c"}, {10, 0, 1, "a"}, {20, 65535, 1, "b"}}, random), "abc");
}

// The first choice of 20,000 draws lies by its weight; the bounds are more than six standard deviations away.
TEST(SrvOrder, WeightsShareTheFirstChoice) {
  SeededRandom random(7);
  std::map<char, int> first;
  const std::vector<Srv> records{{1, 10, 1, "a"}, {1, 30, 1, "b"}, {1, 60, 1, "c"}};
  for (int i = 0; i < 20000; ++i) ++first[order(records, random).front()];
  // A number from 0 to 100, both included: 0..10, 11..40, 41..100 of 101.
  EXPECT_NEAR(first['a'], 20000 * 11 / 101, 300);
  EXPECT_NEAR(first['b'], 20000 * 30 / 101, 400);
  EXPECT_NEAR(first['c'], 20000 * 60 / 101, 450);
}

TEST(SrvOrder, WeightZeroHasAVerySmallChance) {
  SeededRandom random(3);
  int zero_first = 0;
  const std::vector<Srv> records{{1, 99, 1, "a"}, {1, 0, 1, "z"}};
  for (int i = 0; i < 20000; ++i) zero_first += order(records, random) == "za" ? 1 : 0;
  EXPECT_GT(zero_first, 100);  // 1 in 100: 200
  EXPECT_LT(zero_first, 300);
}

TEST(SrvOrder, OnlyZerosKeepTheirOrder) {
  SeededRandom random(3);
  EXPECT_EQ(order({{1, 0, 1, "a"}, {1, 0, 1, "b"}, {1, 0, 1, "c"}}, random), "abc");
}

TEST(SrvOrder, EachRecordStaysExactlyOnce) {
  SeededRandom random(11);
  const std::vector<Srv> records{{1, 5, 1, "a"}, {1, 0, 1, "b"}, {1, 65535, 1, "c"}, {2, 1, 1, "d"}, {2, 0, 1, "e"}};
  std::map<std::string, int> seen;
  for (int i = 0; i < 500; ++i) {
    auto text = order(records, random);
    ++seen[text];
    EXPECT_EQ(text.find_first_of("de"), 3U);
    std::sort(text.begin(), text.end());
    EXPECT_EQ(text, "abcde");
  }
  EXPECT_GT(seen.size(), 3U);
  EXPECT_TRUE(srv_order({}, random).empty());
}

}  // namespace
}  // namespace offhook::transport
