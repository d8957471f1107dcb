// Max-Breadth: RFC 5393 §5.
#include "route/breadth.hpp"
#include "harness.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

const Endpoint kAlice = party(11), kBob = party(12), kBob2 = party(13), kBob3 = party(14);

class BreadthTest : public testing::Test {
 protected:
  // What comes to Bob's phone when he has one, and Alice says that.
  std::string at_bob(std::vector<std::string> headers) {
    invite.headers = std::move(headers);
    invite.branch += "x";
    invite.call_id += "x";
    world.send(kAlice, invite);
    world.expect(kAlice, 100);
    return breadth(kBob);
  }
  std::string breadth(const Endpoint& at) {
    last = world.expect(at, "INVITE");
    EXPECT_LE(last.count(HeaderId::MaxBreadth), 1U);
    return value(last, HeaderId::MaxBreadth);
  }
  World world;
  Draft invite;
  sip::Message last;
};

TEST_F(BreadthTest, OneWayKeepsWhatThereIsAndNoMoreThanSixty) {
  world.register_party("1002", kBob);
  EXPECT_EQ(at_bob({}), "") << "who gets it takes that for 60";
  EXPECT_EQ(at_bob({"Max-Breadth: 30"}), "30") << "it is no second Max-Forwards";
  EXPECT_EQ(at_bob({"Max-Breadth: 1"}), "1");
  EXPECT_EQ(at_bob({"Max-Breadth: 100"}), "60");
  EXPECT_EQ(at_bob({"Max-Breadth: 99999999999"}), "60");
  EXPECT_EQ(at_bob({"Max-Breadth: many"}), "60");
  EXPECT_EQ(at_bob({"Max-Breadth: 7", "Max-Breadth: 50"}), "7");
}

TEST_F(BreadthTest, AForkDividesIt) {
  for (const Endpoint& phone : {kBob, kBob2, kBob3}) world.register_party("1002", phone);
  EXPECT_EQ(at_bob({}), "20");
  EXPECT_EQ(breadth(kBob2), "20");
  EXPECT_EQ(breadth(kBob3), "20");
  world.forget_all();
  EXPECT_EQ(at_bob({"Max-Breadth: 8"}), "3");
  EXPECT_EQ(breadth(kBob2), "3");
  EXPECT_EQ(breadth(kBob3), "2");
}

TEST_F(BreadthTest, WithTooLittleTheOthersAreTriedWhenTheseHaveAnswered) {
  for (const Endpoint& phone : {kBob, kBob2, kBob3}) world.register_party("1002", phone);
  EXPECT_EQ(at_bob({"Max-Breadth: 2"}), "1");
  const auto first = last;
  EXPECT_EQ(breadth(kBob2), "1");
  const auto second = last;
  EXPECT_TRUE(world.quiet(kBob3));
  world.reply(kBob, first, 486);
  EXPECT_TRUE(world.quiet(kBob3));
  world.reply(kBob2, second, 480);
  EXPECT_EQ(breadth(kBob3), "2") << "what the others had is free again";
  world.reply(kBob3, last, 200);
  world.expect(kAlice, 200);
  world.expect_clean();
}

TEST_F(BreadthTest, NoneAtAllIs440) {
  world.register_party("1002", kBob);
  invite.headers = {"Max-Breadth: 0"};
  world.send(kAlice, invite);
  world.expect(kAlice, 440);
  EXPECT_TRUE(world.quiet(kBob));
}

TEST_F(BreadthTest, EveryRequestThatForksHasIt) {
  world.register_party("1002", kBob);
  world.register_party("1002", kBob2);
  invite.method = "MESSAGE";
  world.send(kAlice, invite);
  EXPECT_EQ(value(world.expect(kBob, "MESSAGE"), HeaderId::MaxBreadth), "30");
  EXPECT_EQ(value(world.expect(kBob2, "MESSAGE"), HeaderId::MaxBreadth), "30");
}

TEST_F(BreadthTest, AStatelessProxyHoldsToItToo) {
  Config config = World::default_config();
  config.policy.stateless = true;
  World other(config);
  other.register_party("1002", kBob);
  invite.headers = {"Max-Breadth: 600"};
  other.send(kAlice, invite);
  EXPECT_EQ(value(other.expect(kBob, "INVITE"), HeaderId::MaxBreadth), "60");
  invite.headers = {"Max-Breadth: 0"};
  invite.branch = "z9hG4bKnext";
  other.send(kAlice, invite);
  other.expect(kAlice, 440);
}

// The attack of §3: users who forward to each other twice, ten deep. Every path is a spiral of its own, so no loop is
// found in them; one request would become 1024.
TEST_F(BreadthTest, ARequestGrowsNoFurtherThanThat) {
  Config config = World::default_config();
  constexpr int kDepth = 10;
  for (int i = 0; i <= kDepth; ++i)
    config.users.push_back(make_user("u" + std::to_string(i), "secret-u" + std::to_string(i), kDomain));
  World other(std::move(config));
  for (int i = 0; i < kDepth; ++i) {
    const std::string next = "<sip:u" + std::to_string(i + 1) + "@192.0.2.1:5060;way=";
    const std::string user = "u" + std::to_string(i);
    EXPECT_EQ(other.register_user(user, kBob, next + "1>").status(), 200);
    EXPECT_EQ(other.register_user(user, kBob, next + "2>").status(), 200);
  }
  other.register_party("u" + std::to_string(kDepth), kBob);
  other.forget_all();
  invite.uri = "sip:u0@example.test";
  other.send(kAlice, invite);
  std::size_t reached = 0;
  while (!other.quiet(other.proxy)) {  // what it sends to itself
    const auto message = other.take(other.proxy);
    other.send(other.proxy, std::string(message.bytes()));
  }
  for (; !other.quiet(kBob); ++reached) other.expect(kBob, "INVITE");
  EXPECT_GT(reached, 1U);
  EXPECT_LE(reached, Breadth::kMost);
}

}  // namespace
}  // namespace offhook::proxy::test
