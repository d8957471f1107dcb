#include "sim/network.hpp"

#include <gtest/gtest.h>

namespace offhook::sim {
namespace {

const Endpoint kA{IpAddress::v4(10, 0, 1, 1), 5060};
const Endpoint kB{IpAddress::v4(10, 0, 1, 2), 5060};
constexpr TimePoint kStart{seconds(1)};

TEST(Network, PerfectOneDeliversOnceAfterItsDelay) {
  SeededRandom random(1);
  Network network({}, random);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(network.send(kStart, "A", "B", kA, kB), std::vector{kStart + milliseconds(1)});
}

TEST(Network, LosesAndRepeatsAboutAsOftenAsTold) {
  SeededRandom random(2);
  Network network(NetworkOptions::rough(), random);
  int lost = 0, twice = 0;
  for (int i = 0; i < 10000; ++i) {
    const auto arrivals = network.send(kStart + milliseconds(i), "A", "B", kA, kB);
    lost += arrivals.empty() ? 1 : 0;
    twice += arrivals.size() == 2 ? 1 : 0;
  }
  EXPECT_NEAR(lost, 500, 100);
  EXPECT_NEAR(twice, 200, 60);
}

TEST(Network, VaryingDelayAloneKeepsTheOrderOfAWay) {
  SeededRandom random(3);
  NetworkOptions options;
  options.delay_max = milliseconds(50);
  Network network(options, random);
  TimePoint last{};
  for (int i = 0; i < 1000; ++i) {
    const TimePoint at = network.send(kStart + milliseconds(i), "A", "B", kA, kB).front();
    EXPECT_GE(at, last);
    last = at;
  }
}

TEST(Network, ReorderingLetsLaterDatagramsOvertake) {
  SeededRandom random(4);
  NetworkOptions options;
  options.reordering = 0.2;
  Network network(options, random);
  int overtaken = 0;
  TimePoint last{};
  for (int i = 0; i < 1000; ++i) {
    const TimePoint at = network.send(kStart + milliseconds(i), "A", "B", kA, kB).front();
    overtaken += at < last ? 1 : 0;
    last = at;
  }
  EXPECT_GT(overtaken, 50);
}

TEST(Network, CutAndDownPartiesHearNothingUntilHealed) {
  SeededRandom random(5);
  Network network({}, random);
  network.cut("B", "A");
  EXPECT_TRUE(network.send(kStart, "A", "B", kA, kB).empty());
  EXPECT_TRUE(network.send(kStart, "B", "A", kB, kA).empty());
  EXPECT_FALSE(network.send(kStart, "A", "C", kA, kB).empty());
  network.heal("A", "B");
  network.set_down("B", true);
  EXPECT_TRUE(network.send(kStart, "A", "B", kA, kB).empty());
  network.set_down("B", false);
  EXPECT_FALSE(network.send(kStart, "A", "B", kA, kB).empty());
}

TEST(Network, SameSeedSameFate) {
  const auto fates = [] {
    SeededRandom random(6);
    Network network(NetworkOptions::rough(), random);
    std::vector<std::vector<TimePoint>> out;
    for (int i = 0; i < 500; ++i) out.push_back(network.send(kStart + milliseconds(i), "A", "B", kA, kB));
    return out;
  };
  EXPECT_EQ(fates(), fates());
}

}  // namespace
}  // namespace offhook::sim
