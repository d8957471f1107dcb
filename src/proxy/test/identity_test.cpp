// Who is calling and who has answered: P-Asserted-Identity and Privacy, between scripted parties in virtual time.
#include <gtest/gtest.h>

#include "harness.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

const Endpoint kAlice = party(11), kBob = party(12), kCarol = party(13);
const Endpoint kFirst = party(51), kSecond = party(52), kStranger = party(99);

class IdentityTest : public testing::Test {
 protected:
  // Calls of users are authenticated, identities asserted; "one" is a trunk that is trusted, "two" is not.
  IdentityTest() {
    config.authenticate = true;
    config.policy.asserts_identity = true;
    config.policy.trunks = {trunk("one", kFirst, {"0"}), trunk("two", kSecond, {"1"})};
    config.policy.trunks[0].trusted = {*AddressRange::parse("192.0.2.51")};
    config.policy.aliases = {{"+4930555", {"1001"}}};
  }
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
  void send(const Draft& what, const Endpoint& from = kAlice) { world->send(from, what); }
  sip::Message arrives(const Endpoint& at) { return world->expect(at, "INVITE"); }
  // From somebody else than a user.
  Draft from_outside(std::string_view number, std::vector<std::string> headers = {}) const {
    Draft out = draft(number);
    out.from = "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=p";
    out.headers = std::move(headers);
    return out;
  }
  // Sends it as 1001 with a good password.
  void send_shown(Draft what) {
    send(what);
    const auto challenge = world->expect(kAlice, 407);
    what.branch += "b";
    what.headers.push_back("Proxy-Authorization: " + World::credentials(challenge, what, "1001", "secret-1001"));
    send(what);
  }
  // From 1001 with a good password, to wherever the number leads.
  sip::Message call(std::string_view number, const Endpoint& to, std::vector<std::string> headers = {}) {
    Draft what = draft(number);
    what.headers = std::move(headers);
    send_shown(std::move(what));
    world->expect(kAlice, 100);
    return arrives(to);
  }
  static std::string asserted(const sip::Message& invite) { return value(invite, HeaderId::PAssertedIdentity); }
  // What the caller hears of the answer with these fields.
  std::string heard(const Endpoint& by, const sip::Message& invite, int status, std::vector<std::string> headers = {},
                    const Endpoint& caller = kAlice) {
    world->reply(by, invite, status, std::move(headers));
    const auto response = world->expect(caller, status);
    EXPECT_LE(response.count(HeaderId::PAssertedIdentity), 1U);
    return asserted(response);
  }

  // Why Alice's request was not taken.
  std::string refusal() {
    const auto response = world->expect(kAlice, 500);
    return std::string(response.reason());
  }

  Config config = World::default_config();
  std::unique_ptr<World> world;
  mutable int calls = 0;
};

TEST_F(IdentityTest, AUserIsAssertedAndHisOwnWordIsNot) {
  start();
  const auto invite = call("1002", kBob, {"P-Asserted-Identity: <sip:boss@example.test>"});
  EXPECT_EQ(asserted(invite), "<sip:1001@example.test>");
  EXPECT_EQ(invite.count(HeaderId::PAssertedIdentity), 1U);
}

TEST_F(IdentityTest, APreferenceCountsWhenItIsTheUsersOwn) {
  start();
  auto invite = call("1002", kBob, {"P-Preferred-Identity: \"Alice\" <tel:+49-30-555>"});
  EXPECT_EQ(asserted(invite), "\"Alice\" <tel:+49-30-555>");
  EXPECT_EQ(invite.count(HeaderId::PPreferredIdentity), 0U);
  invite = call("1002", kBob, {"P-Preferred-Identity: <sip:1003@example.test>"});
  EXPECT_EQ(asserted(invite), "<sip:1001@example.test>");
  invite = call("1002", kBob, {"P-Preferred-Identity: <sip:1001@elsewhere.test>"});
  EXPECT_EQ(asserted(invite), "<sip:1001@example.test>");
}

TEST_F(IdentityTest, PrivacyHidesItFromAllButTrustedTrunks) {
  start();
  EXPECT_EQ(asserted(call("1002", kBob, {"Privacy: id"})), "");
  EXPECT_EQ(asserted(call("0301", kFirst, {"Privacy: user;id"})), "<sip:1001@example.test>");
  EXPECT_EQ(asserted(call("12345", kSecond, {"Privacy: id"})), "");
  EXPECT_EQ(asserted(call("12345", kSecond, {"Privacy: none"})), "<sip:1001@example.test>");
}

TEST_F(IdentityTest, ATrunkMayHaveItsOwnIdentityOfUs) {
  config.policy.asserts_identity = false;
  config.policy.trunks[0].identity = "sip:+4930555@provider.test";
  start();
  EXPECT_EQ(asserted(call("0301", kFirst)), "<sip:+4930555@provider.test>");
  EXPECT_EQ(asserted(call("12345", kSecond, {"P-Asserted-Identity: <sip:boss@example.test>"})), "");
}

TEST_F(IdentityTest, ATrustedPeersIdentityStaysUnlessItIsPrivate) {
  start();
  const std::string identity = "P-Asserted-Identity: <sip:+4940777@provider.test>";
  send(from_outside("1002", {identity}), kFirst);
  EXPECT_EQ(asserted(arrives(kBob)), "<sip:+4940777@provider.test>");
  send(from_outside("1002", {identity, "Privacy: id"}), kFirst);
  EXPECT_EQ(asserted(arrives(kBob)), "");
  send(from_outside("1002", {identity, "Privacy: none"}), kFirst);
  EXPECT_EQ(asserted(arrives(kBob)), "<sip:+4940777@provider.test>");
  send(from_outside("1002", {identity}), kStranger);
  EXPECT_EQ(asserted(arrives(kBob)), "");
}

TEST_F(IdentityTest, NothingIsAddedUnlessTheSettingsSaySo) {
  config.policy.asserts_identity = false;
  start();
  const auto invite = call("1002", kBob, {"P-Preferred-Identity: <sip:1001@example.test>"});
  EXPECT_EQ(asserted(invite), "");
  EXPECT_EQ(value(invite, HeaderId::PPreferredIdentity), "<sip:1001@example.test>");
}

// RFC 5876 §4.5.
TEST_F(IdentityTest, OneAddressOfEachKindGoesOn) {
  start();
  send(from_outside("1002", {"P-Asserted-Identity: <sip:a@provider.test>, <tel:+4940777>",
                             "P-Asserted-Identity: <sips:b@provider.test>, <mailto:c@provider.test>, <tel:+4940888>"}),
       kFirst);
  const auto invite = arrives(kBob);
  std::vector<std::string> left;
  for (const std::string_view each : invite.values(HeaderId::PAssertedIdentity)) left.emplace_back(each);
  EXPECT_EQ(left, (std::vector<std::string>{"<sip:a@provider.test>", "<tel:+4940777>"}));
}

TEST_F(IdentityTest, WhoAnswersIsNamedToUsersAndHisOwnWordIsNot) {
  start();
  const auto invite = call("1002", kBob);
  EXPECT_EQ(heard(kBob, invite, 180), "<sip:1002@example.test>");
  EXPECT_EQ(heard(kBob, invite, 200, {"P-Asserted-Identity: <sip:boss@example.test>, <tel:+4930999>"}),
            "<sip:1002@example.test>");
}

TEST_F(IdentityTest, WhoRefusesIsNamedToo) {
  start();
  const auto invite = call("1002", kBob);
  EXPECT_EQ(heard(kBob, invite, 486, {"P-Asserted-Identity: <sip:boss@example.test>"}), "<sip:1002@example.test>");
}

TEST_F(IdentityTest, OfAGroupItIsTheMemberWhoAnswers) {
  config.policy.groups = {{"sales", {"1002", "1003"}, Strategy::Parallel, seconds(0), 0}};
  start();
  const auto bob = call("sales", kBob);
  const auto carol = arrives(kCarol);
  EXPECT_EQ(heard(kBob, bob, 180), "<sip:1002@example.test>");
  EXPECT_EQ(heard(kCarol, carol, 200), "<sip:1003@example.test>");
}

TEST_F(IdentityTest, APreferenceOfWhoAnswersCountsWhenItIsHisOwn) {
  config.policy.aliases["+4930777"] = {"1002"};
  start();
  auto invite = call("1002", kBob);
  world->reply(kBob, invite, 200, {"P-Preferred-Identity: \"Bob\" <tel:+49-30-777>"});
  const auto response = world->expect(kAlice, 200);
  EXPECT_EQ(asserted(response), "\"Bob\" <tel:+49-30-777>");
  EXPECT_EQ(response.count(HeaderId::PPreferredIdentity), 0U);
  invite = call("1002", kBob);
  EXPECT_EQ(heard(kBob, invite, 200, {"P-Preferred-Identity: <sip:1003@example.test>"}), "<sip:1002@example.test>");
}

TEST_F(IdentityTest, WhoAnswersMayHideFromAllButTrustedTrunks) {
  start();
  const auto invite = call("1002", kBob);
  EXPECT_EQ(heard(kBob, invite, 180, {"Privacy: user;id"}), "");
  EXPECT_EQ(heard(kBob, invite, 200, {"Privacy: none"}), "<sip:1002@example.test>");
  send(from_outside("1002"), kFirst);
  world->expect(kFirst, 100);
  EXPECT_EQ(heard(kBob, arrives(kBob), 200, {"Privacy: id"}, kFirst), "<sip:1002@example.test>");
}

TEST_F(IdentityTest, ATrunkWithAnIdentityOfItsOwnHearsThatOne) {
  config.policy.trunks[0].identity = "sip:+4930555@provider.test";
  start();
  send(from_outside("1002"), kFirst);
  world->expect(kFirst, 100);
  EXPECT_EQ(heard(kBob, arrives(kBob), 200, {}, kFirst), "<sip:+4930555@provider.test>");
}

TEST_F(IdentityTest, StrangersAreToldNobodysName) {
  start();
  send(from_outside("1002"), kStranger);
  world->expect(kStranger, 100);
  EXPECT_EQ(heard(kBob, arrives(kBob), 200, {"P-Asserted-Identity: <sip:1002@example.test>"}, kStranger), "");
}

TEST_F(IdentityTest, ATrustedTrunksWordOfWhoAnswersStaysUnlessItIsPrivate) {
  start();
  const std::string identity = "P-Asserted-Identity: <sip:+4940777@provider.test>";
  auto invite = call("0301", kFirst);
  EXPECT_EQ(heard(kFirst, invite, 180, {identity}), "<sip:+4940777@provider.test>");
  EXPECT_EQ(heard(kFirst, invite, 200, {identity, "Privacy: id"}), "");
  invite = call("12345", kSecond);
  EXPECT_EQ(heard(kSecond, invite, 200, {identity}), "") << "a trunk that nobody trusts";
}

TEST_F(IdentityTest, WithoutTheSettingAPhonesWordGoesAllTheSame) {
  config.policy.asserts_identity = false;
  start();
  const auto invite = call("1002", kBob);
  EXPECT_EQ(heard(kBob, invite, 180, {"P-Asserted-Identity: <sip:boss@example.test>"}), "");
  EXPECT_EQ(heard(kBob, invite, 486, {"P-Asserted-Identity: <sip:boss@example.test>"}), "");
}

TEST_F(IdentityTest, WhereAnybodyMayRegisterNobodyWhoAnswersIsNamed) {
  config.authenticate_registrations = false;
  start();
  EXPECT_EQ(heard(kBob, call("1002", kBob), 200, {"P-Asserted-Identity: <sip:1002@example.test>"}), "");
}

TEST_F(IdentityTest, WithinADialogAPhonesWordGoes) {
  start();
  const auto invite = call("1002", kBob);
  world->reply(kBob, invite, 200);
  const auto answer = world->expect(kAlice, 200);
  Draft again = draft("1002");
  again.uri = "sip:192.0.2.12:5060";
  again.to = value(answer, HeaderId::To);
  again.call_id = value(answer, HeaderId::CallId);
  again.cseq = 9;
  again.headers = {"Route: " + value(answer, HeaderId::RecordRoute)};
  send(again);
  world->expect(kAlice, 100);
  EXPECT_EQ(heard(kBob, arrives(kBob), 200, {"P-Asserted-Identity: <sip:boss@example.test>"}), "");
}

// RFC 3323 §4.2 and §5.
TEST_F(IdentityTest, PrivacyThatIsCriticalAndNotToBeHadIsRefused) {
  start();
  Draft wish = draft("1002");
  wish.headers = {"Privacy: Header;id", "Privacy: session;x-own;critical"};
  send_shown(wish);
  EXPECT_EQ(refusal(), "Privacy Failure: No header, session, x-own");
  EXPECT_TRUE(world->quiet(kBob));
  world->forget_all();
  wish = draft("12345");
  wish.headers = {"Privacy: user;critical"};
  send_shown(wish);
  EXPECT_EQ(refusal(), "Privacy Failure: No user");
  EXPECT_TRUE(world->quiet(kSecond));
}

TEST_F(IdentityTest, PrivacyThatIsNotCriticalOrIsGivenIsNotRefused) {
  start();
  EXPECT_EQ(asserted(call("1002", kBob, {"Privacy: id;critical"})), "");
  EXPECT_EQ(value(call("1002", kBob, {"Privacy: header;session;user"}), HeaderId::Privacy), "header;session;user");
  EXPECT_EQ(value(call("0301", kFirst, {"Privacy: user;id;critical"}), HeaderId::Privacy), "user;id;critical")
      << "a trusted trunk says so itself";
}

TEST_F(IdentityTest, WhatIsCriticalMayStandInARouteOrInADialog) {
  start();
  Draft routed = draft("");
  routed.uri = "sip:1002@example.test";
  routed.headers = {"Route: <sip:192.0.2.99;lr>", "Privacy: header;critical"};
  send_shown(routed);
  world->expect(kAlice, 100);
  arrives(kStranger);
  world->reply(kBob, call("1002", kBob), 200);
  const auto answer = world->expect(kAlice, 200);
  Draft bye = draft("1002");
  bye.method = "BYE";
  bye.uri = "sip:192.0.2.12:5060";
  bye.to = value(answer, HeaderId::To);
  bye.call_id = value(answer, HeaderId::CallId);
  bye.cseq = 9;
  bye.headers = {"Route: " + value(answer, HeaderId::RecordRoute), "Privacy: header;critical"};
  send(bye);
  world->expect(kBob, "BYE");
}

TEST_F(IdentityTest, AnEmergencyCallIsNotRefusedForItsPrivacy) {
  config.policy.emergency = {{"112"}, {"two"}, 0};
  start();
  Draft sos = draft("112");
  sos.headers = {"Privacy: header;critical"};
  send(sos);
  world->expect(kAlice, 100);
  arrives(kSecond);
}

TEST_F(IdentityTest, WithoutTransactionsTheSameHolds) {
  config.authenticate_calls = false;
  config.policy.stateless = true;
  start();
  const std::string identity = "P-Asserted-Identity: <sip:+4940777@provider.test>";
  send(draft("1002"));
  EXPECT_EQ(heard(kBob, arrives(kBob), 200, {identity}), "");
  send(draft("0301"));
  const auto invite = arrives(kFirst);
  EXPECT_EQ(heard(kFirst, invite, 180, {identity}), "<sip:+4940777@provider.test>");
  EXPECT_EQ(heard(kFirst, invite, 200, {identity, "Privacy: id"}), "");
  Draft wish = draft("1002");
  wish.headers = {"Privacy: session;critical"};
  send(wish);
  EXPECT_EQ(refusal(), "Privacy Failure: No session");
}

}  // namespace
}  // namespace offhook::proxy::test
