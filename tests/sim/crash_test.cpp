// A process is killed and comes back: what was acknowledged is still there, and calls can still be ended.
#include <gtest/gtest.h>

#include <set>

#include "flow_files.hpp"
#include "sim/world.hpp"

namespace offhook::test {
namespace {

using phone::CallState;

flow::PartyPlan party(std::string name, std::string number, double pilot) {
  return {std::move(name), std::move(number), pilot, {}};
}

// sip:1001@10.0.1.1:5060;line=… → 1001
std::string user_of(const std::string& contact) {
  const auto colon = contact.find(':'), at = contact.find('@');
  return colon < at && at != std::string::npos ? contact.substr(colon + 1, at - colon - 1) : std::string{};
}

class Crash : public testing::Test {
 protected:
  void start(sim::WorldOptions options = {}) {
    auto started = sim::World::start({party("A", "1001", 440), party("B", "1002", 610)}, options);
    ASSERT_TRUE(started) << started.error().text();
    world = std::move(*started);
  }
  void run_for(Duration time) {
    world->run_until([] { return false; }, time);
  }
  void press(std::string_view who, const phone::Command& command) {
    const auto done = world->command(who, command);
    ASSERT_TRUE(done) << who << ": " << done.error().text();
  }
  [[nodiscard]] std::vector<CallState> calls(std::string_view who) const {
    std::vector<CallState> out;
    for (const phone::CallView& call : world->view(who).calls)
      if (call.state != CallState::Ended) out.push_back(call.state);
    return out;
  }
  bool reaches(std::string_view who, std::vector<CallState> states, Duration within = seconds(5)) {
    return world->run_until([&] { return calls(who) == states; }, within);
  }
  void talk() {
    press("A", phone::Dial{"1002"});
    ASSERT_TRUE(reaches("B", {CallState::Ringing}));
    press("B", phone::Answer{});
    ASSERT_TRUE(reaches("A", {CallState::Talking}));
    ASSERT_TRUE(reaches("B", {CallState::Talking}));
    ASSERT_TRUE(world->run_until([&] { return world->hears("A") == std::vector<std::string>{"B"}; }, seconds(3)));
  }
  void expect_nothing_left(Duration within = seconds(72)) {
    world->run_until([&] { return world->leftovers().empty(); }, within);
    EXPECT_EQ(world->leftovers(), std::vector<std::string>{});
  }

  std::unique_ptr<sim::World> world;
};

TEST_F(Crash, LeftoversNameWhatLivesDuringACall) {
  start();
  run_for(seconds(60));
  EXPECT_EQ(world->leftovers(), std::vector<std::string>{});
  talk();
  const std::string all = testing::PrintToString(world->leftovers());
  for (const char* part : {"A: 1 call", "A: 1 dialog", "A: 1 media session", "B: 1 call", "P: "})
    EXPECT_NE(all.find(part), std::string::npos) << part << " in " << all;
}

TEST_F(Crash, ProxyKilledAfterRegistrationKnowsThePhonesFromItsDisk) {
  start();
  world->kill("P");
  EXPECT_EQ(world->proxy(), nullptr);
  run_for(seconds(1));
  world->restart("P");
  EXPECT_EQ(world->proxy()->binding_count(), 2);
  talk();
  press("B", phone::HangUp{});
  EXPECT_TRUE(reaches("A", {}));
  expect_nothing_left();
}

TEST_F(Crash, CallPlacedWhileTheProxyIsDeadGoesThroughWhenItComesBack) {
  start();
  world->kill("P");
  press("A", phone::Dial{"1002"});
  run_for(seconds(2));
  world->restart("P");
  EXPECT_TRUE(reaches("B", {CallState::Ringing}, seconds(10)));
}

TEST_F(Crash, CallGivesUpWhenTheProxyStaysDead) {
  start();
  world->kill("P");
  press("A", phone::Dial{"1002"});
  EXPECT_TRUE(reaches("A", {}, seconds(40)));
  expect_nothing_left();
}

TEST_F(Crash, ProxyKilledInTheMiddleOfACallCanStillEndIt) {
  start();
  talk();
  world->restart("P");
  run_for(seconds(2));
  EXPECT_EQ(world->hears("A"), std::vector<std::string>{"B"});  // audio does not go through the proxy
  press("B", phone::HangUp{});
  EXPECT_TRUE(reaches("A", {}));
  EXPECT_TRUE(reaches("B", {}));
  expect_nothing_left();
}

TEST_F(Crash, ProxyKilledWhileItRingsLosesTheCallButNobodyIsStuck) {
  start();
  press("A", phone::Dial{"1002"});
  ASSERT_TRUE(reaches("B", {CallState::Ringing}));
  world->restart("P");
  press("B", phone::Answer{});
  // The response finds its way by Via alone, or the caller gives up; in the end both are idle when both hang up.
  run_for(seconds(5));
  for (const char* who : {"A", "B"})
    if (!calls(who).empty()) (void)world->command(who, phone::HangUp{});
  EXPECT_TRUE(reaches("A", {}, seconds(200)));
  EXPECT_TRUE(reaches("B", {}, seconds(200)));
  expect_nothing_left(seconds(200));
}

TEST_F(Crash, PhoneKilledInACallLetsTheOtherEnd) {
  start();
  talk();
  world->kill("B");
  run_for(seconds(1));
  EXPECT_EQ(world->hears("A"), std::vector<std::string>{});
  press("A", phone::HangUp{});
  EXPECT_TRUE(reaches("A", {}, seconds(40)));
  expect_nothing_left();
}

TEST_F(Crash, PhoneKilledWhileItRingsLetsTheCallerEnd) {
  start();
  press("A", phone::Dial{"1002"});
  ASSERT_TRUE(reaches("A", {CallState::RingBack}));
  world->kill("B");
  press("A", phone::HangUp{});
  EXPECT_TRUE(reaches("A", {}, seconds(80)));
  expect_nothing_left(seconds(200));
}

TEST_F(Crash, PhoneThatComesBackKnowsNothingOfTheOldCallAndTakesANewOne) {
  start();
  talk();
  world->restart("B");
  ASSERT_TRUE(world->run_until([&] { return world->is_registered("B"); }, seconds(10)));
  press("A", phone::HangUp{});  // 481 from the new process
  EXPECT_TRUE(reaches("A", {}));
  talk();
  press("A", phone::HangUp{});
  EXPECT_TRUE(reaches("B", {}));
  expect_nothing_left();
}

TEST_F(Crash, UnreachablePhoneEndsTheCallAtOnceWhereTheNetworkSaysSo) {
  sim::WorldOptions options;
  options.report_unreachable = true;
  start(options);
  world->kill("B");
  press("A", phone::Dial{"1002"});
  EXPECT_TRUE(reaches("A", {}, seconds(2)));
  expect_nothing_left();
}

TEST_F(Crash, CutNetworkIsOverWhenItHeals) {
  start();
  world->network().cut("A", "P");
  press("A", phone::Dial{"1002"});
  run_for(seconds(3));
  EXPECT_EQ(calls("B"), std::vector<CallState>{});
  world->network().heal("A", "P");
  EXPECT_TRUE(reaches("B", {CallState::Ringing}, seconds(10)));
}

// 1,000 phones register at once; the power is cut while some writes are under way. Who has been told "200" must be
// there afterwards.
TEST(Durability, AcknowledgedRegistrationsSurviveACrashAtAnyMoment) {
  std::vector<flow::PartyPlan> plans;
  for (int i = 0; i < 1000; ++i) plans.push_back({"phone" + std::to_string(i), std::to_string(10000 + i), 0, {}});
  sim::WorldOptions options;
  options.disk = {milliseconds(5), milliseconds(30)};
  options.network.delay_max = milliseconds(400);
  const auto world = sim::World::begin(plans, options);
  ASSERT_TRUE(world) << world.error().text();
  std::set<std::string> acknowledged;  // numbers whose phone has seen its 200
  const auto look = [&] {
    for (const flow::PartyPlan& plan : plans)
      if (!acknowledged.contains(plan.number) && (*world)->is_registered(plan.name)) acknowledged.insert(plan.number);
  };
  int crashes_half_way = 0;
  for (int i = 0; i < 60 && acknowledged.size() < plans.size(); ++i) {
    (*world)->run_until([] { return false; }, milliseconds(97));
    look();
    (*world)->restart("P");
    std::set<std::string> kept;
    for (const proxy::Binding& binding : (*world)->proxy()->bindings((*world)->now().wall))
      kept.insert(user_of(binding.contact));
    for (const std::string& number : acknowledged)
      ASSERT_TRUE(kept.contains(number)) << number << " was told 200 and is forgotten";
    crashes_half_way += !acknowledged.empty() && acknowledged.size() < plans.size() ? 1 : 0;
  }
  EXPECT_GT(crashes_half_way, 3);
  (*world)->run_until([] { return false; }, seconds(40));
  look();
  EXPECT_EQ(acknowledged.size(), plans.size());
  EXPECT_EQ((*world)->proxy()->binding_count(), plans.size());
}

TEST(Durability, RegistrationThatTheDiskRefusesIsNotAcknowledged) {
  const auto world = sim::World::begin({party("A", "1001", 0)}, {});
  ASSERT_TRUE(world) << world.error().text();
  (*world)->disk().set_failing(true);
  (*world)->run_until([] { return false; }, seconds(5));
  EXPECT_FALSE((*world)->is_registered("A"));
  (*world)->disk().set_failing(false);
  EXPECT_TRUE((*world)->run_until([&] { return (*world)->is_registered("A"); }, seconds(120)));
  EXPECT_EQ((*world)->disk().size(), 1);
}

}  // namespace
}  // namespace offhook::test
