// Calls that are parked at a number, taken from there, and sent back to who has parked them.
#include "harness.hpp"
#include "sip/header/replaces.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

constexpr std::string_view kOffer =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.11\r\ns=-\r\nc=IN IP4 192.0.2.11\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";

// 1002 at .12 has sent 1001 at .11 to the park number; 1003 at .13 takes the call.
class Parking : public testing::Test {
 protected:
  explicit Parking(Config with = config()) : world(std::move(with)) {
    world.register_party("1001", a);
    world.register_party("1002", b);
    world.register_party("1003", c);
    world.forget_all();
  }
  static Config config() {
    auto out = World::default_config();
    out.features.park = "*68";
    out.features.retrieve = "*88";
    out.features.park_time = seconds(60);
    return out;
  }
  Draft call(std::string_view number, std::string_view user = "1001") const {
    Draft out;
    out.uri = "sip:" + std::string(number) + "@example.test";
    out.to = '<' + out.uri + '>';
    out.from = "<sip:" + std::string(user) + "@example.test>;tag=t" + std::string(user);
    out.call_id = "call-of-" + std::string(user);
    out.branch += user;
    if (user == "1001") {
      out.headers = {"Supported: replaces", "Referred-By: <sip:1002@example.test>"};
      out.body = kOffer;
      out.headers.push_back("Content-Type: application/sdp");
    }
    return out;
  }
  // The 200 that parks the call.
  sip::Message park(std::string_view number = "*68701") {
    const Draft draft = call(number);
    world.send(a, draft);
    const auto ok = world.expect(a, 200);
    world.send(a, within(ok, "ACK", 1));
    return ok;
  }
  Draft within(const sip::Message& ok, std::string method, std::uint32_t cseq) const {
    Draft out = call("*68701");
    out.method = std::move(method);
    const auto contact = value(ok, HeaderId::Contact);
    out.uri = contact.substr(1, contact.find('>') - 1);
    out.to = value(ok, HeaderId::To);
    out.cseq = cseq;
    out.branch += out.method + std::to_string(cseq);
    out.headers.clear();
    out.body.clear();
    return out;
  }
  std::size_t lamp() const { return world.core->call_count(); }

  World world;
  const Endpoint a = party(11), b = party(12), c = party(13);
};

TEST_F(Parking, TheCallIsAnsweredAndNobodySendsSound) {
  const auto ok = park();
  EXPECT_NE(ok.body().find("a=inactive"), std::string_view::npos) << ok.body();
  EXPECT_NE(ok.body().find("m=audio 9 RTP/AVP 0"), std::string_view::npos) << ok.body();
  ASSERT_EQ(world.core->calls().size(), 1U);
  const auto record = world.core->calls().front();
  EXPECT_EQ(record.callee_user, "701");
  EXPECT_TRUE(record.answered);
  world.advance(seconds(30));
  EXPECT_TRUE(world.quiet(a)) << "it is acknowledged";
}

TEST_F(Parking, TheAnswerIsRepeatedUntilItIsAcknowledged) {
  world.send(a, call("*68701"));
  const auto ok = world.expect(a, 200);
  world.advance(milliseconds(500));
  const auto repeated = world.expect(a, 200);
  EXPECT_EQ(repeated.bytes(), ok.bytes());
  world.advance(milliseconds(1000));
  world.expect(a, 200);
  world.send(a, within(ok, "ACK", 1));
  world.forget_all();
  world.advance(seconds(20));
  EXPECT_TRUE(world.quiet(a));
}

TEST_F(Parking, WhoNeverAcknowledgesIsLeft) {
  world.send(a, call("*68701"));
  world.expect(a, 200);
  world.advance(seconds(33));
  sip::Message last = world.take(a);
  while (last.is_response()) last = world.take(a);
  EXPECT_EQ(last.method(), sip::Method::Bye);
  world.reply(a, last, 200);
  EXPECT_EQ(world.core->call_count(), 0U);
  world.forget_all();
  world.advance(seconds(40));
  world.expect_clean();
}

TEST_F(Parking, IsTakenByWhoDialsTheOtherNumber) {
  const auto ok = park();
  world.send(c, call("*88701", "1003"));
  world.expect(c, 100);
  const auto invite = world.expect(a, "INVITE");
  EXPECT_EQ(invite.request_uri(), "sip:1001@" + a.text());
  const std::string field = value(invite, HeaderId::Replaces);
  const auto replaces = sip::Replaces::parse(field);
  ASSERT_TRUE(replaces);
  EXPECT_EQ(replaces->call_id, "call-of-1001");
  EXPECT_EQ(replaces->to_tag, "t1001") << "the receiver's own";
  EXPECT_EQ(replaces->from_tag, ok.to_tag());
  EXPECT_FALSE(replaces->early_only);
  world.reply(a, invite, 200);
  world.expect(c, 200);
  // What was replaced is ended by the phone (RFC 3891 §3).
  world.send(a, within(ok, "BYE", 2));
  world.expect(a, 200);
  ASSERT_EQ(world.core->call_count(), 1U);
  EXPECT_EQ(world.core->calls().front().caller_user, "1003");
  world.send(c, call("*88701", "1003"));
  world.forget_all();
  world.advance(seconds(120));
  EXPECT_TRUE(world.quiet(b)) << "nothing is left to be sent back";
}

TEST_F(Parking, WithoutANumberItWaitsAtThatOfWhoParkedIt) {
  (void)park("*68");
  ASSERT_EQ(world.core->calls().size(), 1U);
  EXPECT_EQ(world.core->calls().front().callee_user, "1002");
  auto own = call("*88", "1002");
  world.send(b, own);
  world.expect(b, 100);
  world.expect(a, "INVITE");
}

TEST_F(Parking, NobodyIsParkedThere) {
  (void)park();
  world.send(c, call("*88702", "1003"));
  world.expect(c, 404);
  auto unnamed = call("*68", "1003");
  unnamed.call_id = "unnamed";
  unnamed.branch += "unnamed";
  world.send(c, unnamed);
  const auto refusal = world.expect(c, 404);
  EXPECT_EQ(refusal.reason(), "Park At Which Number");
}

TEST_F(Parking, OneCallAnOrbit) {
  (void)park();
  auto second = call("*68701", "1003");
  world.send(c, second);
  const auto refusal = world.expect(c, 486);
  EXPECT_EQ(refusal.reason(), "Somebody Is Parked There");
}

TEST_F(Parking, AfterItsTimeItGoesBackToWhoParkedIt) {
  const auto ok = park();
  world.advance(seconds(60));
  const auto refer = world.expect(a, "REFER");
  EXPECT_EQ(value(refer, HeaderId::ReferTo), "<sip:1002@example.test>");
  EXPECT_EQ(value(refer, HeaderId::ReferredBy), "<sip:701@example.test>");
  EXPECT_EQ(refer.to_tag(), "t1001");
  world.reply(a, refer, 202);
  auto notify = within(ok, "NOTIFY", 2);
  notify.headers = {"Event: refer", "Subscription-State: active", "Content-Type: message/sipfrag"};
  notify.body = "SIP/2.0 180 Ringing\r\n";
  world.send(a, notify);
  world.expect(a, 200);
  EXPECT_TRUE(world.quiet(a));
  notify = within(ok, "NOTIFY", 3);
  notify.headers = {"Event: refer", "Subscription-State: terminated;reason=noresource",
                    "Content-Type: message/sipfrag"};
  notify.body = "SIP/2.0 200 OK\r\n";
  world.send(a, notify);
  world.expect(a, 200);
  const auto bye = world.expect(a, "BYE");
  world.reply(a, bye, 200);
  EXPECT_EQ(world.core->call_count(), 0U);
  world.forget_all();
  world.advance(seconds(120));
  world.expect_clean();
}

TEST_F(Parking, WhoDoesNotTakeItBackIsAskedAgainAndThenItEnds) {
  const auto ok = park();
  std::uint32_t cseq = 2;
  for (int i = 0; i < 3; ++i) {
    world.advance(seconds(60));
    world.reply(a, world.expect(a, "REFER"), 202);
    auto notify = within(ok, "NOTIFY", cseq++);
    notify.headers = {"Event: refer", "Subscription-State: terminated;reason=noresource",
                      "Content-Type: message/sipfrag"};
    notify.body = "SIP/2.0 486 Busy Here\r\n";
    world.send(a, notify);
    world.expect(a, 200);
    EXPECT_TRUE(world.quiet(a));
  }
  world.advance(seconds(60));
  world.reply(a, world.expect(a, "BYE"), 200);
  EXPECT_EQ(world.core->call_count(), 0U);
}

TEST_F(Parking, APhoneThatTakesNoReferIsLet) {
  (void)park();
  world.advance(seconds(60));
  world.reply(a, world.expect(a, "REFER"), 501);
  world.reply(a, world.expect(a, "BYE"), 200);
  EXPECT_EQ(world.core->call_count(), 0U);
}

TEST_F(Parking, RequestsInsideTheDialogAreAnswered) {
  const auto ok = park();
  auto again = within(ok, "INVITE", 2);
  again.body = kOffer;
  again.headers = {"Content-Type: application/sdp"};
  world.send(a, again);
  const auto renewed = world.expect(a, 200);
  EXPECT_NE(renewed.body().find("a=inactive"), std::string_view::npos);
  world.send(a, within(ok, "ACK", 2));
  world.send(a, within(ok, "OPTIONS", 3));
  world.expect(a, 200);
  world.send(a, within(ok, "MESSAGE", 4));
  world.expect(a, 501);
  world.send(a, within(ok, "INFO", 2));
  world.expect(a, 500);
  world.send(a, within(ok, "BYE", 5));
  world.expect(a, 200);
  world.send(a, within(ok, "BYE", 6));
  world.expect(a, 481);
}

TEST_F(Parking, AnOfferThatNobodyUnderstandsIsRefused) {
  auto draft = call("*68701");
  draft.body = "v=0\r\no=- 1 1 IN IP4 192.0.2.11\r\ns=-\r\nc=IN IP4 192.0.2.11\r\nt=0 0\r\nm=image 4000 udptl t38\r\n";
  world.send(a, draft);
  world.expect(a, 488);
  EXPECT_EQ(world.core->call_count(), 0U);
}

TEST_F(Parking, AnInviteWithoutAnOfferGetsOurs) {
  auto draft = call("*68701");
  draft.body.clear();
  draft.headers = {"Supported: replaces", "Referred-By: <sip:1002@example.test>"};
  world.send(a, draft);
  const auto ok = world.expect(a, 200);
  EXPECT_NE(ok.body().find("a=inactive"), std::string_view::npos);
  world.send(a, within(ok, "ACK", 1));  // without an answer, as it should not be
  world.advance(seconds(20));
  EXPECT_TRUE(world.quiet(a));
}

TEST_F(Parking, StrangersDoNotPark) {
  auto draft = call("*68701");
  draft.from = "<sip:eve@elsewhere.test>;tag=t1001";
  world.send(party(99), draft);
  world.expect(party(99), 404);
}

class ParkingLamps : public Parking {};

TEST_F(ParkingLamps, TheOrbitIsALamp) {
  Draft subscribe;
  subscribe.method = "SUBSCRIBE";
  subscribe.uri = "sip:701@example.test";
  subscribe.to = "<sip:701@example.test>";
  subscribe.from = "<sip:1003@example.test>;tag=watch";
  subscribe.call_id = "watch";
  subscribe.branch += "watch";
  subscribe.headers = {"Event: dialog", "Expires: 600", "Contact: <sip:1003@192.0.2.13:5060>"};
  world.send(c, subscribe);
  world.expect(c, 200);
  const auto first = world.expect(c, "NOTIFY");
  EXPECT_EQ(first.body().find("confirmed"), std::string_view::npos);
  world.reply(c, first, 200);
  (void)park();
  world.advance(seconds(1));
  const auto lit = world.expect(c, "NOTIFY");
  EXPECT_NE(lit.body().find("confirmed"), std::string_view::npos) << lit.body();
}

}  // namespace
}  // namespace offhook::proxy::test
