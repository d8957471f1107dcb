// The stateful relay: RFC 3261 §16, RFC 6026, RFC 4320.
#include "harness.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

const Endpoint kAlice = party(11);
const Endpoint kBob = party(12);
const Endpoint kBob2 = party(13);
const Endpoint kCarol = party(14);

// A request inside the dialog that `ok` (a response to the caller) made: Route from Record-Route, Request-URI from
// Contact.
Draft in_dialog(const Draft& invite, const sip::Message& ok, std::string method, std::uint32_t cseq) {
  Draft draft;
  draft.method = std::move(method);
  draft.uri = sip::NameAddr::parse(*ok.top(HeaderId::Contact))->uri;
  draft.from = invite.from;
  draft.to = value(ok, HeaderId::To);
  draft.call_id = invite.call_id;
  draft.cseq = cseq;
  draft.branch = invite.branch + draft.method + std::to_string(cseq);
  std::vector<std::string> routes;
  for (const auto route : ok.values(HeaderId::RecordRoute))
    routes.insert(routes.begin(), "Route: " + std::string(route));
  draft.headers = routes;
  return draft;
}

// The ACK of a non-2xx: same branch.
Draft ack_of(const Draft& invite, const sip::Message& response) {
  Draft ack = invite;
  ack.method = "ACK";
  ack.to = value(response, HeaderId::To);
  ack.headers.clear();
  return ack;
}

Draft cancel_of(const Draft& invite) {
  Draft cancel = invite;
  cancel.method = "CANCEL";
  cancel.headers.clear();
  return cancel;
}

class Relay : public testing::Test {
 protected:
  Relay() { world.register_party("1002", kBob); }
  explicit Relay(Config config) : world(std::move(config)) { world.register_party("1002", kBob); }

  // Alice has sent the INVITE; it has come to Bob.
  sip::Message ring() {
    world.send(kAlice, invite);
    world.expect(kAlice, 100);
    return world.expect(kBob, "INVITE");
  }
  // A final non-2xx at the caller, acknowledged.
  sip::Message fails_with(int status) {
    auto response = world.expect(kAlice, status);
    world.send(kAlice, ack_of(invite, response));
    return response;
  }

  World world;
  Draft invite;
};

TEST_F(Relay, CarriesACallEndToEnd) {
  const auto at_bob = ring();
  EXPECT_EQ(at_bob.request_uri(), "sip:1002@192.0.2.12:5060");
  EXPECT_EQ(value(at_bob, HeaderId::MaxForwards), "69");
  EXPECT_EQ(value(at_bob, HeaderId::RecordRoute), "<sip:192.0.2.1:5060;lr>");
  EXPECT_EQ(at_bob.count(HeaderId::Via), 2U);
  world.reply(kBob, at_bob, 100);
  EXPECT_TRUE(world.quiet(kAlice)) << "100 is hop by hop";
  world.reply(kBob, at_bob, 180);
  EXPECT_EQ(world.expect(kAlice, 180).count(HeaderId::Via), 1U);
  world.reply(kBob, at_bob, 200);
  const auto ok = world.expect(kAlice, 200);
  EXPECT_EQ(ok.count(HeaderId::Via), 1U);

  world.send(kAlice, in_dialog(invite, ok, "ACK", 1));
  const auto ack = world.expect(kBob, "ACK");
  EXPECT_EQ(ack.count(HeaderId::Route), 0U);
  EXPECT_EQ(ack.request_uri(), "sip:192.0.2.12:5060");

  // The callee hangs up, as the guide's flow has it.
  Draft bye;
  bye.method = "BYE";
  bye.uri = sip::NameAddr::parse(value(at_bob, HeaderId::Contact))->uri;
  bye.from = value(ok, HeaderId::To);
  bye.to = invite.from;
  bye.branch = "z9hG4bKbobbye";
  bye.headers = {"Route: " + value(at_bob, HeaderId::RecordRoute)};
  world.send(kBob, bye);
  const auto at_alice = world.expect(kAlice, "BYE");
  EXPECT_EQ(at_alice.count(HeaderId::RecordRoute), 0U) << "only what begins a dialog is recorded";
  world.reply(kAlice, at_alice, 200);
  world.expect(kBob, 200);
  EXPECT_EQ(world.core->counters().forwarded_requests, 3U);
  EXPECT_EQ(world.core->counters().forwarded_responses, 3U);
  world.expect_clean();
}

TEST_F(Relay, ForwardsTheMessageOtherwiseUnchanged) {
  invite.headers = {"X-Unknown: kept  as it is", "Subject: lunch"};
  invite.body = "v=0\r\n";
  const auto at_bob = ring();
  EXPECT_NE(at_bob.bytes().find("X-Unknown: kept  as it is\r\n"), std::string_view::npos);
  EXPECT_EQ(at_bob.body(), "v=0\r\n");
}

TEST_F(Relay, WithoutRecordRouteStaysOutOfTheDialog) {
  Config config = World::default_config();
  config.record_route = false;
  World other(config);
  other.register_party("1002", kBob);
  other.send(kAlice, invite);
  EXPECT_EQ(other.expect(kBob, "INVITE").count(HeaderId::RecordRoute), 0U);
}

TEST_F(Relay, BusyGoesUpAndIsAcknowledgedHopByHop) {
  const auto at_bob = ring();
  world.reply(kBob, at_bob, 486);
  world.expect(kBob, "ACK");
  fails_with(486);
  EXPECT_TRUE(world.quiet(kBob)) << "the caller's ACK ends here";
  world.expect_clean();
}

TEST_F(Relay, CancelIsAnsweredAtOnceAndEndsIn487) {
  const auto at_bob = ring();
  world.reply(kBob, at_bob, 180);
  world.expect(kAlice, 180);
  auto cancel = cancel_of(invite);
  cancel.headers = {"Reason: SIP;cause=200;text=\"x\""};
  world.send(kAlice, cancel);
  world.expect(kAlice, 200);
  const auto at_bob_cancel = world.expect(kBob, "CANCEL");
  EXPECT_EQ(value(at_bob_cancel, HeaderId::Reason), "SIP;cause=200;text=\"x\"");
  world.reply(kBob, at_bob_cancel, 200);
  EXPECT_TRUE(world.quiet(kAlice));
  world.reply(kBob, at_bob, 487);
  fails_with(487);
  world.expect_clean();
}

TEST_F(Relay, CancelOfASilentBranchEndsIn487) {
  ring();
  world.send(kAlice, cancel_of(invite));
  world.expect(kAlice, 200);
  world.forget_all();
  world.advance(seconds(33));
  world.expect(kAlice, 487);
  EXPECT_EQ(world.take(kBob).method(), sip::Method::Invite) << "no CANCEL before a provisional response";
  world.expect_clean();
}

TEST_F(Relay, CancelForNothingIs481AndAfterTheAnswerChangesNothing) {
  world.send(kAlice, cancel_of(invite));
  world.expect(kAlice, 481);
  auto second = invite;
  second.branch = "z9hG4bKsecond";
  invite = second;
  const auto at_bob = ring();
  world.reply(kBob, at_bob, 200);
  world.expect(kAlice, 200);
  world.send(kAlice, cancel_of(invite));
  world.expect(kAlice, 200);
  EXPECT_TRUE(world.quiet(kBob));
}

TEST_F(Relay, SilenceIs408) {
  ring();
  world.forget_all();
  world.advance(seconds(33));
  world.expect(kAlice, 408);
  world.expect_clean();
}

TEST_F(Relay, TimerCEndsARingingBranchWith408) {
  const auto at_bob = ring();
  world.reply(kBob, at_bob, 180);
  world.expect(kAlice, 180);
  world.advance(seconds(170));
  world.reply(kBob, at_bob, 180);  // starts it again
  world.expect(kAlice, 180);
  world.advance(seconds(170));
  EXPECT_TRUE(world.quiet(kBob));
  world.advance(seconds(11));
  const auto cancel = world.expect(kBob, "CANCEL");
  world.reply(kBob, cancel, 200);
  world.reply(kBob, at_bob, 487);
  fails_with(408);
  world.expect_clean();
}

TEST_F(Relay, TimerCEndsABranchThatHasSaidNothingBut100) {
  const auto at_bob = ring();
  world.reply(kBob, at_bob, 100);  // Timer B waits no more
  world.advance(seconds(179));
  EXPECT_TRUE(world.quiet(kBob));
  world.advance(seconds(2));
  world.reply(kBob, world.expect(kBob, "CANCEL"), 200);
  world.reply(kBob, at_bob, 487);
  fails_with(408);
  world.expect_clean();
}

TEST_F(Relay, TimerCWithACalleeThatIgnoresTheCancel) {
  const auto at_bob = ring();
  world.reply(kBob, at_bob, 180);
  world.forget_all();
  world.advance(seconds(180 + 33));
  world.expect(kAlice, 408);
  world.expect_clean();
}

TEST_F(Relay, EveryTwoHundredGoesUpAlsoWhenRepeated) {
  const auto at_bob = ring();
  world.reply(kBob, at_bob, 200);
  world.expect(kAlice, 200);
  world.reply(kBob, at_bob, 200);
  world.expect(kAlice, 200);
  world.expect_clean();
}

TEST_F(Relay, ForksInParallelAndTheFirstAnswerCancelsTheOthers) {
  world.register_party("1002", kBob2);
  const auto at_bob = ring();
  const auto at_bob2 = world.expect(kBob2, "INVITE");
  EXPECT_NE(value(at_bob, HeaderId::Via), value(at_bob2, HeaderId::Via));
  world.reply(kBob, at_bob, 180);
  world.reply(kBob2, at_bob2, 180);
  world.expect(kAlice, 180);
  world.expect(kAlice, 180);
  world.reply(kBob2, at_bob2, 200);
  world.expect(kAlice, 200);
  const auto cancel = world.expect(kBob, "CANCEL");
  EXPECT_NE(value(cancel, HeaderId::Reason).find("cause=200"), std::string::npos);
  world.reply(kBob, cancel, 200);
  world.reply(kBob, at_bob, 487);
  world.expect(kBob, "ACK");
  EXPECT_TRUE(world.quiet(kAlice));
  world.expect_clean();
}

TEST_F(Relay, TwoAnswersToAForkBothGoUp) {
  world.register_party("1002", kBob2);
  const auto at_bob = ring();
  const auto at_bob2 = world.expect(kBob2, "INVITE");
  world.reply(kBob, at_bob, 200);
  world.reply(kBob2, at_bob2, 200);
  const auto first = world.expect(kAlice, 200);
  const auto second = world.expect(kAlice, 200);
  EXPECT_NE(first.to_tag(), second.to_tag());
  world.expect_clean();
}

TEST_F(Relay, ForksSeriallyByQ) {
  World other;
  other.register_party("1002", kBob2, ";q=0.5");
  other.register_party("1002", kBob, ";q=0.9");
  other.register_party("1002", kCarol, ";q=0.5");
  other.send(kAlice, invite);
  other.expect(kAlice, 100);
  const auto at_bob = other.expect(kBob, "INVITE");
  EXPECT_TRUE(other.quiet(kBob2));
  other.reply(kBob, at_bob, 486);
  EXPECT_TRUE(other.quiet(kAlice));
  const auto at_bob2 = other.expect(kBob2, "INVITE");
  const auto at_carol = other.expect(kCarol, "INVITE");
  EXPECT_EQ(at_bob2.request_uri(), "sip:1002@192.0.2.13:5060");
  other.reply(kBob2, at_bob2, 404);
  other.reply(kCarol, at_carol, 480);
  other.expect(kAlice, 486);
  other.expect_clean();
}

TEST_F(Relay, SixHundredEndsTheSearch) {
  World other;
  other.register_party("1002", kBob);
  other.register_party("1002", kBob2);
  other.register_party("1002", kCarol, ";q=0.5");
  other.send(kAlice, invite);
  other.expect(kAlice, 100);
  const auto at_bob = other.expect(kBob, "INVITE");
  const auto at_bob2 = other.expect(kBob2, "INVITE");
  other.reply(kBob, at_bob, 180);
  other.expect(kAlice, 180);
  other.reply(kBob2, at_bob2, 603);
  other.reply(kBob, other.expect(kBob, "CANCEL"), 200);
  EXPECT_TRUE(other.quiet(kAlice)) << "6xx waits for the other branches";
  other.reply(kBob, at_bob, 487);
  other.expect(kAlice, 603);
  EXPECT_TRUE(other.quiet(kCarol));
  other.expect_clean();
}

TEST_F(Relay, ChallengesOfAllBranchesAreMerged) {
  world.register_party("1002", kBob2);
  const auto at_bob = ring();
  const auto at_bob2 = world.expect(kBob2, "INVITE");
  world.reply(kBob, at_bob, 407, {"Proxy-Authenticate: Digest realm=\"one\", nonce=\"1\""});
  world.reply(kBob2, at_bob2, 401, {"WWW-Authenticate: Digest realm=\"two\", nonce=\"2\""});
  const auto answer = fails_with(407);
  EXPECT_EQ(answer.count(HeaderId::ProxyAuthenticate), 1U);
  EXPECT_EQ(answer.count(HeaderId::WwwAuthenticate), 1U);
}

TEST_F(Relay, ASingleChallengePassesUntouched) {
  const auto at_bob = ring();
  world.reply(kBob, at_bob, 401, {"WWW-Authenticate: Digest realm=\"two\", nonce=\"2\""});
  EXPECT_EQ(value(fails_with(401), HeaderId::WwwAuthenticate), "Digest realm=\"two\", nonce=\"2\"");
}

struct BestCase {
  const char* name;
  int first, second, best;
};
class BestResponseCase : public testing::TestWithParam<BestCase> {};
TEST_P(BestResponseCase, Wins) {
  for (const bool swapped : {false, true}) {
    World world;
    world.register_party("1002", kBob);
    world.register_party("1002", kBob2);
    world.send(kAlice, Draft{});
    world.expect(kAlice, 100);
    const auto at_bob = world.expect(kBob, "INVITE");
    const auto at_bob2 = world.expect(kBob2, "INVITE");
    world.reply(kBob, at_bob, swapped ? GetParam().second : GetParam().first);
    world.reply(kBob2, at_bob2, swapped ? GetParam().first : GetParam().second);
    world.expect(kAlice, GetParam().best);
    world.expect_clean();
  }
}
INSTANTIATE_TEST_SUITE_P(
    All, BestResponseCase,
    testing::Values(BestCase{"LowestClass", 500, 404, 404}, BestCase{"RedirectBeforeBusy", 486, 302, 302},
                    BestCase{"SixxWins", 302, 600, 600}, BestCase{"TellsHowToAskAgain", 486, 484, 484},
                    BestCase{"ChallengeFirst", 484, 407, 407}, BestCase{"BusyBeforeSilence", 408, 486, 486},
                    BestCase{"UnavailableIsNotOurs", 503, 503, 500},
                    BestCase{"FailureBeforeUnavailable", 503, 502, 502}),
    [](const auto& i) { return i.param.name; });

TEST_F(Relay, RedirectsPassUpstream) {
  const auto at_bob = ring();
  world.send(kBob, World::response(at_bob, 302, kCarol, {"Diversion: <sip:1002@example.test>;reason=unconditional"}));
  const auto answer = fails_with(302);
  EXPECT_EQ(value(answer, HeaderId::Contact), "<sip:192.0.2.14:5060>");
  EXPECT_EQ(answer.count(HeaderId::Diversion), 1U);
  EXPECT_TRUE(world.quiet(kCarol));
}

TEST_F(Relay, AnUnreachableTargetIs500) {
  ring();
  world.core->unreachable(world.now, {transport::Protocol::Udp, world.proxy, kBob, 0});
  world.advance(seconds(0));
  world.expect(kAlice, 500);
  world.register_user("1003", kCarol, "<sip:1003@no.such.host>");
  Draft other;
  other.uri = "sip:1003@example.test";
  other.branch = "z9hG4bKother";
  world.forget_all();
  world.send(kAlice, other);
  world.expect(kAlice, 100);
  world.expect(kAlice, 500);
  world.expect_clean();
}

TEST_F(Relay, ANonInviteThatNobodyAnswersGetsNothing) {
  Draft message;
  message.method = "MESSAGE";
  world.send(kAlice, message);
  world.expect(kBob, "MESSAGE");
  world.advance(seconds(3));
  EXPECT_TRUE(world.quiet(kAlice)) << "RFC 4320: no 100 to a non-INVITE while its client repeats itself often";
  world.advance(seconds(1));
  world.expect(kAlice, 100);
  world.advance(seconds(40));
  EXPECT_TRUE(world.quiet(kAlice)) << "RFC 4320: no 408";
  world.expect_clean();
}

TEST_F(Relay, A408ToANonInviteGoesNoFurther) {
  Draft message;
  message.method = "MESSAGE";
  world.send(kAlice, message);
  world.reply(kBob, world.expect(kBob, "MESSAGE"), 408);
  EXPECT_TRUE(world.quiet(kAlice)) << "RFC 4320 §4.2: whoever said it";
  world.expect_clean();
  EXPECT_EQ(world.core->counters().forwarded_responses, 0U);
}

TEST_F(Relay, ANonInviteIsForkedAndAnsweredOnce) {
  world.register_party("1002", kBob2);
  Draft message;
  message.method = "MESSAGE";
  world.send(kAlice, message);
  const auto at_bob = world.expect(kBob, "MESSAGE");
  const auto at_bob2 = world.expect(kBob2, "MESSAGE");
  world.reply(kBob, at_bob, 200);
  EXPECT_EQ(world.core->relay_count(), 0U) << "what is kept for a repeated request is a transaction's";
  world.reply(kBob2, at_bob2, 200);
  world.expect(kAlice, 200);
  EXPECT_TRUE(world.quiet(kAlice));
  world.send(kAlice, message);
  world.expect(kAlice, 200);
  EXPECT_TRUE(world.quiet(kBob));
  world.expect_clean();
}

TEST_F(Relay, StrayAndBogusResponsesAreDropped) {
  const auto at_bob = ring();
  // Only our Via: meant for nobody behind us.
  std::string bogus = World::response(at_bob, 200, kBob);
  const auto second = bogus.find("Via:", bogus.find("Via:") + 1);
  bogus.erase(second, bogus.find("\r\n", second) + 2 - second);
  world.send(kBob, bogus);
  world.expect(kAlice, 500);
  world.forget_all();
  World stranger;
  stranger.reply(kBob, at_bob, 200);
  EXPECT_TRUE(stranger.quiet(kAlice));
  world.expect_clean();
}

TEST_F(Relay, ABindingBehindANatIsReachedWhereItRegistered) {
  const Endpoint nat{IpAddress::v4(203, 0, 113, 9), 40000};
  Draft reg;
  reg.method = "REGISTER";
  reg.uri = "sip:example.test";
  reg.to = "<sip:1003@example.test>";
  reg.via = "SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKnat;rport";
  reg.headers = {"Contact: <sip:1003@10.0.0.5:5060>"};
  world.send(nat, reg);
  world.expect(nat, 200);
  invite.uri = "sip:1003@example.test";
  world.send(kAlice, invite);
  const auto onward = world.expect(nat, "INVITE");
  EXPECT_EQ(onward.request_uri(), "sip:1003@10.0.0.5:5060");
}

TEST_F(Relay, ABindingWithAPathIsReachedAlongIt) {
  const Endpoint edge = party(50);
  world.register_user("1003", edge, "<sip:1003@10.0.0.5>",
                      {"Supported: path", "Path: <sip:192.0.2.50;lr>, <sip:inner.example;lr>"});
  invite.uri = "sip:1003@example.test";
  world.send(kAlice, invite);
  const auto at_edge = world.expect(edge, "INVITE");
  EXPECT_EQ(at_edge.request_uri(), "sip:1003@10.0.0.5");
  EXPECT_EQ(value(at_edge, HeaderId::Route), "<sip:192.0.2.50;lr>, <sip:inner.example;lr>");
}

}  // namespace
}  // namespace offhook::proxy::test
