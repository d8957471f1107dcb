// The WebSocket of the API over a real rack.
#include "fixture.hpp"

namespace offhook::api::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> types(const std::vector<json>& events) {
  std::vector<std::string> out;
  for (const auto& event : events) out.push_back(event.at("type"));
  return out;
}

TEST_F(PhonesApiTest, SocketOpensAtEventsOnly) {
  EXPECT_TRUE(api_.connected(now_, 1, "/api/events"));
  EXPECT_TRUE(api_.connected(now_, 2, "/api/events?x=1"));
  for (const char* path : {"/", "/api/event", "/api/events/", "/api/phones"})
    EXPECT_FALSE(api_.connected(now_, 3, path)) << path;
}

TEST_F(PhonesApiTest, SocketsBeyondTheLimitAreRefused) {
  SocketId socket = 1;
  while (api_.connected(now_, socket, "/api/events")) ASSERT_LT(++socket, 1000);
  EXPECT_EQ(send("GET", "/api/events").status, 503);
}

TEST_F(PhonesApiTest, FirstFrameIsTheSnapshot) {
  connect_call();
  now_.mono += milliseconds(250);
  api_.connected(now_, 1, "/api/events");
  const auto events = pushed(1);
  ASSERT_THAT(types(events), ElementsAre("snapshot"));
  EXPECT_EQ(events[0].at("version"), get("/api/version").at("version"));
  EXPECT_EQ(events[0].at("now"), 250.0);
  EXPECT_EQ(events[0].at("phones"), get("/api/phones").at("phones"));
  EXPECT_EQ(events[0].at("messages"), get("/api/messages").at("messages"));
}

TEST_F(PhonesApiTest, SnapshotHoldsTheLast500Messages) {
  const transport::Flow flow{transport::Protocol::Udp, at(5061), at(5062), 0};
  for (int i = 0; i < 600; ++i) recorder_.sent(now_, flow::Kind::Sip, flow, "junk " + std::to_string(i));
  api_.connected(now_, 1, "/api/events");
  const auto messages = pushed(1).at(0).at("messages");
  EXPECT_EQ(messages.size(), 500);
  EXPECT_EQ(messages.back().at("summary"), "junk 599");
}

TEST_F(PhonesApiTest, ChangesArePushedAsTheyAre) {
  api_.connected(now_, 1, "/api/events");
  pushed(1);
  post("/api/phones/A/dial", R"({"number":"1002"})");
  const auto events = pushed(1);
  EXPECT_THAT(types(events), ElementsAre("phone", "phone", "message", "message", "message"));
  EXPECT_EQ(events[0].at("phone"), get("/api/phones/A"));
  EXPECT_EQ(events[2].at("message").at("label"), "INVITE");
  EXPECT_EQ(events[4].at("message").at("label"), "180 Ringing");
  EXPECT_THAT(pushed(1), IsEmpty());
}

TEST_F(PhonesApiTest, HearingIsToldWhenItChanges) {
  api_.connected(now_, 1, "/api/events");
  pushed(1);
  api_.hearing("A", {"B"});
  api_.hearing("A", {"B"});
  EXPECT_THAT(pushed(1), ElementsAre(json({{"type", "hearing"}, {"phone", "A"}, {"hears", {"B"}}})));
  api_.hearing("A", {"B"});
  EXPECT_THAT(pushed(1), IsEmpty());
  EXPECT_EQ(get("/api/phones/A").at("hears"), json({"B"}));
  api_.hearing("A", {});
  EXPECT_THAT(pushed(1), ElementsAre(json({{"type", "hearing"}, {"phone", "A"}, {"hears", json::array()}})));
}

TEST_F(PhonesApiTest, LostMessageIsToldAgainOnceItIsLost) {
  api_.connected(now_, 1, "/api/events");
  pushed(1);
  wire_cut_ = true;
  post("/api/phones/A/dial", R"({"number":"1002"})");
  const auto first = pushed(1).back().at("message");
  EXPECT_EQ(first.at("lost"), false);
  pass(milliseconds(500));
  const auto again = pushed(1).back().at("message");
  EXPECT_EQ(again.at("retransmission"), true);
  pass(milliseconds(1000));
  const auto events = pushed(1);
  EXPECT_EQ(events.at(0).at("message").at("number"), first.at("number"));
  EXPECT_EQ(events.at(0).at("message").at("lost"), true);
}

TEST_F(PhonesApiTest, MessageThatIsNotKeptAnyMoreIsNotTold) {
  api_.connected(now_, 1, "/api/events");
  pushed(1);
  recorder_.sent(now_, flow::Kind::Sip, {transport::Protocol::Udp, at(5061), at(5062), 0}, "junk");
  recorder_.clear();
  EXPECT_THAT(pushed(1), IsEmpty());
}

TEST_F(PhonesApiTest, WhatClientsSayChangesNothing) {
  api_.connected(now_, 1, "/api/events");
  pushed(1);
  api_.received(now_, 1, "{\"type\":\"dial\"}");
  api_.received(now_, 99, std::string(1000, '\xff'));
  EXPECT_THAT(pushed(1), IsEmpty());
  api_.disconnected(1);
  connect_call();
  EXPECT_FALSE(api_.poll_push());
}

}  // namespace
}  // namespace offhook::api::test
