// Two proxies behind one name: the primary is killed, calls go to the second one, and back when it is there again. RFC
// 3263 §4.3; guide, server redundancy.
#include <gtest/gtest.h>

#include "sim/world.hpp"

namespace offhook::test {
namespace {

using phone::CallState;

constexpr Duration kTimerB = seconds(32);

// A finds its proxy by SRV. B is registered with both.
class ServerFailover : public testing::Test {
 protected:
  void start(bool icmp, std::uint64_t seed = 1) {
    sim::WorldOptions options;
    options.seed = seed;
    options.report_unreachable = icmp;
    options.further_proxies = {"Q"};
    options.domains = {"office.test"};
    auto& dns = options.name_server;
    dns.add_service("_sip._udp.office.test", {10, 0, 5060, "p.office.test"});
    dns.add_service("_sip._udp.office.test", {20, 0, 5060, "q.office.test"});
    dns.add_address("p.office.test", IpAddress::v4(10, 0, 0, 1));
    dns.add_address("q.office.test", IpAddress::v4(10, 0, 0, 2));
    options.adjust = [](const std::string& party, config::PhoneConfig& config) {
      auto& account = config.accounts.front();
      if (party == "A") {
        account.servers.front().address = "office.test";
        account.servers.front().port = 0;
        return;
      }
      auto second = account;
      second.index = 2;
      second.servers.front().address = "10.0.0.2";
      config.accounts.push_back(second);
    };
    auto started = sim::World::start({{"A", "1001", 440, {}}, {"B", "1002", 610, {}}}, options);
    ASSERT_TRUE(started) << started.error().text();
    world = std::move(*started);
  }

  bool reaches(std::string_view who, CallState state, Duration within) {
    return world->run_until(
        [&] {
          const auto view = world->view(who);
          return std::any_of(view.calls.begin(), view.calls.end(), [&](const auto& c) { return c.state == state; });
        },
        within);
  }
  // How long it takes from dialling until B rings; the call is then answered, heard and ended.
  Duration call() {
    const TimePoint begin = world->now().mono;
    EXPECT_TRUE(world->command("A", phone::Dial{"1002"}));
    EXPECT_TRUE(reaches("B", CallState::Ringing, minutes(2)));
    const Duration took = world->now().mono - begin;
    EXPECT_TRUE(world->command("B", phone::Answer{}));
    EXPECT_TRUE(reaches("A", CallState::Talking, seconds(5)));
    EXPECT_TRUE(world->run_until([&] { return world->hears("A") == std::vector<std::string>{"B"}; }, seconds(3)));
    EXPECT_TRUE(world->command("A", phone::HangUp{}));
    pass(seconds(5));
    return took;
  }
  void pass(Duration time) {
    world->run_until([] { return false; }, time);
  }

  std::unique_ptr<sim::World> world;
};

TEST_F(ServerFailover, AKilledPrimaryCostsOneTimerAndIsTakenUpAgain) {
  start(false);
  EXPECT_LT(call(), seconds(1));
  world->kill("P");
  const Duration first = call();
  EXPECT_GT(first, seconds(1));
  EXPECT_LT(first, kTimerB);
  EXPECT_LT(call(), seconds(1));  // the dead one is not asked again for now
  world->restart("P");
  pass(seconds(40));
  world->kill("Q");  // so that only the primary can serve
  EXPECT_LT(call(), seconds(1));
}

TEST_F(ServerFailover, WhereTheNetworkSaysSoItIsAtOnce) {
  start(true);
  world->kill("P");
  EXPECT_LT(call(), seconds(1));
}

TEST_F(ServerFailover, RegistrationGoesToTheSecondServer) {
  start(false);
  world->kill("P");
  pass(std::chrono::hours(2));
  EXPECT_TRUE(world->is_registered("A"));
}

TEST_F(ServerFailover, DnsThatDiesLaterStopsNobody) {
  start(false);
  world->name_server().silent = true;
  pass(minutes(10));  // every TTL has passed
  EXPECT_LT(call(), seconds(20));
  EXPECT_LT(call(), seconds(1));
}

TEST_F(ServerFailover, TheSameSeedGivesTheSameMessages) {
  const auto run = [&] {
    start(false, 7);
    world->kill("P");
    (void)call();
    std::string out;
    for (const auto& record : world->record().sip()) out += record.bytes;
    return out;
  };
  const std::string first = run();
  EXPECT_EQ(run(), first);
}

}  // namespace
}  // namespace offhook::test
