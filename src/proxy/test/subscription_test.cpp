// Subscriptions to registrations: RFC 6665 §4.2, RFC 3680.
#include "body/reg_info.hpp"
#include "harness.hpp"
#include "wire.hpp"

namespace offhook::proxy::test {
namespace {

using body::ContactEvent;
using body::ContactState;
using body::RegistrationState;
using sip::HeaderId;

// A watcher of 1002's registrations, 1002 himself.
class Watching : public testing::Test {
 protected:
  explicit Watching(Config config = Wire::default_config()) : wire(std::move(config)) {}

  // What a NOTIFY says; it is answered.
  body::RegInfo take(const Sent& notify, int status = 200) {
    EXPECT_EQ(notify.message.method_text(), "NOTIFY");
    EXPECT_EQ(value(notify.message, HeaderId::ContentType), "application/reginfo+xml");
    state = value(notify.message, HeaderId::SubscriptionState);
    last = notify;
    const auto info = body::RegInfo::parse(notify.message.body());
    EXPECT_TRUE(info) << notify.message.body();
    after = wire.reply(notify, status);
    return info.value_or(body::RegInfo{});
  }
  // Subscribes and takes the first NOTIFY.
  body::RegInfo begin(Wire::Subscribe what = {}) {
    auto out = wire.subscribe(phone, what);
    EXPECT_EQ(out.size(), 2U) << "200, then NOTIFY";
    if (out.size() != 2) return {};
    EXPECT_EQ(out[0].message.status(), 200);
    tag = out[0].message.to_tag();
    granted = value(out[0].message, HeaderId::Expires);
    return take(out[1]);
  }
  std::vector<Sent> again(std::uint32_t cseq, std::vector<std::string> headers = {}) {
    Wire::Subscribe what;
    what.uri = "sip:192.0.2.1:5060";
    what.cseq = cseq;
    what.to_tag = tag;
    what.headers = std::move(headers);
    return wire.subscribe(phone, what);
  }
  void put(std::string contact) { (void)wire.reg(Wire::udp(7), {std::move(contact)}); }

  Wire wire;
  const transport::Flow phone = Wire::udp(5);
  std::string tag, granted, state;
  Sent last;
  std::vector<Sent> after;  // what left after a NOTIFY was answered
};

TEST_F(Watching, TheFirstNotifyTellsAll) {
  put("<sip:a@203.0.113.7:31000>;q=0.5");
  put("<sip:b@203.0.113.7:31000>;+sip.instance=\"<urn:uuid:1>\"");
  const auto info = begin({.headers = {"Expires: 600", "Accept: application/reginfo+xml"}});
  EXPECT_EQ(granted, "600");
  EXPECT_EQ(state, "active;expires=600");
  EXPECT_EQ(value(last.message, HeaderId::Event), "reg");
  EXPECT_EQ(last.flow, phone);
  EXPECT_EQ(last.message.request_uri(), "sip:watcher@" + phone.remote.text());
  EXPECT_EQ(info.version, 0U);
  EXPECT_TRUE(info.full);
  ASSERT_EQ(info.registrations.size(), 1U);
  EXPECT_EQ(info.registrations[0].aor, "sip:1002@example.test");
  EXPECT_EQ(info.registrations[0].state, RegistrationState::Active);
  ASSERT_EQ(info.registrations[0].contacts.size(), 2U);
  const auto& first = info.registrations[0].contacts[0];
  EXPECT_EQ(first.uri, "sip:a@203.0.113.7:31000");
  EXPECT_EQ(first.q, "0.500");
  EXPECT_EQ(first.expires, 3600U);
  EXPECT_EQ(first.call_id, "reg");
  const auto& second = info.registrations[0].contacts[1];
  EXPECT_EQ(second.pub_gruu, "sip:1002@example.test;gr=urn:uuid:1");
  EXPECT_EQ(second.unknown_params.at(0).value, "\"<urn:uuid:1>\"");
  EXPECT_NE(first.id, second.id);
}

TEST_F(Watching, NobodyRegisteredIsAStateToo) {
  const auto info = begin();
  EXPECT_EQ(granted, "3761") << "RFC 3680 §4.4";
  EXPECT_EQ(info.registrations.at(0).state, RegistrationState::Init);
  EXPECT_TRUE(info.registrations[0].contacts.empty());
}

TEST_F(Watching, EachChangeIsTold) {
  (void)begin();
  (void)wire.advance(seconds(10));
  const auto told = [&](std::string contact) {
    put(std::move(contact));
    EXPECT_EQ(wire.more.size(), 1U) << "the NOTIFY leaves with the 200";
    const auto info = wire.more.empty() ? body::RegInfo{} : take(wire.more.front());
    (void)wire.advance(seconds(10));
    return info;
  };
  auto info = told("<sip:a@203.0.113.7:31000>;expires=600");
  EXPECT_FALSE(info.full);
  EXPECT_EQ(info.version, 1U);
  EXPECT_EQ(info.registrations.at(0).state, RegistrationState::Active);
  ASSERT_EQ(info.registrations[0].contacts.size(), 1U);
  EXPECT_EQ(info.registrations[0].contacts[0].event, ContactEvent::Registered);
  const auto id = info.registrations[0].contacts[0].id;

  info = told("<sip:a@203.0.113.7:31000>;expires=700");
  EXPECT_EQ(info.version, 2U);
  EXPECT_EQ(info.registrations.at(0).contacts.at(0).event, ContactEvent::Refreshed);
  EXPECT_EQ(info.registrations[0].contacts[0].expires, 700U);
  EXPECT_EQ(info.registrations[0].contacts[0].id, id);

  info = told("<sip:b@203.0.113.7:31000>, <sip:c@203.0.113.7:31000>");
  EXPECT_EQ(info.registrations.at(0).contacts.size(), 2U) << "of one request in one NOTIFY";

  info = told("<sip:b@203.0.113.7:31000>;expires=0, <sip:c@203.0.113.7:31000>;expires=0");
  EXPECT_EQ(info.registrations.at(0).contacts.size(), 2U);
  EXPECT_EQ(info.registrations[0].contacts[0].event, ContactEvent::Unregistered);
  EXPECT_EQ(info.registrations[0].contacts[0].state, ContactState::Terminated);
  EXPECT_EQ(info.registrations[0].state, RegistrationState::Active);

  std::vector<Sent> out;
  for (int second = 0; second < 700 && out.empty(); ++second) out = wire.advance(seconds(1));
  ASSERT_FALSE(out.empty());
  info = take(out[0]);
  EXPECT_EQ(info.version, 5U);
  EXPECT_EQ(info.registrations.at(0).state, RegistrationState::Terminated);
  ASSERT_EQ(info.registrations[0].contacts.size(), 1U);
  EXPECT_EQ(info.registrations[0].contacts[0].event, ContactEvent::Expired);
}

TEST_F(Watching, WhatChangesSoonIsToldTogether) {
  (void)begin();
  put("<sip:a@203.0.113.7:31000>");
  put("<sip:b@203.0.113.7:31000>");
  put("<sip:a@203.0.113.7:31000>;expires=0");
  const auto out = wire.advance(seconds(5));
  ASSERT_EQ(out.size(), 1U) << "no two within five seconds";
  const auto info = take(out[0]);
  ASSERT_EQ(info.registrations.at(0).contacts.size(), 2U) << "the last of each contact";
  EXPECT_EQ(info.registrations[0].contacts[0].uri, "sip:b@203.0.113.7:31000");
  EXPECT_EQ(info.registrations[0].contacts[1].event, ContactEvent::Unregistered);
  EXPECT_TRUE(after.empty());
}

TEST_F(Watching, WhatChangesWhileANotifyIsUnderWayComesAfterIt) {
  const auto out = wire.subscribe(phone, {});
  ASSERT_EQ(out.size(), 2U);
  put("<sip:a@203.0.113.7:31000>");
  for (const auto& each : wire.advance(seconds(6))) EXPECT_EQ(each.message.body(), out[1].message.body());
  const auto next = wire.reply(out[1], 200);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(take(next[0]).version, 1U);
}

TEST_F(Watching, ALostFlowIsDeactivated) {
  (void)wire.reg(Wire::tcp(1), {"<sip:a@10.0.0.5;transport=tcp>;+sip.instance=\"<urn:uuid:1>\";reg-id=3"});
  const auto first = begin().registrations.at(0).contacts.at(0);
  EXPECT_EQ(first.unknown_params.at(1).value, "3");
  (void)wire.advance(seconds(10));
  const auto out = wire.lose(Wire::tcp(1));
  ASSERT_EQ(out.size(), 1U);
  const auto contact = take(out[0]).registrations.at(0).contacts.at(0);
  EXPECT_EQ(contact.event, ContactEvent::Deactivated);
  EXPECT_EQ(contact.id, first.id);
}

TEST_F(Watching, ARefreshProlongsAndTellsAllAgain) {
  (void)begin({.headers = {"Expires: 600"}});
  (void)wire.advance(seconds(500));
  auto out = again(2, {"Expires: 900"});
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].message.status(), 200);
  EXPECT_EQ(value(out[0].message, HeaderId::Expires), "900");
  const auto info = take(out[1]);
  EXPECT_TRUE(info.full);
  EXPECT_EQ(info.version, 1U);
  EXPECT_EQ(state, "active;expires=900");
  EXPECT_TRUE(wire.advance(seconds(890)).empty());
  EXPECT_EQ(wire.core->subscription_count(), 1U);
  // Late arrivals count for nothing.
  out = again(1);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].message.status(), 500);
}

TEST_F(Watching, WithItsTimeItEnds) {
  (void)begin({.headers = {"Expires: 600"}});
  const auto out = wire.advance(seconds(600));
  ASSERT_EQ(out.size(), 1U);
  EXPECT_TRUE(take(out[0]).full);
  EXPECT_EQ(state, "terminated;reason=timeout");
  EXPECT_EQ(wire.core->subscription_count(), 0U);
  put("<sip:a@203.0.113.7:31000>");
  EXPECT_TRUE(wire.advance(minutes(2)).empty());
  EXPECT_EQ(wire.core->transaction_count(), 0U);
  EXPECT_EQ(wire.core->timer_count(), 0U);
  const auto late = again(2);
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].message.status(), 481);
}

TEST_F(Watching, ExpiresZeroEndsIt) {
  (void)begin();
  const auto out = again(2, {"Expires: 0"});
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(value(out[0].message, HeaderId::Expires), "0");
  (void)take(out[1]);
  EXPECT_TRUE(state.starts_with("terminated"));
  EXPECT_EQ(wire.core->subscription_count(), 0U);
}

TEST_F(Watching, ExpiresZeroAtOnceIsAFetch) {
  put("<sip:a@203.0.113.7:31000>");
  const auto info = begin({.headers = {"Expires: 0"}});
  EXPECT_EQ(info.registrations.at(0).contacts.size(), 1U);
  EXPECT_TRUE(state.starts_with("terminated"));
  EXPECT_EQ(wire.core->subscription_count(), 0U);
}

TEST_F(Watching, WhoKnowsNothingOfItOrIsSilentIsToldNoMore) {
  const auto ended_by = [&](int status, std::string call_id) {
    auto out = wire.subscribe(phone, {.call_id = std::move(call_id)});
    EXPECT_EQ(out.size(), 2U);
    EXPECT_EQ(wire.core->subscription_count(), 1U);
    if (status != 0)
      (void)wire.reply(out[1], status);
    else
      (void)wire.advance(seconds(40));
    const bool ended = wire.core->subscription_count() == 0;
    if (!ended) (void)wire.advance(minutes(200));  // it expires
    return ended;
  };
  EXPECT_TRUE(ended_by(481, "a"));
  EXPECT_TRUE(ended_by(408, "b"));
  EXPECT_TRUE(ended_by(489, "c"));
  EXPECT_TRUE(ended_by(0, "d"));
  EXPECT_FALSE(ended_by(500, "e"));
  // ICMP: nobody listens there.
  (void)wire.subscribe(phone, {.call_id = "f"});
  (void)wire.lose(phone);
  EXPECT_EQ(wire.core->subscription_count(), 0U);
}

TEST_F(Watching, OnlyTheUserHimself) {
  const auto out = wire.subscribe(phone, {.user = "1001"});
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].message.status(), 403);
  EXPECT_EQ(wire.core->subscription_count(), 0U);
}

TEST_F(Watching, EventsWeDoNotKnowAre489OrThePhones) {
  auto out = wire.subscribe(phone, {.uri = "sip:example.test", .event = "conference"});
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].message.status(), 489);
  EXPECT_EQ(value(out[0].message, HeaderId::AllowEvents), "reg, dialog, message-summary, presence");
  out = wire.subscribe(phone, {.uri = "sip:example.test", .event = "", .call_id = "2"});
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].message.status(), 489);
  // What a phone offers is asked of the phone.
  put("<sip:a@203.0.113.7:31000>");
  out = wire.subscribe(phone, {.event = "as-feature-event", .call_id = "3"});
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].message.method_text(), "SUBSCRIBE");
  EXPECT_EQ(out[0].flow, Wire::udp(7));
}

TEST_F(Watching, RefusesWhatItCannotDo) {
  const auto status = [&](Wire::Subscribe what) {
    const auto out = wire.subscribe(phone, what);
    return out.size() == 1 ? out[0].message.status() : 0;
  };
  EXPECT_EQ(status({.headers = {"Accept: application/pidf+xml"}, .call_id = "1"}), 406);
  EXPECT_EQ(status({.headers = {"Expires: 20"}, .call_id = "2"}), 423);
  EXPECT_EQ(status({.headers = {"Expires: x"}, .call_id = "3"}), 400);
  EXPECT_EQ(status({.headers = {"Require: eventlist"}, .call_id = "4"}), 420);
  EXPECT_EQ(status({.call_id = "5", .to_tag = "unknown"}), 480) << "a dialog with somebody who is not there";
  EXPECT_EQ(status({.uri = "sip:192.0.2.1:5060", .call_id = "6", .to_tag = "unknown"}), 481);
  EXPECT_EQ(wire.core->subscription_count(), 0U);
}

TEST_F(Watching, OfOneDialogAnotherEventIsNone) {
  (void)begin({.event = "reg;id=4"});
  EXPECT_EQ(value(last.message, HeaderId::Event), "reg;id=4");
  const auto out = again(2);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].message.status(), 481);
}

TEST(Subscriptions, AUserHasSoManyAndNoMore) {
  Config config = Wire::default_config();
  config.max_subscriptions = 2;
  Wire wire(config);
  for (const int status : {200, 200, 403}) {
    const auto out = wire.subscribe(Wire::udp(5), {.call_id = "s" + std::to_string(wire.core->subscription_count())});
    ASSERT_FALSE(out.empty());
    EXPECT_EQ(out[0].message.status(), status);
    if (status == 200) (void)wire.reply(out[1], 200);
  }
  EXPECT_EQ(wire.core->subscription_count(), 2U);
}

TEST(Subscriptions, AskForThePasswordAsCallsDo) {
  Config config = Wire::default_config();
  config.authenticate = true;
  Wire wire(config);
  const auto flow = Wire::udp(5);
  auto out = wire.subscribe(flow, {});
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].message.status(), 407);
  Draft draft;
  draft.method = "SUBSCRIBE";
  draft.uri = "sip:1002@example.test";
  const auto credentials = World::credentials(out[0].message, draft, "1002", "secret-1002");
  out = wire.subscribe(flow, {.headers = {"Proxy-Authorization: " + credentials}, .cseq = 2});
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].message.status(), 200);
  // Somebody else's password opens nothing.
  const auto stolen = wire.subscribe(flow, {.call_id = "other"});
  const auto wrong = World::credentials(stolen.at(0).message, draft, "1001", "secret-1001");
  out = wire.subscribe(flow, {.headers = {"Proxy-Authorization: " + wrong}, .call_id = "other", .cseq = 2});
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].message.status(), 403);
}

TEST(Subscriptions, AreReachedOverTheConnectionThatTheyCameBy) {
  Wire wire;
  auto out = wire.subscribe(Wire::tcp(3), {});
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[1].flow, Wire::tcp(3));
  EXPECT_EQ(value(out[0].message, HeaderId::Contact), "<sip:192.0.2.1:5060;transport=tcp>");
  (void)wire.reply(out[1], 200);
  // The refresh comes over another connection; so do NOTIFYs from there on.
  out = wire.subscribe(
      Wire::tcp(4),
      {.uri = "sip:192.0.2.1:5060;transport=tcp", .cseq = 2, .to_tag = std::string(out[0].message.to_tag())});
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[1].flow, Wire::tcp(4));
}

TEST(Subscriptions, BehindAProxyTheRouteSetLeadsBack) {
  Wire wire;
  const auto out = wire.subscribe(Wire::udp(5), {.headers = {"Record-Route: <sip:198.51.100.20:5070;lr>"}});
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(value(out[0].message, HeaderId::RecordRoute), "<sip:198.51.100.20:5070;lr>");
  EXPECT_EQ(value(out[1].message, HeaderId::Route), "<sip:198.51.100.20:5070;lr>");
  EXPECT_EQ(out[1].flow.remote.text(), "198.51.100.20:5070");
}

}  // namespace
}  // namespace offhook::proxy::test
