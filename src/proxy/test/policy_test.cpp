// Trunks, dial rules, groups and emergency numbers, between scripted parties in virtual time.
#include <gmock/gmock.h>

#include "harness.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

const Endpoint kAlice = party(11), kBob = party(12), kCarol = party(13);
const Endpoint kFirst = party(51), kSecond = party(52), kStranger = party(99);

class PolicyTest : public testing::Test {
 protected:
  void start() {
    world = std::make_unique<World>(config);
    world->register_party("1001", kAlice);
    world->register_party("1002", kBob);
    world->register_party("1003", kCarol);
    world->forget_all();
  }
  Draft draft(std::string_view number) const {
    Draft out;
    out.uri = "sip:" + std::string(number) + "@example.test";
    out.call_id = "call-" + std::to_string(++calls);
    out.branch += std::to_string(calls);
    return out;
  }
  void dial(std::string_view number, const Endpoint& from = kAlice) { send(draft(number), from); }
  void send(const Draft& what, const Endpoint& from = kAlice) { world->send(from, what); }
  sip::Message arrives(const Endpoint& at) { return world->expect(at, "INVITE"); }
  static std::string uri_of(const sip::Message& invite) { return std::string(invite.request_uri()); }
  void refuse(const Endpoint& at, const sip::Message& invite, int status) {
    world->reply(at, invite, status);
    world->expect(at, "ACK");
  }

  Config config = World::default_config();
  std::unique_ptr<World> world;
  mutable int calls = 0;
};

TEST_F(PolicyTest, TheLongestPrefixChoosesTheTrunk) {
  config.policy.trunks = {trunk("national", kFirst, {"0"}), trunk("abroad", kSecond, {"00", "+"})};
  config.policy.trunks[0].strip = 1;
  config.policy.trunks[0].prepend = "+49";
  start();
  dial("030123");
  world->expect(kAlice, 100);
  const auto invite = arrives(kFirst);
  EXPECT_EQ(invite.request_uri(), "sip:+4930123@192.0.2.51:5060");
  world->reply(kFirst, invite, 200);
  world->expect(kAlice, 200);
  dial("0044123");
  EXPECT_EQ(uri_of(arrives(kSecond)), "sip:0044123@192.0.2.52:5060");
  Draft tel = draft("");
  tel.uri = "tel:+44-20-7946";
  send(tel);
  EXPECT_EQ(uri_of(arrives(kSecond)), "sip:+44207946@192.0.2.52:5060");
  world->forget_all();
  dial("5555");
  world->expect(kAlice, 404);
}

TEST_F(PolicyTest, UsersComeBeforeTrunks) {
  config.policy.trunks = {trunk("all", kFirst, {""})};
  start();
  dial("1002");
  world->expect(kAlice, 100);
  EXPECT_EQ(uri_of(arrives(kBob)), "sip:1002@192.0.2.12:5060");
  EXPECT_TRUE(world->quiet(kFirst));
}

TEST_F(PolicyTest, StrangersMayNotUseTrunks) {
  config.policy.trunks = {trunk("all", kFirst, {"0"})};
  start();
  Draft call = draft("0301");
  call.from = "<sip:eve@elsewhere.test>;tag=e";
  send(call, kStranger);
  world->expect(kStranger, 403);
  EXPECT_TRUE(world->quiet(kFirst));
}

TEST_F(PolicyTest, UsersAreChallengedBeforeATrunkIsTaken) {
  config.authenticate = true;
  config.policy.trunks = {trunk("all", kFirst, {"0"})};
  start();
  Draft call = draft("0301");
  send(call);
  const auto challenge = world->expect(kAlice, 407);
  EXPECT_TRUE(world->quiet(kFirst));
  call.headers = {"Proxy-Authorization: " + World::credentials(challenge, call, "1001", "secret-1001")};
  call.branch += "b";
  send(call);
  EXPECT_EQ(value(arrives(kFirst), HeaderId::ProxyAuthorization), "");
}

TEST_F(PolicyTest, AnOutageGoesToTheNextTrunkAndARefusalDoesNot) {
  config.policy.trunks = {trunk("one", kFirst, {"0"}), trunk("two", kSecond, {"0"})};
  start();
  dial("0301");
  world->expect(kAlice, 100);
  refuse(kFirst, arrives(kFirst), 503);
  auto invite = arrives(kSecond);
  refuse(kSecond, invite, 486);
  world->expect(kAlice, 486);
  dial("0302");
  world->expect(kAlice, 100);
  refuse(kFirst, arrives(kFirst), 404);
  world->expect(kAlice, 404);
  EXPECT_TRUE(world->quiet(kSecond));
  dial("0303");
  world->expect(kAlice, 100);
  refuse(kFirst, arrives(kFirst), 500);
  refuse(kSecond, arrives(kSecond), 503);
  world->expect(kAlice, 500);
  world->forget_all();
  world->expect_clean();
}

TEST_F(PolicyTest, ASilentTrunkIsGivenUpInItsTimeout) {
  config.policy.trunks = {trunk("one", kFirst, {"0"}), trunk("two", kSecond, {"0"})};
  start();
  dial("0301");
  world->advance(milliseconds(3900));
  EXPECT_TRUE(world->quiet(kSecond));
  world->advance(milliseconds(200));
  const auto second = arrives(kSecond);
  world->forget_all();
  world->reply(kSecond, second, 180);
  world->expect(kAlice, 180);
  world->reply(kSecond, second, 200);
  world->expect(kAlice, 200);
  world->expect_clean();
}

TEST_F(PolicyTest, ATrunkThatHasSaidAnythingIsWaitedFor) {
  config.policy.trunks = {trunk("one", kFirst, {"0"}), trunk("two", kSecond, {"0"})};
  start();
  dial("0301");
  const auto first = arrives(kFirst);
  world->reply(kFirst, first, 100);
  world->advance(seconds(60));
  EXPECT_TRUE(world->quiet(kSecond));
  world->reply(kFirst, first, 200);
  world->expect(kAlice, 100);
  world->expect(kAlice, 200);
}

TEST_F(PolicyTest, ASilentTrunkThatAnswersLateIsCancelled) {
  config.policy.trunks = {trunk("one", kFirst, {"0"}), trunk("two", kSecond, {"0"})};
  start();
  dial("0301");
  const auto first = arrives(kFirst);
  world->advance(milliseconds(4100));
  const auto second = arrives(kSecond);
  world->forget_all();
  world->reply(kFirst, first, 180);
  world->expect(kFirst, "CANCEL");
  EXPECT_TRUE(world->quiet(kAlice));
  world->reply(kSecond, second, 200);
  world->expect(kAlice, 200);
}

TEST_F(PolicyTest, RulesChangeNumbersAndLeadToPlaces) {
  config.policy.trunks = {trunk("one", kFirst, {}), trunk("two", kSecond, {})};
  config.policy.rules = {{"9.", "", 1, "", {}, 1},
                         {"0[1-9].", "users", 1, "+49", {"trunk:one", "trunk:two"}, 2},
                         {"5xx", "", 0, "", {"1002"}, 3}};
  config.policy.aliases = {{"reception", {"1003"}}};
  start();
  dial("90301");
  world->expect(kAlice, 100);
  EXPECT_EQ(uri_of(arrives(kFirst)), "sip:+49301@192.0.2.51:5060") << "the first rule goes on with the others";
  dial("512");
  EXPECT_EQ(uri_of(arrives(kBob)), "sip:1002@192.0.2.12:5060");
  dial("reception");
  EXPECT_EQ(uri_of(arrives(kCarol)), "sip:1003@192.0.2.13:5060");
  world->forget_all();
  dial("9");
  world->expect(kAlice, 404);
}

TEST_F(PolicyTest, AliasesOfEachOtherEnd) {
  config.policy.aliases = {{"a", {"b"}}, {"b", {"a"}}};
  start();
  dial("a");
  world->expect(kAlice, 404);
}

TEST_F(PolicyTest, AGroupRingsAllAtOnceAndOneAnswers) {
  config.policy.groups = {{"sales", {"1002", "1003"}, Strategy::Parallel, seconds(0), 0}};
  start();
  dial("sales");
  world->expect(kAlice, 100);
  const auto bob = arrives(kBob), carol = arrives(kCarol);
  world->reply(kBob, bob, 180);
  world->reply(kCarol, carol, 180);
  world->reply(kCarol, carol, 200);
  world->expect(kAlice, 180);
  world->expect(kAlice, 180);
  world->expect(kAlice, 200);
  EXPECT_EQ(value(world->expect(kBob, "CANCEL"), HeaderId::Reason), "SIP;cause=200;text=\"Call completed elsewhere\"");
}

TEST_F(PolicyTest, OneMembersDeclineIsNotTheGroups) {
  config.policy.groups = {{"sales", {"1002", "1003"}, Strategy::Parallel, seconds(0), 0}};
  start();
  dial("sales");
  world->expect(kAlice, 100);
  const auto bob = arrives(kBob), carol = arrives(kCarol);
  refuse(kBob, bob, 603);
  EXPECT_TRUE(world->quiet(kCarol));
  world->reply(kCarol, carol, 200);
  world->expect(kAlice, 200);
}

TEST_F(PolicyTest, ASerialGroupGoesOnWhenOneRefuses) {
  config.policy.groups = {{"sales", {"1002", "1003"}, Strategy::Serial, seconds(0), 0}};
  start();
  dial("sales");
  world->expect(kAlice, 100);
  const auto bob = arrives(kBob);
  world->reply(kBob, bob, 180);
  world->advance(seconds(60));
  EXPECT_TRUE(world->quiet(kCarol));
  refuse(kBob, bob, 486);
  world->reply(kCarol, arrives(kCarol), 200);
  world->expect(kAlice, 180);
  world->expect(kAlice, 200);
}

TEST_F(PolicyTest, AHuntGroupGoesOnWhenOneDoesNotAnswer) {
  config.policy.groups = {{"sales", {"1002", "1003"}, Strategy::Hunt, seconds(15), 0}};
  start();
  dial("sales");
  world->expect(kAlice, 100);
  const auto bob = arrives(kBob);
  world->reply(kBob, bob, 180);
  world->expect(kAlice, 180);
  world->advance(milliseconds(14900));
  EXPECT_TRUE(world->quiet(kCarol));
  world->advance(milliseconds(200));
  const auto cancel = world->expect(kBob, "CANCEL");
  const auto carol = arrives(kCarol);
  world->reply(kBob, cancel, 200);
  refuse(kBob, bob, 487);
  world->reply(kCarol, carol, 180);
  world->expect(kAlice, 180);
  world->advance(milliseconds(15100));
  const auto last = world->expect(kCarol, "CANCEL");
  world->reply(kCarol, last, 200);
  refuse(kCarol, carol, 487);
  world->expect(kAlice, 408);
  world->expect_clean();
}

TEST_F(PolicyTest, AnAnswerThatCrossesTheCancelIsTheCalls) {
  config.policy.groups = {{"sales", {"1002", "1003"}, Strategy::Hunt, seconds(15), 0}};
  start();
  dial("sales");
  world->expect(kAlice, 100);
  const auto bob = arrives(kBob);
  world->reply(kBob, bob, 180);
  world->expect(kAlice, 180);
  world->advance(milliseconds(15100));
  const auto carol = arrives(kCarol);
  world->reply(kCarol, carol, 180);
  world->reply(kBob, bob, 200);
  world->expect(kAlice, 180);
  world->expect(kAlice, 200);
  world->expect(kCarol, "CANCEL");
}

TEST_F(PolicyTest, CancellingAGroupEndsIt) {
  config.policy.groups = {{"sales", {"1002", "1003"}, Strategy::Hunt, seconds(15), 0}};
  start();
  Draft call = draft("sales");
  send(call);
  world->expect(kAlice, 100);
  const auto bob = arrives(kBob);
  world->reply(kBob, bob, 180);
  world->expect(kAlice, 180);
  call.method = "CANCEL";
  send(call);
  world->expect(kAlice, 200);
  world->reply(kBob, world->expect(kBob, "CANCEL"), 200);
  refuse(kBob, bob, 487);
  world->expect(kAlice, 487);
  EXPECT_TRUE(world->quiet(kCarol));
}

TEST_F(PolicyTest, AnEmergencyCallNeedsNoPasswordAndTriesEveryTrunk) {
  config.authenticate = true;
  config.policy.trunks = {trunk("one", kFirst, {"0"}), trunk("two", kSecond, {"0"})};
  config.policy.trunks[0].strip = 1;
  config.policy.rules = {{"1xx", "", 0, "", {"1002"}, 1}};
  config.policy.emergency = {{"112", "110"}, {"two", "one"}, 0};
  start();
  Draft call = draft("112");
  call.headers = {"Priority: emergency"};
  send(call);
  world->expect(kAlice, 100);
  const auto second = arrives(kSecond);
  EXPECT_EQ(second.request_uri(), "sip:112@192.0.2.52:5060");
  EXPECT_EQ(value(second, HeaderId::Priority), "emergency");
  refuse(kSecond, second, 603);
  const auto first = arrives(kFirst);
  EXPECT_EQ(first.request_uri(), "sip:112@192.0.2.51:5060") << "as it is known to everybody";
  world->reply(kFirst, first, 200);
  world->expect(kAlice, 200);
  Draft sos = draft("");
  sos.uri = "urn:service:sos.police";
  send(sos, kStranger);
  EXPECT_EQ(uri_of(arrives(kSecond)), "sip:112@192.0.2.52:5060");
  world->forget_all();
  Draft other = draft("");
  other.uri = "urn:service:sosnot";
  send(other, kStranger);
  world->expect(kStranger, 416);
}

TEST_F(PolicyTest, ATrustedPeerIsBelievedAndReachesUsers) {
  config.authenticate = true;
  config.policy.trunks = {trunk("one", kFirst, {"0"})};
  config.policy.trunks[0].trusted = {*AddressRange::parse("192.0.2.51")};
  config.policy.trunks[0].domain = "provider.test";
  config.policy.trunks[0].inbound = "group:sales";
  config.policy.groups = {{"sales", {"1003"}, Strategy::Parallel, seconds(0), 0}};
  config.policy.rules = {{"+4930[1-9]xxx", "trunk:one", 5, "", {}, 0}};
  start();
  Draft call = draft("+49301002");
  call.from = "<sip:1001@example.test>;tag=p";
  send(call, kFirst);
  world->expect(kFirst, 100);
  EXPECT_EQ(uri_of(arrives(kBob)), "sip:1002@192.0.2.12:5060") << "a direct number";
  Draft main = draft("main");
  main.uri = "sip:main@provider.test";
  send(main, kFirst);
  EXPECT_EQ(uri_of(arrives(kCarol)), "sip:1003@192.0.2.13:5060");
  // Through us to where it came from, or elsewhere: not with our money.
  world->forget_all();
  send(draft("0301"), kFirst);
  world->expect(kFirst, 100);
  arrives(kCarol);
  Draft away = draft("");
  away.uri = "sip:x@elsewhere.test";
  send(away, kFirst);
  world->expect(kFirst, 403);
  EXPECT_TRUE(world->quiet(kFirst));
}

}  // namespace
}  // namespace offhook::proxy::test
