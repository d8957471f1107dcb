// Registrations that the proxy keeps at a provider, in virtual time.
#include <gtest/gtest.h>

#include "harness.hpp"
#include "sip/digest.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

const Endpoint kProvider = party(51), kSecond = party(52), kAlice = party(11);

Config with_trunk() {
  Config config = World::default_config();
  config.authenticate = true;
  Trunk trunk;
  trunk.name = "provider";
  trunk.to = "sip:provider.test";
  trunk.username = "office";
  trunk.password = "key";
  trunk.registers = true;
  trunk.inbound = "1001";
  config.policy.trunks = {trunk};
  return config;
}

class TrunkRegistrationTest : public testing::Test {
 protected:
  void start(Config config = with_trunk(), seconds ttl = seconds(86400)) {
    world = std::make_unique<World>(std::move(config));
    world->zone["SRV _sip._udp.provider.test"] = {
        transport::dns::Outcome::NoError,
        std::vector<transport::dns::Srv>{{10, 0, 5060, "one.provider.test"}, {20, 0, 5060, "two.provider.test"}},
        ttl,
        {}};
    const auto host = [&](const char* name, const Endpoint& at) {
      world->zone[std::string("A ") + name] = {transport::dns::Outcome::NoError, std::vector{at.address}, ttl, {}};
    };
    host("one.provider.test", kProvider);
    host("two.provider.test", kSecond);
    world->advance(seconds(0));
  }
  sip::Message registers(const Endpoint& at = kProvider) { return world->expect(at, "REGISTER"); }
  static std::string challenge(std::string_view nonce, std::string_view more = "") {
    return "WWW-Authenticate: Digest realm=\"provider.test\", nonce=\"" + std::string(nonce) +
           "\", algorithm=SHA-256, qop=\"auth\"" + std::string(more);
  }
  static bool is_right(const sip::Message& request, std::string_view password = "key") {
    const auto credentials = sip::Credentials::parse(value(request, HeaderId::Authorization));
    return credentials && credentials->username == "office" && credentials->uri == request.request_uri() &&
           sip::verify(*credentials, sip::ha1(credentials->algorithm, "office", "provider.test", password), "REGISTER");
  }
  void accept(const sip::Message& request, int expires, const Endpoint& at = kProvider) {
    world->reply(at, request, 200, {"Contact: <sip:office@192.0.2.1:5060>;expires=" + std::to_string(expires)});
  }

  std::unique_ptr<World> world;
};

TEST_F(TrunkRegistrationTest, AnswersTheChallengeAndRefreshesInTime) {
  start();
  const auto first = registers();
  EXPECT_EQ(first.request_uri(), "sip:provider.test");
  EXPECT_EQ(value(first, HeaderId::To), "<sip:office@provider.test>");
  EXPECT_EQ(value(first, HeaderId::Contact), "<sip:office@192.0.2.1:5060>");
  EXPECT_EQ(value(first, HeaderId::Expires), "600");
  world->reply(kProvider, first, 401, {challenge("n1")});
  const auto second = registers();
  EXPECT_EQ(second.cseq(), first.cseq() + 1);
  EXPECT_EQ(second.call_id(), first.call_id());
  EXPECT_TRUE(is_right(second));
  accept(second, 100);
  world->advance(milliseconds(49'900));
  EXPECT_TRUE(world->quiet(kProvider));
  world->advance(milliseconds(200));
  const auto refresh = registers();
  EXPECT_TRUE(is_right(refresh)) << "with the nonce of before";
  EXPECT_NE(value(refresh, HeaderId::Authorization).find("nc=00000002"), std::string::npos);
  world->reply(kProvider, refresh, 401, {challenge("n2", ", stale=true")});
  const auto again = registers();
  EXPECT_TRUE(is_right(again));
  EXPECT_NE(value(again, HeaderId::Authorization).find("nonce=\"n2\""), std::string::npos);
  accept(again, 100);
}

TEST_F(TrunkRegistrationTest, AWrongPasswordWaitsLongerEachTime) {
  start();
  Duration before{};
  for (int attempt = 0; attempt < 4; ++attempt) {
    const auto first = registers();
    world->forget_all();  // it may have come again within that second
    world->reply(kProvider, first, 401, {challenge("a" + std::to_string(attempt))});
    world->reply(kProvider, registers(), 401, {challenge("b" + std::to_string(attempt))});
    EXPECT_TRUE(world->quiet(kProvider)) << "asked once";
    Duration pause{};
    while (world->quiet(kProvider) && pause < minutes(20)) {
      world->advance(milliseconds(100));  // less than until it is sent again
      pause += milliseconds(100);
    }
    EXPECT_GE(pause, seconds(30 << attempt));
    EXPECT_LE(pause, seconds((30 << attempt) * 5 / 4 + 1));
    EXPECT_GT(pause, before);
    before = pause;
  }
}

TEST_F(TrunkRegistrationTest, GoesToTheNextServerAndHeedsRetryAfter) {
  start();
  world->reply(kProvider, registers(), 503, {"Retry-After: 100"});
  const auto second = registers(kSecond);
  world->reply(kSecond, second, 503, {"Retry-After: 300"});
  world->advance(seconds(299));
  EXPECT_TRUE(world->quiet(kProvider) && world->quiet(kSecond));
  world->advance(seconds(2));
  accept(registers(), 600);
}

TEST_F(TrunkRegistrationTest, SilenceGoesToTheNextServerToo) {
  start();
  registers();
  world->advance(seconds(33));
  const auto second = registers(kSecond);
  accept(second, 600, kSecond);
}

TEST_F(TrunkRegistrationTest, AsksForLongerWhenItIsTooBrief) {
  auto config = with_trunk();
  config.policy.trunks[0].expires = seconds(60);
  start(config);
  world->reply(kProvider, registers(), 423, {"Min-Expires: 1800"});
  EXPECT_EQ(value(registers(), HeaderId::Expires), "1800");
}

TEST_F(TrunkRegistrationTest, CallsFromTheRegistrarAreTheTrunks) {
  start();
  world->register_party("1001", kAlice);
  Draft call;
  call.uri = "sip:office@192.0.2.1:5060";
  call.from = "<sip:+49301@provider.test>;tag=p";
  world->send(kSecond, call);
  world->expect(kSecond, 404);
  accept(registers(), 600);
  call.branch += "b";
  world->send(kProvider, call);
  world->expect(kProvider, 100);
  const auto arrived = world->expect(kAlice, "INVITE");
  EXPECT_EQ(arrived.request_uri(), "sip:1001@192.0.2.11:5060");
}

TEST_F(TrunkRegistrationTest, ATrunkThatGoesIsUnregistered) {
  start();
  accept(registers(), 600);
  auto config = with_trunk();
  config.policy.trunks[0].timeout = seconds(9);
  ASSERT_TRUE(world->core->reconfigure(world->now, config));
  world->advance(seconds(1));
  EXPECT_TRUE(world->quiet(kProvider)) << "the account is the same";
  config.policy.trunks.clear();
  ASSERT_TRUE(world->core->reconfigure(world->now, config));
  world->advance(seconds(0));
  const auto last = registers();
  EXPECT_EQ(value(last, HeaderId::Expires), "0");
  world->reply(kProvider, last, 200);
  world->advance(minutes(60));
  EXPECT_TRUE(world->quiet(kProvider));
}

TEST_F(TrunkRegistrationTest, WhoLeavesIsUnregistered) {
  start();
  EXPECT_FALSE(world->core->has_left());
  const auto first = registers();
  world->reply(kProvider, first, 401, {challenge("n1")});
  accept(registers(), 600);
  world->core->leave(world->now);
  world->advance(seconds(0));
  EXPECT_TRUE(world->core->is_draining());
  const auto last = registers();
  EXPECT_EQ(value(last, HeaderId::Expires), "0");
  EXPECT_EQ(last.call_id(), first.call_id());
  EXPECT_TRUE(is_right(last)) << "with the nonce of before";
  EXPECT_FALSE(world->core->has_left());
  world->reply(kProvider, last, 401, {challenge("n2", ", stale=true")});
  const auto again = registers();
  EXPECT_EQ(value(again, HeaderId::Expires), "0");
  world->reply(kProvider, again, 200);
  EXPECT_TRUE(world->core->has_left());
  ASSERT_TRUE(world->core->reconfigure(world->now, with_trunk()));
  world->advance(minutes(60));
  EXPECT_TRUE(world->quiet(kProvider)) << "nothing is registered any more";
}

TEST_F(TrunkRegistrationTest, WhoLeavesWhileARegisterIsUnderWayWaitsForItsAnswer) {
  start();
  const auto first = registers();
  world->core->leave(world->now);
  world->advance(seconds(0));
  EXPECT_TRUE(world->quiet(kProvider));
  accept(first, 600);
  world->advance(seconds(0));
  const auto last = registers();
  EXPECT_EQ(value(last, HeaderId::Expires), "0");
  world->reply(kProvider, last, 200);
  EXPECT_TRUE(world->core->has_left());
}

TEST_F(TrunkRegistrationTest, WhoLeavesDuringARefreshTakesItBack) {
  start(with_trunk(), seconds(10));
  accept(registers(), 100);
  world->hold_dns = true;
  world->advance(seconds(51));  // it asks for the names again
  world->core->leave(world->now);
  world->advance(seconds(0));
  EXPECT_TRUE(world->quiet(kProvider));
  EXPECT_FALSE(world->core->has_left());
  world->answer_dns();
  EXPECT_EQ(value(registers(), HeaderId::Expires), "0");
}

TEST_F(TrunkRegistrationTest, WhoIsNotRegisteredLeavesAtOnce) {
  start();
  world->reply(kProvider, registers(), 403);
  world->core->leave(world->now);
  EXPECT_TRUE(world->core->has_left());
  world->advance(minutes(60));
  EXPECT_TRUE(world->quiet(kProvider) && world->quiet(kSecond));
  // Nor does who still asks for the provider's address.
  world = std::make_unique<World>(with_trunk());
  world->hold_dns = true;
  world->advance(seconds(0));
  world->core->leave(world->now);
  EXPECT_TRUE(world->core->has_left());
  world->answer_dns();
  world->advance(minutes(60));
  EXPECT_TRUE(world->quiet(kProvider));
}

TEST_F(TrunkRegistrationTest, AProviderThatRefusesTheEndIsLeftAllTheSame) {
  start();
  accept(registers(), 600);
  world->core->leave(world->now);
  world->advance(seconds(0));
  world->reply(kProvider, registers(), 500);
  EXPECT_TRUE(world->core->has_left());
}

}  // namespace
}  // namespace offhook::proxy::test
