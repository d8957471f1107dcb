// Presence: RFC 3903 (PUBLISH) and RFC 3856 (who watches it).
#include "body/presence.hpp"
#include "harness.hpp"

namespace offhook::proxy::test {
namespace {

using body::Basic;
using sip::HeaderId;

class PresenceState : public testing::Test {
 protected:
  static std::string document(std::string_view basic, std::string_view id = "t1") {
    return "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"sip:1002@example.test\">"
           "<tuple id=\"" +
           std::string(id) + "\"><status><basic>" + std::string(basic) + "</basic></status></tuple></presence>";
  }
  sip::Message publish(std::string body, std::vector<std::string> headers = {}, std::string_view user = "1002") {
    Draft draft;
    draft.method = "PUBLISH";
    draft.uri = "sip:1002@example.test";
    draft.from = "<sip:" + std::string(user) + "@example.test>;tag=p";
    draft.to = "<sip:1002@example.test>";
    draft.call_id = "pub-" + std::to_string(++count_);
    draft.branch = "z9hG4bKpub" + std::to_string(count_);
    draft.headers = std::move(headers);
    draft.headers.emplace_back("Event: presence");
    if (!body.empty()) draft.headers.emplace_back("Content-Type: application/pidf+xml");
    draft.body = std::move(body);
    world.send(b, draft);
    return world.take(b);
  }
  std::string published(std::string body, std::vector<std::string> headers = {}) {
    const auto response = publish(std::move(body), std::move(headers));
    EXPECT_EQ(response.status(), 200) << response.bytes();
    return value(response, HeaderId::SipETag);
  }
  body::Presence watch() {
    Draft draft;
    draft.method = "SUBSCRIBE";
    draft.uri = "sip:1002@example.test";
    draft.from = "<sip:1001@example.test>;tag=w";
    draft.call_id = "watch";
    draft.branch = "z9hG4bKw";
    draft.headers = {"Event: presence", "Contact: <sip:1001@" + w.text() + ">"};
    world.send(w, draft);
    world.expect(w, 200);
    return told();
  }
  body::Presence told() {
    const auto notify = world.expect(w, "NOTIFY");
    EXPECT_EQ(value(notify, HeaderId::ContentType), "application/pidf+xml");
    world.reply(w, notify, 200);
    const auto out = body::Presence::parse(notify.body());
    EXPECT_TRUE(out) << notify.body();
    return out.value_or(body::Presence{});
  }

  World world;
  const Endpoint b = party(12), w = party(20);

 private:
  int count_ = 0;
};

TEST_F(PresenceState, TheRegistrationSpeaksForWhoHasPublishedNothing) {
  auto presence = watch();
  EXPECT_EQ(presence.entity, "sip:1002@example.test");
  ASSERT_EQ(presence.tuples.size(), 1U);
  EXPECT_EQ(presence.tuples[0].basic, Basic::Closed);
  world.advance(seconds(10));
  world.register_party("1002", b);
  EXPECT_EQ(told().tuples.at(0).basic, Basic::Open);
}

TEST_F(PresenceState, IsPublishedAndTold) {
  (void)watch();
  world.advance(seconds(10));
  const auto etag = published(document("open"), {"Expires: 600"});
  EXPECT_FALSE(etag.empty());
  auto presence = told();
  ASSERT_EQ(presence.tuples.size(), 1U);
  EXPECT_EQ(presence.tuples[0].id, "t1");
  EXPECT_EQ(presence.tuples[0].basic, Basic::Open);
  world.advance(seconds(10));

  // Another state under the same publication, which has a new tag then.
  const auto next = published(document("closed"), {"SIP-If-Match: " + etag});
  EXPECT_NE(next, etag);
  presence = told();
  ASSERT_EQ(presence.tuples.size(), 1U);
  EXPECT_EQ(presence.tuples[0].basic, Basic::Closed);
  EXPECT_EQ(publish(document("open"), {"SIP-If-Match: " + etag}).status(), 412) << "that tag is no more";

  world.advance(seconds(10));
  (void)published("", {"SIP-If-Match: " + next, "Expires: 0"});
  EXPECT_EQ(told().tuples.at(0).id, "registration");
}

TEST_F(PresenceState, ARefreshKeepsTheState) {
  const auto etag = published(document("open"), {"Expires: 600"});
  world.advance(seconds(500));
  const auto next = published("", {"SIP-If-Match: " + etag, "Expires: 600"});
  world.advance(seconds(500));
  EXPECT_EQ(watch().tuples.at(0).basic, Basic::Open);
  world.advance(seconds(110));
  EXPECT_EQ(told().tuples.at(0).id, "registration") << "it has expired";
  EXPECT_EQ(publish("", {"SIP-If-Match: " + next}).status(), 412);
}

TEST_F(PresenceState, SeveralDevicesAreOneUser) {
  (void)published(document("open"));
  (void)published(document("closed"));
  const auto presence = watch();
  ASSERT_EQ(presence.tuples.size(), 2U);
  EXPECT_NE(presence.tuples[0].id, presence.tuples[1].id);
}

TEST_F(PresenceState, WhatCannotBePublished) {
  EXPECT_EQ(publish("").status(), 400) << "nothing";
  EXPECT_EQ(publish("<presence").status(), 400);
  EXPECT_EQ(publish(document("open"), {"SIP-If-Match: unheard-of"}).status(), 412);
  EXPECT_EQ(publish(document("open"), {"Expires: 5"}).status(), 423);
  EXPECT_EQ(publish(document("open"), {"Expires: many"}).status(), 400);
  EXPECT_EQ(publish(document("open"), {}, "1001").status(), 403) << "of another user";
  EXPECT_EQ(publish(document("open") + std::string(9000, ' ')).status(), 413);
  for (int i = 0; i < 10; ++i) (void)published(document("open"));
  EXPECT_EQ(publish(document("open")).status(), 403) << "too many";
}

TEST_F(PresenceState, OtherEventsGoToThePhones) {
  world.register_party("1002", b);
  Draft draft;
  draft.method = "PUBLISH";
  draft.headers = {"Event: vq-rtcpxr"};
  world.send(w, draft);
  world.expect(b, "PUBLISH");
}

}  // namespace
}  // namespace offhook::proxy::test
