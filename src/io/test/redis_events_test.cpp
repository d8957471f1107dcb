// Event state as it travels and as it is kept in Redis.
#include <gtest/gtest.h>

#include <limits>

#include "io/redis_values.hpp"

namespace offhook::io {
namespace {

proxy::SharedDialog dialog() {
  proxy::SharedDialog out;
  out.id = 0xfedcba9876543210;
  out.user = "1002";
  out.state = proxy::CallState::Answered;
  out.age = milliseconds(1234);
  out.call_id = "a84b4c76e66710@pc33.example.test";
  out.local_tag = "1928301774";
  out.remote_tag = "a6c85cf";
  out.local = "\"Bob: 1\" <sip:1002@example.test>";
  out.remote = "<sip:1001@example.test>";
  out.local_target = "<sip:1002@192.0.2.12:5060;transport=tcp>;expires=60";
  out.remote_target = "<sip:1001@192.0.2.11>";
  out.peer_is_ours = out.ended_here = true;
  return out;
}
proxy::SharedPublication publication() {
  return {"sip:1002@example.test",      "id1", "tag1", "<presence>\r\n</presence>", 1289690940000001,
          WallTime(seconds(1289694540))};
}
proxy::SharedMessages messages() { return {"sip:1001@example.test", {2, 8, 1, 0}, 1289690940000002}; }

std::vector<proxy::SharedEvent> samples() {
  auto ended = dialog();
  ended.state = proxy::CallState::Ended;
  ended.end = proxy::CallEnd::Failed;
  ended.status = 486;
  auto removed = publication();
  removed.document.clear();
  auto most = messages();
  most.version = std::numeric_limits<std::uint64_t>::max();
  return {proxy::SharedWatch{proxy::SharedPackage::Dialogs, "1001", true},
          proxy::SharedWatch{proxy::SharedPackage::Messages, "", false},
          dialog(),
          ended,
          proxy::SharedSnapshot{true},
          proxy::SharedSnapshot{false},
          publication(),
          removed,
          messages(),
          most};
}

TEST(RedisEvents, ComeBackAsTheyWere) {
  for (const auto& event : samples()) {
    const auto back = parse_event_text(event_text(event));
    ASSERT_TRUE(back) << event_text(event);
    EXPECT_EQ(*back, event) << event_text(event);
  }
}

TEST(RedisEvents, APartIsNothing) {
  for (const auto& event : samples()) {
    const std::string text = event_text(event);
    for (std::size_t size = 0; size < text.size(); ++size)
      EXPECT_FALSE(parse_event_text(std::string_view(text).substr(0, size))) << text.substr(0, size);
    EXPECT_FALSE(parse_event_text(text + '0'));
    EXPECT_FALSE(parse_event_text('x' + text.substr(1)));
  }
}

TEST(RedisEvents, NobodyEndsALineOfAMessage) {
  auto bad = dialog();
  bad.user = "1002\r\nX: y";
  EXPECT_FALSE(parse_event_text(event_text(bad)));
  bad = dialog();
  bad.remote = "<sip:1001@example.test>\r\n ;x";
  const auto folded = parse_event_text(event_text(bad));
  ASSERT_TRUE(folded);
  EXPECT_EQ(std::get<proxy::SharedDialog>(*folded).remote, "<sip:1001@example.test>   ;x");
  auto tag = publication();
  tag.etag = "two words";
  EXPECT_FALSE(parse_event_text(event_text(tag)));
}

TEST(RedisEvents, WhatBelongsToNobodyIsKept) {
  const auto one = redis_event(publication());
  ASSERT_TRUE(one);
  EXPECT_EQ(one->key, "offhook-event:{sip:1002@example.test}");
  EXPECT_TRUE(is_event_key(one->key));
  EXPECT_EQ(one->field, "p id1");
  EXPECT_TRUE(one->value.starts_with("00001289690940000001 tag1 1289694540000\np")) << one->value;
  EXPECT_EQ(event_version(one->value), "00001289690940000001 tag1");
  EXPECT_EQ(parse_redis_event(one->value), proxy::SharedEvent(publication()));
  const auto counts = redis_event(messages());
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->field, "m");
  EXPECT_TRUE(counts->value.starts_with("00001289690940000002 0000000002000000000800000000010000000000 0\nm"))
      << counts->value;
  EXPECT_FALSE(redis_event(dialog()));
  EXPECT_FALSE(redis_event(proxy::SharedSnapshot{}));
  EXPECT_FALSE(is_event_key("offhook:{sip:1002@example.test}"));
}

TEST(RedisEvents, ThatNoMessagesWaitIsForgottenAfterADay) {
  auto none = messages();
  none.messages = {};
  const std::string value = redis_event(none)->value;
  EXPECT_NE(value.find(" 1289777340000\n"), std::string::npos) << value;
}

// The script compares texts, the engine numbers: they must agree.
TEST(RedisEvents, LaterIsGreater) {
  auto early = messages(), late = messages();
  late.version = 10'000'000'000'000'000'000U;
  EXPECT_LT(event_version(redis_event(early)->value), event_version(redis_event(late)->value));
  late = early;
  late.messages.fresh = 10;
  EXPECT_LT(event_version(redis_event(early)->value), event_version(redis_event(late)->value));
  auto a = publication(), b = publication();
  b.etag = "tag2";
  EXPECT_LT(event_version(redis_event(a)->value), event_version(redis_event(b)->value));
}

TEST(RedisEvents, AValueWithAnotherHeadIsNone) {
  const std::string value = redis_event(publication())->value;
  EXPECT_FALSE(parse_redis_event("9" + value.substr(1)));
  EXPECT_FALSE(parse_redis_event(value.substr(value.find('\n'))));
  EXPECT_FALSE(parse_redis_event(""));
  EXPECT_EQ(event_version(""), "");
}

}  // namespace
}  // namespace offhook::io
