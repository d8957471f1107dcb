#include <gtest/gtest.h>

#include <array>
#include <set>
#include <vector>

#include "base/ascii.hpp"
#include "base/endpoint.hpp"
#include "base/queue.hpp"
#include "base/random.hpp"
#include "base/short_text.hpp"
#include "base/slot_map.hpp"

namespace offhook {
namespace {

TEST(Queue, GivesBackInTheOrderOfTheComing) {
  Queue<std::string> queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.pop(), std::nullopt);
  for (int round = 0; round < 3; ++round) {
    const int count = round == 1 ? 1000 : 3;
    for (int i = 0; i < count; ++i) queue.push(std::to_string(i));
    EXPECT_EQ(queue.size(), count);
    EXPECT_EQ(queue.pop(), "0");
    queue.push("last");
    for (int i = 1; i < count; ++i) EXPECT_EQ(queue.pop(), std::to_string(i));
    EXPECT_EQ(queue.pop(), "last");
    EXPECT_TRUE(queue.empty());
  }
}

TEST(Queue, DrainsWhatComesMeanwhileToo) {
  Queue<int> queue;
  std::vector<int> seen;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 300; ++i) queue.emplace(i);
    EXPECT_EQ(queue.pop(), 0);
    queue.drain([&](int& item) {
      seen.push_back(item);
      if (item < 1000 && item % 100 == 7) queue.push(item + 1000);
    });
    EXPECT_TRUE(queue.empty());
    ASSERT_EQ(seen.size(), 302U);
    EXPECT_EQ(seen.front(), 1);
    EXPECT_EQ(seen[298], 299);
    EXPECT_EQ(std::vector<int>(seen.begin() + 299, seen.end()), (std::vector<int>{1007, 1107, 1207}));
    seen.clear();
  }
}

TEST(Random, AppendsWhatItGives) {
  SeededRandom one(7), other(7);
  std::string text = "z9hG4bK";
  one.append_token(text, 16);
  EXPECT_EQ(text, "z9hG4bK" + other.token(16));
}

TEST(Endpoint, ParsesAndPrintsBothFamilies) {
  for (const auto* text : {"127.0.0.1:5060", "0.0.0.0:0", "[::1]:5061", "[2001:db8::9:1]:65535", "[::]:1",
                           "[1:2:3:4:5:6:7:8]:9", "[1::]:9", "[1:0:0:2::3]:9"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->text(), text);
  }
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.10")->text(), "::ffff:c000:20a");
  EXPECT_EQ(IpAddress::parse("[2001:db8:::192.0.2.1]"), IpAddress::parse("2001:db8::192.0.2.1"));
  EXPECT_EQ(IpAddress::parse(":::192.0.2.1"), IpAddress::parse("::192.0.2.1"));
  EXPECT_EQ(Endpoint::parse("192.0.2.1", 5060)->port, 5060);
  EXPECT_EQ(Endpoint::parse("::1", 5060)->text(), "[::1]:5060");
}

TEST(Endpoint, RefusesWhatIsNoAddress) {
  for (const auto* text : {"",
                           "localhost:1",
                           "1.2.3:4",
                           "1.2.3.4",
                           "1.2.3.256:1",
                           "1.2.3.4:65536",
                           "1.2.3.4:",
                           "[1:2]:3",
                           "[1::2::3]:4",
                           ":::1",
                           "[::1",
                           "1.2.3.4.5:6",
                           "[1:2:3:4:5:6:7:8:9]:1",
                           "[12345::]:1",
                           "[:1::2]:3",
                           "[1:]:2",
                           "::1:5060:",
                           "[2001:db8::::192.0.2.1]:1",
                           "[2001:db8:::1]:1",
                           "[1:::2:192.0.2.1]:1",
                           "[1::2::192.0.2.1]:1"})
    EXPECT_FALSE(Endpoint::parse(text)) << text;
}

TEST(Random, SeedRepeatsAndTokensAreTokens) {
  SeededRandom a(7), b(7), c(8);
  const auto token = a.token(40);
  EXPECT_EQ(token, b.token(40));
  EXPECT_NE(token, c.token(40));
  EXPECT_EQ(token.size(), 40);
  for (const char ch : token) EXPECT_TRUE(is_digit(ch) || (ch >= 'a' && ch <= 'z'));
  for (int i = 0; i < 1000; ++i) EXPECT_LT(a.below(7), 7);
}

struct ThingTag;
TEST(SlotMap, StaleHandleFindsNothing) {
  SlotMap<ThingTag, std::string> map;
  const auto first = map.insert("first");
  EXPECT_EQ(*map.find(first), "first");
  EXPECT_TRUE(map.erase(first));
  EXPECT_FALSE(map.erase(first));
  const auto second = map.insert("second");
  EXPECT_EQ(second.index, first.index);
  EXPECT_EQ(map.find(first), nullptr);
  EXPECT_EQ(*map.find(second), "second");
  EXPECT_EQ(map.find({}), nullptr);
}

TEST(SlotMap, GenerationsHaveThirtyBits) {
  EXPECT_EQ(next_generation(1), 2U);
  const std::uint32_t last = (1U << 30) - 1;
  EXPECT_EQ(next_generation(last - 1), last);
  EXPECT_EQ(next_generation(last), 1U);
  using Id = Handle<ThingTag>;
  EXPECT_EQ((Id{UINT32_MAX, last}).number() >> Id::kNumberBits, 0U);
}

TEST(Ascii, Numbers) {
  EXPECT_EQ(parse_number<std::uint8_t>("255"), 255);
  EXPECT_FALSE(parse_number<std::uint8_t>("256"));
  EXPECT_FALSE(parse_number<int>("-1"));
  EXPECT_FALSE(parse_number<int>("1 "));
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim("  "), "");
}

TEST(Endpoint, NeighboursHaveHashesOfTheirOwn) {
  std::set<std::size_t> all, ends;
  const auto add = [&](const Endpoint& endpoint) {
    const std::size_t hash = std::hash<Endpoint>{}(endpoint);
    all.insert(hash);
    ends.insert(hash % 4096);
  };
  std::array<std::uint8_t, 16> v6{0x20, 0x01, 0x0d, 0xb8};
  for (std::uint8_t i = 0; i < 64; ++i)
    for (std::uint16_t port = 5060; port < 5124; ++port) {
      add({IpAddress::v4(10, 0, i, 1), port});
      v6[15] = i;
      add({IpAddress::v6(v6), port});
    }
  EXPECT_EQ(all.size(), 2U * 64 * 64);
  EXPECT_GT(ends.size(), 3000U) << "8,192 into 4,096 buckets: some 3,540 by chance";
}

TEST(ShortText, IsTheSameTextAlsoWhenItGrowsLong) {
  ShortText<8> text;
  EXPECT_EQ(text.view(), "");
  text.append("1234").append(std::string_view{}).append('5');
  EXPECT_EQ(text.view(), "12345");
  text.append("678");
  EXPECT_EQ(text.view(), "12345678") << "as much as there is room for";
  text.append('9').append("ab");
  EXPECT_EQ(text.view(), "123456789ab");
  text.data()[0] = 'x';
  EXPECT_EQ(text.view().front(), 'x');
  EXPECT_EQ(text.size(), 11U);
}

}  // namespace
}  // namespace offhook
