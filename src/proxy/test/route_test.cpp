// Which requests are forwarded, and along which route: RFC 3261 §16.3 to §16.6, RFC 5393, digest at the proxy.
#include "harness.hpp"
#include "loop.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

const Endpoint kAlice = party(11);
const Endpoint kBob = party(12);
const Endpoint kStranger = party(99);

class Route : public testing::Test {
 protected:
  Route() { world.register_party("1002", kBob); }
  World world;
  Draft invite;
};

TEST_F(Route, MaxForwardsZeroIs483) {
  invite.max_forwards = "0";
  world.send(kAlice, invite);
  world.expect(kAlice, 483);
  EXPECT_TRUE(world.quiet(kBob));
}

TEST_F(Route, WithoutMaxForwardsItStartsAt70) {
  invite.max_forwards = "";
  world.send(kAlice, invite);
  EXPECT_EQ(value(world.expect(kBob, "INVITE"), HeaderId::MaxForwards), "70");
}

TEST_F(Route, ProxyRequireIs420WithUnsupported) {
  invite.headers = {"Proxy-Require: foo, sec-agree"};
  world.send(kAlice, invite);
  EXPECT_EQ(value(world.expect(kAlice, 420), HeaderId::Unsupported), "foo, sec-agree");
}

TEST_F(Route, RequireIsForTheCalleeToRead) {
  invite.headers = {"Require: foo, 100rel"};
  world.send(kAlice, invite);
  world.expect(kAlice, 100);
  EXPECT_EQ(value(world.expect(kBob, "INVITE"), HeaderId::Require), "foo, 100rel");
}

TEST_F(Route, AnUnknownSchemeIs416) {
  invite.uri = "mailto:bob@example.test";
  world.send(kAlice, invite);
  world.expect(kAlice, 416);
}

TEST_F(Route, ATelephoneNumberIsAUserOfOurs) {
  invite.uri = "tel:1002";
  world.send(kAlice, invite);
  world.expect(kAlice, 100);
  const auto onward = world.expect(kBob, "INVITE");
  EXPECT_EQ(onward.request_uri(), "sip:1002@192.0.2.12:5060");
}

TEST_F(Route, UnknownUsersAre404AndKnownOnesWithoutBinding480) {
  invite.uri = "sip:nobody@example.test";
  world.send(kAlice, invite);
  world.expect(kAlice, 404);
  invite.uri = "sip:1003@example.test";
  invite.branch += "b";
  world.send(kAlice, invite);
  world.expect(kAlice, 480);
  EXPECT_EQ(world.core->counters().not_found, 2U);
}

TEST_F(Route, OptionsToTheProxyIsAnswered) {
  Draft options;
  options.method = "OPTIONS";
  options.uri = "sip:example.test";
  world.send(kStranger, options);
  EXPECT_FALSE(value(world.expect(kStranger, 200), HeaderId::Allow).empty());
  options.uri = "sip:192.0.2.1:5060";
  options.branch += "b";
  world.send(kStranger, options);
  world.expect(kStranger, 200);
  // To a user it is forwarded.
  options.uri = "sip:1002@example.test";
  options.branch += "c";
  world.send(kAlice, options);
  world.expect(kBob, "OPTIONS");
}

// Asked for itself the proxy is a user agent server: the order of §8.2 holds.
TEST_F(Route, RequestsToTheProxyItselfAreRefusedByWhatTheyAre) {
  struct Row {
    const char *method, *to, *header;
    int status;
  };
  int n = 0;
  for (const Row& row :
       {Row{"FROB", "<sip:example.test>", "X: y", 501}, Row{"BYE", "<sip:example.test>;tag=gone", "X: y", 481},
        Row{"OPTIONS", "<sip:example.test>;tag=gone", "X: y", 481}, Row{"INVITE", "<sip:example.test>", "X: y", 404},
        Row{"OPTIONS", "<sip:example.test>", "Require: frob, knob", 420}}) {
    Draft draft;
    draft.method = row.method;
    draft.uri = "sip:example.test";
    draft.to = row.to;
    draft.headers = {row.header};
    draft.branch += std::to_string(++n);
    world.send(kStranger, draft);
    const auto answer = world.expect(kStranger, row.status);
    EXPECT_EQ(value(answer, HeaderId::Unsupported), row.status == 420 ? "frob, knob" : "");
    EXPECT_EQ(value(answer, HeaderId::Allow).empty(), row.status != 501);
  }
}

TEST_F(Route, StrangersMayCallOurUsersButNotThroughUs) {
  invite.from = "<sip:eve@elsewhere.example>;tag=e";
  world.send(kStranger, invite);
  world.expect(kStranger, 100);
  world.expect(kBob, "INVITE");
  invite.uri = "sip:victim@192.0.2.77";
  invite.branch += "b";
  world.send(kStranger, invite);
  world.expect(kStranger, 403);
  // Nor along a Route of their own choice.
  invite.uri = "sip:1002@example.test";
  invite.headers = {"Route: <sip:192.0.2.1:5060;lr>, <sip:192.0.2.77;lr>"};
  invite.branch += "c";
  world.send(kStranger, invite);
  world.expect(kStranger, 403);
  EXPECT_TRUE(world.quiet(party(77)));
}

TEST_F(Route, OurUsersMayCallElsewhere) {
  world.locator.add_host("elsewhere.example", party(77).address);
  invite.uri = "sip:bob@elsewhere.example";
  world.send(kAlice, invite);
  const auto onward = world.expect(party(77), "INVITE");
  EXPECT_EQ(onward.request_uri(), "sip:bob@elsewhere.example");
}

TEST_F(Route, AnOutboundProxyRouteThatNamesUsIsTakenAway) {
  invite.headers = {"Route: <sip:example.test;lr>"};
  world.send(kAlice, invite);
  EXPECT_EQ(world.expect(kBob, "INVITE").count(HeaderId::Route), 0U);
}

TEST_F(Route, OtherRoutesAreFollowedWithoutLookup) {
  invite.headers = {"Route: <sip:192.0.2.1;lr>, <sip:192.0.2.60;lr>", "Route: <sip:192.0.2.61;lr>"};
  world.send(kAlice, invite);
  const auto onward = world.expect(party(60), "INVITE");
  EXPECT_EQ(onward.request_uri(), "sip:1002@example.test");
  EXPECT_EQ(value(onward, HeaderId::Route), "<sip:192.0.2.60;lr>, <sip:192.0.2.61;lr>");
}

TEST_F(Route, AStrictRouterAheadGetsItsUriInTheRequestLine) {
  invite.headers = {"Route: <sip:192.0.2.1;lr>, <sip:192.0.2.60>, <sip:192.0.2.61;lr>"};
  world.send(kAlice, invite);
  const auto onward = world.expect(party(60), "INVITE");
  EXPECT_EQ(onward.request_uri(), "sip:192.0.2.60");
  EXPECT_EQ(value(onward, HeaderId::Route), "<sip:192.0.2.61;lr>, <sip:1002@example.test>");
}

TEST_F(Route, TheWorkOfAStrictRouterBehindIsUndone) {
  invite.uri = "sip:192.0.2.1:5060;lr";
  invite.headers = {"Route: <sip:192.0.2.60;lr>, <sip:1002@192.0.2.12>"};
  world.send(kAlice, invite);
  const auto onward = world.expect(party(60), "INVITE");
  EXPECT_EQ(onward.request_uri(), "sip:1002@192.0.2.12");
  EXPECT_EQ(value(onward, HeaderId::Route), "<sip:192.0.2.60;lr>");
  // The real Request-URI may be a user of ours.
  invite.headers = {"Route: <sip:1002@example.test>"};
  invite.branch += "b";
  world.send(kAlice, invite);
  const auto at_bob = world.expect(kBob, "INVITE");
  EXPECT_EQ(at_bob.request_uri(), "sip:1002@192.0.2.12:5060");
  EXPECT_EQ(at_bob.count(HeaderId::Route), 0U);
}

// What leaves for our own address is fed back in.
sip::Message come_round(World& world) {
  auto message = world.take(world.proxy);
  world.send(world.proxy, std::string(message.bytes()));
  return message;
}

TEST_F(Route, ALoopIs482) {
  world.register_party("1003", world.proxy);  // contact sip:1003@<proxy>: itself
  invite.uri = "sip:1003@example.test";
  world.send(kAlice, invite);
  world.expect(kAlice, 100);
  come_round(world);  // sip:1003@example.test has become sip:1003@192.0.2.1:5060
  come_round(world);  // 100 for the first round
  come_round(world);  // the same once more
  for (int i = 0; i < 20 && world.quiet(kAlice); ++i) come_round(world);
  world.expect(kAlice, 482);
  EXPECT_EQ(world.core->counters().loops, 1U);
  world.forget_all();
  world.expect_clean();
}

TEST_F(Route, ASpiralIsAllowed) {
  world.register_user("1003", party(14), "<sip:1002@192.0.2.1:5060>");  // 1003 is forwarded to 1002, here
  invite.uri = "sip:1003@example.test";
  world.send(kAlice, invite);
  world.expect(kAlice, 100);
  come_round(world);
  const auto at_bob = world.expect(kBob, "INVITE");
  EXPECT_EQ(at_bob.count(HeaderId::Via), 3U);
  world.reply(kBob, at_bob, 200);
  come_round(world);  // 100
  come_round(world);  // 200
  const auto ok = world.expect(kAlice, 200);
  EXPECT_EQ(ok.count(HeaderId::RecordRoute), 2U);
  // Both of our Route values are taken at once.
  Draft ack = invite;
  ack.method = "ACK";
  ack.uri = "sip:192.0.2.12:5060";
  ack.to = value(ok, HeaderId::To);
  ack.headers = {"Route: <sip:192.0.2.1:5060;lr>, <sip:192.0.2.1:5060;lr>"};
  ack.branch = "z9hG4bKack";
  world.send(kAlice, ack);
  EXPECT_EQ(world.expect(kBob, "ACK").count(HeaderId::Route), 0U);
}

TEST(LoopMark, DependsOnTheRouteAndNotOnTheMethod) {
  const auto mark = [](const Draft& draft) { return loop_mark(*sip::Message::parse(draft.text(kAlice)), 7); };
  Draft draft;
  const auto base = mark(draft);
  Draft other = draft;
  other.method = "ACK";
  EXPECT_EQ(mark(other), base);
  other = draft;
  other.uri = "sip:1003@example.test";
  EXPECT_NE(mark(other), base);
  other = draft;
  other.headers = {"Route: <sip:192.0.2.1;lr>"};
  EXPECT_NE(mark(other), base);
  EXPECT_NE(loop_mark(*sip::Message::parse(draft.text(kAlice)), 8), base) << "nobody else makes our marks";
}

class ProxyDigest : public testing::Test {
 protected:
  static Config config() {
    Config config = World::default_config();
    config.authenticate = true;
    return config;
  }
  ProxyDigest() : world(config()) { world.register_party("1002", kBob); }
  World world;
  Draft invite;
};

TEST_F(ProxyDigest, ChallengesOurUsersWith407AndKeepsTheCredentials) {
  world.send(kAlice, invite);
  const auto challenge = world.expect(kAlice, 407);
  EXPECT_EQ(challenge.count(HeaderId::ProxyAuthenticate), 2U);
  EXPECT_TRUE(world.quiet(kBob));
  Draft ack = invite;
  ack.method = "ACK";
  ack.to = value(challenge, HeaderId::To);
  world.send(kAlice, ack);
  invite.cseq = 2;
  invite.branch += "b";
  invite.headers = {
      "Proxy-Authorization: Digest username=\"x\", realm=\"other\", nonce=\"n\", uri=\"sip:x\", "
      "response=\"00000000000000000000000000000000\"",
      "Proxy-Authorization: " + World::credentials(challenge, invite, "1001", "secret-1001")};
  world.send(kAlice, invite);
  world.expect(kAlice, 100);
  const auto at_bob = world.expect(kBob, "INVITE");
  EXPECT_EQ(at_bob.count(HeaderId::ProxyAuthorization), 1U) << "ours stay here, another realm's go on";
  world.reply(kBob, at_bob, 486);
  world.expect(kAlice, 486);
  world.expect_clean();
}

TEST_F(ProxyDigest, WrongPasswordAndBorrowedNames) {
  world.send(kAlice, invite);
  const auto challenge = world.expect(kAlice, 407);
  invite.branch += "b";
  invite.headers = {"Proxy-Authorization: " + World::credentials(challenge, invite, "1001", "guess")};
  world.send(kAlice, invite);
  world.expect(kAlice, 407);
  EXPECT_EQ(world.core->counters().bad_credentials, 1U);
  invite.branch += "c";
  invite.headers = {"Proxy-Authorization: " + World::credentials(challenge, invite, "1003", "secret-1003")};
  world.send(kAlice, invite);
  world.expect(kAlice, 403);
}

TEST_F(ProxyDigest, CredentialsForAnotherRealmAreNoneForUs) {
  invite.headers = {
      "Proxy-Authorization: Digest username=\"1001\", realm=\"other\", nonce=\"n\", uri=\"sip:x\", "
      "response=\"00000000000000000000000000000000\""};
  world.send(kAlice, invite);
  world.expect(kAlice, 407);
  EXPECT_EQ(world.core->counters().bad_credentials, 0U);
}

TEST_F(ProxyDigest, StrangersAndRequestsInADialogAreNotChallenged) {
  invite.from = "<sip:eve@elsewhere.example>;tag=e";
  world.send(kStranger, invite);
  world.expect(kStranger, 100);
  const auto at_bob = world.expect(kBob, "INVITE");
  world.reply(kBob, at_bob, 200);
  const auto ok = world.expect(kStranger, 200);
  Draft bye;
  bye.method = "BYE";
  bye.uri = "sip:x@192.0.2.99";
  bye.from = value(ok, HeaderId::To);
  bye.to = invite.from;
  bye.branch = "z9hG4bKbye";
  bye.headers = {"Route: <sip:192.0.2.1:5060;lr>"};
  world.send(kBob, bye);
  world.expect(kStranger, "BYE");
}

}  // namespace
}  // namespace offhook::proxy::test
