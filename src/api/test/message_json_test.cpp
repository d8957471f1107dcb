#include "message_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json_text.hpp"

namespace offhook::api {
namespace {

constexpr TimePoint kStart{seconds(10)};

flow::Record record(std::string bytes) {
  flow::Record out;
  out.number = 3;
  out.sent.mono = kStart + milliseconds(40);
  out.from = {IpAddress::loopback(), 5061};
  out.to = {IpAddress::loopback(), 5060};
  out.from_party = "A";
  out.to_party = "P";
  out.bytes = std::move(bytes);
  return out;
}

TEST(MessageJson, OfBytesThatAreNoMessageIsStillAnArrow) {
  auto broken = record(std::string("\xff\xfe\0 what?\r\nx", 12));
  const auto out = message_json(broken, kStart, kStart);
  EXPECT_EQ(out.at("label"), "?");
  EXPECT_EQ(out.at("from"), "A");
  // Not UTF-8: written with replacement characters, no exception.
  EXPECT_NE(json_text(out), "");
}

TEST(MessageJson, IsLostWhenItHasNotArrivedForASecond) {
  auto sent = record("x");
  EXPECT_FALSE(is_lost(sent, sent.sent.mono + milliseconds(999)));
  EXPECT_TRUE(is_lost(sent, sent.sent.mono + seconds(1)));
  EXPECT_EQ(message_json(sent, kStart, sent.sent.mono + seconds(1)).at("lost"), true);
  sent.delivered = sent.sent.mono + milliseconds(1);
  EXPECT_FALSE(is_lost(sent, sent.sent.mono + seconds(100)));
}

TEST(MessageJson, NobodyKnowsWhetherAStrangerGotIt) {
  auto sent = record("x");
  sent.to_party = sent.to.text();
  EXPECT_FALSE(is_under_way(sent));
  EXPECT_FALSE(is_lost(sent, sent.sent.mono + seconds(100)));
}

}  // namespace
}  // namespace offhook::api
