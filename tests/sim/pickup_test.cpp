// Calls of our phones that somebody else takes: picked up while they ring, and retrieved from park at the proxy. Who is
// then heard by whom is asserted, on a perfect network and on rough ones.
#include <gtest/gtest.h>

#include "expect_flow.hpp"

namespace offhook::test {
namespace {

constexpr std::uint64_t kSeeds = 60;

struct Case {
  const char* name;
  const char* steps;
  // The caller must know of the early dialog that is replaced, and nobody repeats a 180 (RFC 3261 §13.3.1.1): where one
  // is lost the pickup fails, as RFC 3891 §3 has it.
  bool bears_loss = true;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

constexpr Case kDirected{"DirectedPickup", R"(
  - do: "A: call B"
  - calls: "B: ringing"
  - wait: 1s
  - do: "C: call *971002"
  - calls: "A: talking"
  - calls: "C: talking"
  - calls: "B: none"
  - hear: A hears C
  - hear: C hears A
  - quiet: B
)",
                         false};
constexpr Case kGroup{"GroupPickup", R"(
  - do: "A: call B"
  - calls: "B: ringing"
  - wait: 1s
  - do: "C: call *98"
  - calls: "A: talking"
  - calls: "C: talking"
  - calls: "B: none"
  - hear: A hears C
  - hear: C hears A
)",
                      false};
constexpr Case kPark{"ParkAndRetrieve", R"(
  - do: "A: call B"
  - calls: "B: ringing"
  - do: "B: answer"
  - hear: A hears B
  - wait: 8s
  - do: "B: transfer *68701"
  - calls: "B: none"
  - calls: "A: held-by-remote"
  - hear: A hears nobody
  - quiet: A, B
  - do: "C: call *88701"
  - calls: "A: talking"
  - calls: "C: talking"
  - hear: A hears C
  - hear: C hears A
  - quiet: B
)"};
constexpr Case kParkOfTheCallee{"TheCalleeIsParked", R"(
  - do: "A: call B"
  - calls: "B: ringing"
  - do: "B: answer"
  - hear: A hears B
  - wait: 8s
  - do: "A: transfer *68"
  - calls: "A: none"
  - calls: "B: held-by-remote"
  - do: "C: call *881001"
  - calls: "B: talking"
  - hear: B hears C
  - hear: C hears B
)"};

flow::Script script_of(const Case& c) {
  return flow_of(c.name, std::string(R"(
flow: taken
title: A call that somebody else takes
guide: Directed Call Pickup
about: See the steps.
parties:
  A: 1001
  B: 1002
  C: 1003
steps:)") + c.steps);
}

sim::WorldOptions with_features() {
  sim::WorldOptions out;
  out.adjust_proxy = [](proxy::Config& config) {
    config.features.pickup = "*97";
    config.features.group_pickup = "*98";
    config.features.park = "*68";
    config.features.retrieve = "*88";
    proxy::Group group;
    group.name = "600";
    group.members = {"1002", "1003"};
    config.policy.groups.push_back(group);
  };
  return out;
}

class TakenCalls : public testing::TestWithParam<Case> {};

TEST_P(TakenCalls, AreHeard) { expect_passes_once(script_of(GetParam()), with_features()); }

TEST_P(TakenCalls, AreHeardWhereEverybodyIsChallenged) {
  auto options = with_features();
  options.authenticate = true;
  expect_passes_once(script_of(GetParam()), options);
}

TEST_P(TakenCalls, AreHeardOnRoughNetworks) {
  sim::Batch batch;
  batch.seeds = kSeeds;
  batch.world = with_features();
  batch.world.network = sim::NetworkOptions::rough();
  if (!GetParam().bears_loss) batch.world.network.loss = 0;
  expect_passes(script_of(GetParam()), batch);
}

INSTANTIATE_TEST_SUITE_P(Ways, TakenCalls, testing::Values(kDirected, kGroup, kPark, kParkOfTheCallee),
                         [](const auto& param_info) { return param_info.param.name; });

}  // namespace
}  // namespace offhook::test
