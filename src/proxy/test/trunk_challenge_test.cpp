// Calls at a trunk that asks for the password of our account there, in virtual time.
#include <gtest/gtest.h>

#include "harness.hpp"
#include "sip/digest.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

const Endpoint kAlice = party(11), kProvider = party(51), kSecond = party(52);

class TrunkChallengeTest : public testing::Test {
 protected:
  TrunkChallengeTest() {
    Trunk trunk;
    trunk.name = "provider";
    trunk.to = "sip:" + kProvider.text();
    trunk.prefixes = {"0"};
    trunk.username = "office";
    trunk.password = "key";
    trunk.trusted = {{kProvider.address, 32}};
    config.policy.trunks = {trunk};
  }
  void start() {
    world = std::make_unique<World>(config);
    world->register_party("1001", kAlice);
    world->forget_all();
  }
  void dial() {
    Draft call;
    call.uri = "sip:030123@example.test";
    world->send(kAlice, call);
    world->expect(kAlice, 100);
  }
  static std::string challenge(std::string_view nonce, std::string_view more = "") {
    return "Proxy-Authenticate: Digest realm=\"provider.test\", nonce=\"" + std::string(nonce) + "\", qop=\"auth\"" +
           std::string(more);
  }
  void ask(const sip::Message& request, std::string_view nonce, std::string_view more = "") {
    world->reply(kProvider, request, 407, {challenge(nonce, more)});
    if (request.method() == sip::Method::Invite) world->expect(kProvider, "ACK");
  }
  static bool is_right(const sip::Message& request) {
    const auto credentials = sip::Credentials::parse(value(request, HeaderId::ProxyAuthorization));
    return credentials && credentials->username == "office" && credentials->uri == request.request_uri() &&
           sip::verify(*credentials, sip::ha1(credentials->algorithm, "office", "provider.test", "key"),
                       request.method_text());
  }

  Config config = World::default_config();
  std::unique_ptr<World> world;
};

TEST_F(TrunkChallengeTest, IsAnsweredAndThePhoneHearsNothingOfIt) {
  start();
  dial();
  const auto first = world->expect(kProvider, "INVITE");
  EXPECT_EQ(value(first, HeaderId::ProxyAuthorization), "");
  ask(first, "one");
  const auto again = world->expect(kProvider, "INVITE");
  EXPECT_TRUE(is_right(again)) << again.bytes();
  EXPECT_EQ(value(again, HeaderId::CSeq), value(first, HeaderId::CSeq));
  EXPECT_NE(value(again, HeaderId::Via), value(first, HeaderId::Via));
  world->reply(kProvider, again, 180);
  world->expect(kAlice, 180);
  world->reply(kProvider, again, 200);
  world->expect(kAlice, 200);
  EXPECT_TRUE(world->quiet(kAlice));
}

TEST_F(TrunkChallengeTest, AStaleNonceIsAnsweredAgain) {
  start();
  dial();
  ask(world->expect(kProvider, "INVITE"), "one");
  ask(world->expect(kProvider, "INVITE"), "two", ", stale=true");
  const auto third = world->expect(kProvider, "INVITE");
  EXPECT_TRUE(is_right(third));
  EXPECT_NE(third.bytes().find("nonce=\"two\""), std::string_view::npos);
}

TEST_F(TrunkChallengeTest, AWrongPasswordIsAnOutageOfThatTrunk) {
  Trunk second;
  second.name = "second";
  second.to = "sip:" + kSecond.text();
  second.prefixes = {"0"};
  config.policy.trunks.push_back(second);
  start();
  dial();
  ask(world->expect(kProvider, "INVITE"), "one");
  ask(world->expect(kProvider, "INVITE"), "two");
  EXPECT_TRUE(world->quiet(kProvider));
  const auto at_second = world->expect(kSecond, "INVITE");
  EXPECT_EQ(value(at_second, HeaderId::ProxyAuthorization), "");
  world->reply(kSecond, at_second, 503);
  world->expect(kSecond, "ACK");
  world->expect(kAlice, 502);
  world->forget_all();
  world->expect_clean();
}

TEST_F(TrunkChallengeTest, AServerThatNeverEndsToAskIsLeft) {
  start();
  dial();
  for (int i = 0; i < 4; ++i) ask(world->expect(kProvider, "INVITE"), "n" + std::to_string(i), ", stale=true");
  world->expect(kAlice, 502);
  EXPECT_TRUE(world->quiet(kProvider));
}

TEST_F(TrunkChallengeTest, InsideADialogToo) {
  start();
  dial();
  ask(world->expect(kProvider, "INVITE"), "one");
  const auto invite = world->expect(kProvider, "INVITE");
  world->reply(kProvider, invite, 200);
  world->expect(kAlice, 200);
  Draft bye;
  bye.method = "BYE";
  bye.uri = "sip:030123@" + kProvider.text();
  bye.headers = {"Route: <sip:192.0.2.1:5060;lr>"};
  bye.to += ";tag=callee";
  bye.branch += "bye";
  world->send(kAlice, bye);
  ask(world->expect(kProvider, "BYE"), "two");
  const auto again = world->expect(kProvider, "BYE");
  EXPECT_TRUE(is_right(again)) << again.bytes();
  world->reply(kProvider, again, 200);
  world->expect(kAlice, 200);
}

TEST_F(TrunkChallengeTest, WithoutAnAccountTheCallerSeesTheChallenge) {
  config.policy.trunks[0].username = config.policy.trunks[0].password = "";
  start();
  dial();
  ask(world->expect(kProvider, "INVITE"), "one");
  world->expect(kAlice, 407);
}

TEST_F(TrunkChallengeTest, ACancelledCallIsNotSentAgain) {
  start();
  dial();
  const auto invite = world->expect(kProvider, "INVITE");
  world->reply(kProvider, invite, 180);
  world->expect(kAlice, 180);
  Draft cancel;
  cancel.uri = "sip:030123@example.test";
  cancel.method = "CANCEL";
  world->send(kAlice, cancel);
  world->expect(kAlice, 200);
  world->expect(kProvider, "CANCEL");
  world->reply(kProvider, invite, 407, {challenge("one")});
  world->expect(kProvider, "ACK");
  EXPECT_TRUE(world->quiet(kProvider));
}

}  // namespace
}  // namespace offhook::proxy::test
