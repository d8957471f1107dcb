// Another configuration while calls go on.
#include "harness.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

const Endpoint kAlice = party(11), kBob = party(12);

Config with_digest() {
  auto config = World::default_config();
  config.authenticate = true;
  return config;
}

Draft registration(std::uint32_t cseq) {
  Draft draft;
  draft.method = "REGISTER";
  draft.uri = "sip:example.test";
  draft.from = draft.to = "<sip:1001@example.test>";
  draft.from += ";tag=r";
  draft.cseq = cseq;
  draft.branch = "z9hG4bKreconf" + std::to_string(cseq);
  draft.headers = {"Contact: <sip:1001@192.0.2.11>"};
  return draft;
}

sip::Message attempt(World& world, const sip::Message& challenge, std::uint32_t cseq, std::uint32_t nc,
                     std::string_view password = "secret-1001") {
  auto draft = registration(cseq);
  draft.headers.push_back("Authorization: " + World::credentials(challenge, draft, "1001", password, nc));
  world.send(kAlice, draft);
  return world.take(kAlice);
}

sip::Message challenge(World& world, std::uint32_t cseq) {
  world.send(kAlice, registration(cseq));
  return world.expect(kAlice, 401);
}

TEST(Reconfigure, ACallThatRingsIsAnsweredAndHungUpAfterwards) {
  World world;
  world.register_party("1002", kBob);
  world.send(kAlice, Draft{});
  world.expect(kAlice, 100);
  const auto invite = world.expect(kBob, "INVITE");
  auto config = World::default_config();
  config.domains.emplace_back("second.test");
  config.record_route = false;
  ASSERT_TRUE(world.core->reconfigure(world.now, config));
  world.reply(kBob, invite, 200);
  const auto ok = world.expect(kAlice, 200);
  EXPECT_FALSE(value(ok, HeaderId::RecordRoute).empty());
  Draft bye;
  bye.method = "BYE";
  bye.branch = "z9hG4bKbye";
  bye.cseq = 2;
  bye.uri = "sip:" + kBob.text();
  bye.to = value(ok, HeaderId::To);
  bye.headers = {"Route: " + value(ok, HeaderId::RecordRoute)};
  world.send(kAlice, bye);
  world.reply(kBob, world.expect(kBob, "BYE"), 200);
  world.expect(kAlice, 200);
  // And what is new holds for new calls.
  Draft second;
  second.uri = "sip:1002@second.test";
  second.call_id = "call-2";
  second.branch = "z9hG4bKsecond";
  world.send(kAlice, second);
  world.expect(kAlice, 100);
  EXPECT_TRUE(value(world.expect(kBob, "INVITE"), HeaderId::RecordRoute).empty());
}

TEST(Reconfigure, UsersComeAndGoAndPasswordsChange) {
  World world(with_digest());
  const auto first = challenge(world, 1);
  EXPECT_EQ(attempt(world, first, 2, 1).status(), 200);

  auto config = with_digest();
  config.users = {make_user("1001", "another", kDomain), make_user("2001", "secret-2001", kDomain)};
  ASSERT_TRUE(world.core->reconfigure(world.now, config));
  EXPECT_EQ(attempt(world, first, 3, 2).status(), 401);
  // The challenge of before is still good for whoever knows the new password.
  EXPECT_EQ(attempt(world, first, 4, 3, "another").status(), 200);
  EXPECT_EQ(world.register_user("2001", kBob, "<sip:2001@192.0.2.12>").status(), 200);
  EXPECT_EQ(world.core->binding_count(), 2U);

  config.users.erase(config.users.begin());
  ASSERT_TRUE(world.core->reconfigure(world.now, config));
  EXPECT_EQ(attempt(world, first, 5, 4, "another").status(), 401);
}

TEST(Reconfigure, ALongerLifeOfNoncesOpensNoWayForReplays) {
  World world(with_digest());
  const auto first = challenge(world, 1);
  EXPECT_EQ(attempt(world, first, 2, 1).status(), 200);
  world.advance(seconds(310));  // its nonce is too old, and nobody remembers its count
  challenge(world, 3);
  auto config = with_digest();
  config.nonce_lifetime = seconds(3600);
  ASSERT_TRUE(world.core->reconfigure(world.now, config));
  const auto again = attempt(world, first, 4, 1);
  EXPECT_EQ(again.status(), 401);
  EXPECT_NE(value(again, HeaderId::WwwAuthenticate).find("stale=true"), std::string::npos);
}

TEST(Reconfigure, AuthenticationMayBeTurnedOnAndOff) {
  World world;
  world.send(kAlice, registration(1));
  world.expect(kAlice, 200);
  ASSERT_TRUE(world.core->reconfigure(world.now, with_digest()));
  challenge(world, 2);
  ASSERT_TRUE(world.core->reconfigure(world.now, World::default_config()));
  world.send(kAlice, registration(3));
  world.expect(kAlice, 200);
}

TEST(Reconfigure, WhatNeedsARestartIsSaidAndChangesNothing) {
  World world(with_digest());
  auto other = World::default_config();
  other.domains = {"other.test"};
  EXPECT_EQ(world.core->reconfigure(world.now, other).error().text(),
            "another first domain needs a restart: users are registered under 'example.test' (other.test)");
  other = World::default_config();
  other.realm = "elsewhere";
  EXPECT_EQ(world.core->reconfigure(world.now, other).error().text(), "another realm needs a restart (elsewhere)");
  other = World::default_config();
  other.timers.t1 = seconds(1);
  EXPECT_EQ(world.core->reconfigure(world.now, other).error().text(), "other transaction timers need a restart");
  challenge(world, 1);  // as before
}

TEST(Reconfigure, ABindingOfASocketThatIsGoneIsReachedByAnother) {
  auto config = World::default_config();
  const Endpoint second{IpAddress::v4(192, 0, 2, 1), 5062};
  config.listen.push_back({transport::Protocol::Udp, second});
  World world(config);
  auto draft = registration(1);
  draft.headers = {"Contact: <sip:1001@10.0.0.1>"};  // behind a NAT
  draft.via = "SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bKnat";
  world.core->receive(world.now, {transport::Protocol::Udp, second, kAlice, 0}, draft.text(kAlice));
  const auto sent = [&] {
    while (auto write = world.core->poll_store()) world.core->stored(world.now, write->id, true);
    std::vector<transport::Transmit> out;
    while (auto transmit = world.core->poll_transmit()) out.push_back(std::move(*transmit));
    return out;
  };
  ASSERT_EQ(sent().size(), 1U);
  const auto call = [&](int n) {
    Draft invite;
    invite.uri = "sip:1001@example.test";
    invite.branch = "z9hG4bKnat" + std::to_string(n);
    invite.call_id = "nat" + std::to_string(n);
    world.core->receive(world.now, {transport::Protocol::Udp, world.proxy, kBob, 0}, invite.text(kBob));
    auto out = sent();
    EXPECT_EQ(out.size(), 2U);
    return out.back().flow;
  };
  EXPECT_EQ(call(1).local, second);
  config.listen.pop_back();
  ASSERT_TRUE(world.core->reconfigure(world.now, config));
  EXPECT_EQ(call(2).local, world.proxy);
  EXPECT_EQ(call(3).remote, kAlice);
}

TEST(Reconfigure, PingsMayBeTurnedOn) {
  auto config = World::default_config();
  config.keep_alive = seconds(0);
  World world(config);
  auto draft = registration(1);
  draft.headers = {"Contact: <sip:1001@10.0.0.1>"};
  draft.via = "SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bKnat";
  world.send(kAlice, draft);
  EXPECT_FALSE(world.core->deadline() && *world.core->deadline() < world.now.mono + seconds(31));
  config.keep_alive = seconds(30);
  ASSERT_TRUE(world.core->reconfigure(world.now, config));
  ASSERT_TRUE(world.core->deadline());
  EXPECT_LE(*world.core->deadline(), world.now.mono + seconds(30));
}

}  // namespace
}  // namespace offhook::proxy::test
