// 3xx: passed to the caller, or followed by the proxy (redirect = "recurse").
#include <gtest/gtest.h>

#include "harness.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

const Endpoint kAlice = party(11), kBob = party(12), kCarol = party(13), kGateway = party(51), kAway = party(77);

class RedirectTest : public testing::Test {
 protected:
  RedirectTest() { config.policy.redirects = Redirects::Recurse; }
  void start() {
    world = std::make_unique<World>(config);
    world->register_party("1001", kAlice);
    world->register_party("1002", kBob);
    world->register_party("1003", kCarol);
    world->forget_all();
  }
  // From 1001 to 1002, who has it.
  sip::Message call(Draft draft = {}) {
    world->send(draft_from, draft);
    world->expect(draft_from, 100);
    return world->expect(kBob, "INVITE");
  }
  void redirect(const sip::Message& invite, const std::string& contacts, int status = 302, const Endpoint& at = kBob) {
    const auto response = sip::Builder::response(invite, status, "moved").add(HeaderId::Contact, contacts).build();
    world->send(at, std::string(response.bytes()));
    world->expect(at, "ACK");
  }

  Config config = World::default_config();
  std::unique_ptr<World> world;
  Endpoint draft_from = kAlice;
};

TEST_F(RedirectTest, GoesToTheCallerUnlessTheSettingsSayElse) {
  config.policy.redirects = Redirects::Pass;
  start();
  redirect(call(), "<sip:1003@example.test>");
  world->expect(kAlice, 302);
  EXPECT_TRUE(world->quiet(kCarol));
}

TEST_F(RedirectTest, TheProxyFollowsAUserOfOurs) {
  start();
  const auto first = call();
  redirect(first, "<sip:1003@example.test>");
  EXPECT_TRUE(world->quiet(kAlice));
  const auto second = world->expect(kCarol, "INVITE");
  EXPECT_EQ(second.request_uri(), "sip:1003@192.0.2.13:5060");
  EXPECT_EQ(second.call_id(), first.call_id());
  EXPECT_EQ(second.cseq(), first.cseq());
  world->reply(kCarol, second, 200);
  world->expect(kAlice, 200);
  world->expect_clean();
}

TEST_F(RedirectTest, TheBestContactIsTriedFirst) {
  start();
  redirect(call(), "<sip:x@192.0.2.77:5060>;q=0.2, <sip:1003@example.test>;q=0.9, <sip:y@192.0.2.51:5060>;expires=0");
  const auto carol = world->expect(kCarol, "INVITE");
  EXPECT_TRUE(world->quiet(kAway));
  world->reply(kCarol, carol, 486);
  world->expect(kCarol, "ACK");
  world->reply(kAway, world->expect(kAway, "INVITE"), 200);
  world->expect(kAlice, 200);
  EXPECT_TRUE(world->quiet(kGateway)) << "it has expired";
}

TEST_F(RedirectTest, PhonesThatForwardToEachOtherEndTheCall) {
  start();
  redirect(call(), "<sip:1003@example.test>");
  const auto carol = world->expect(kCarol, "INVITE");
  redirect(carol, "<sip:1002@example.test>", 302, kCarol);
  world->expect(kAlice, 302);
  EXPECT_TRUE(world->quiet(kBob));
  world->expect_clean();
}

TEST_F(RedirectTest, AChainHasAnEnd) {
  config.policy.max_redirects = 3;
  start();
  redirect(call(), "<sip:0@192.0.2.77:5060>");
  for (int i = 1; i <= 2; ++i)
    redirect(world->expect(kAway, "INVITE"), "<sip:" + std::to_string(i) + "@192.0.2.77:5060>", 302, kAway);
  redirect(world->expect(kAway, "INVITE"), "<sip:3@192.0.2.77:5060>", 302, kAway);
  EXPECT_TRUE(world->quiet(kAway));
  world->expect(kAlice, 302);
}

TEST_F(RedirectTest, AStrangersCallIsNotRelayedElsewhere) {
  start();
  draft_from = party(99);
  Draft stranger;
  stranger.from = "<sip:eve@elsewhere.test>;tag=e";
  redirect(call(stranger), "<sip:x@192.0.2.77:5060>");
  world->expect(draft_from, 302);
  EXPECT_TRUE(world->quiet(kAway));
}

TEST_F(RedirectTest, AUserMayHaveHisCallsAtANumberOutside) {
  Trunk trunk;
  trunk.name = "gateway";
  trunk.to = "sip:" + kGateway.text();
  trunk.prefixes = {"0"};
  config.policy.trunks = {trunk};
  start();
  draft_from = party(99);
  Draft stranger;
  stranger.from = "<sip:eve@elsewhere.test>;tag=e";
  redirect(call(stranger), "<sip:01701@example.test>");
  const auto invite = world->expect(kGateway, "INVITE");
  EXPECT_EQ(invite.request_uri(), "sip:01701@192.0.2.51:5060");
  // The gateway is nobody's phone: it sends the call nowhere.
  redirect(invite, "<sip:01702@example.test>", 302, kGateway);
  world->expect(draft_from, 302);
}

TEST_F(RedirectTest, AnotherPhoneThatRingsIsWaitedFor) {
  start();
  world->register_user("1002", kGateway, "<sip:1002@192.0.2.51:5060>");
  world->forget_all();
  const auto bob = call();
  const auto other = world->expect(kGateway, "INVITE");
  world->reply(kGateway, other, 180);
  world->expect(kAlice, 180);
  redirect(bob, "<sip:1003@example.test>");
  EXPECT_TRUE(world->quiet(kCarol));
  world->reply(kGateway, other, 486);
  world->expect(kGateway, "ACK");
  world->expect(kCarol, "INVITE");
}

TEST_F(RedirectTest, OtherRedirectionsAndAnEndedCallAreLeftAlone) {
  start();
  redirect(call(), "<sip:1003@example.test>", 380);
  world->expect(kAlice, 380);
  Draft second;
  second.call_id = "second";
  second.branch += "2";
  const auto bob = call(second);
  world->reply(kBob, bob, 180);
  world->expect(kAlice, 180);
  second.method = "CANCEL";
  world->send(kAlice, second);
  world->expect(kAlice, 200);
  world->reply(kBob, world->expect(kBob, "CANCEL"), 200);
  redirect(bob, "<sip:1003@example.test>");
  world->expect(kAlice, 302);
  EXPECT_TRUE(world->quiet(kCarol));
}

TEST_F(RedirectTest, SipsStaysSips) {
  start();
  Draft secure;
  secure.uri = "sips:1002@example.test";
  world->send(kAlice, secure);
  world->expect(kAlice, 100);
  redirect(world->expect(kBob, "INVITE"), "<sip:1003@example.test>");
  world->expect(kAlice, 302);
}

}  // namespace
}  // namespace offhook::proxy::test
