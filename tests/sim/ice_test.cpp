// Calls whose audio finds its way by full ICE, through the proxy: who is heard, over hold and resume by either side and
// long enough for consent, on a perfect network and on many that lose 5 %, repeat 2 % and reorder. Other ends know no
// ICE, are lite agents, or have keys by DTLS.
#include <gtest/gtest.h>

#include <algorithm>

#include "expect_flow.hpp"
#include "flow_files.hpp"

namespace offhook::test {
namespace {

constexpr std::uint64_t kSeeds = 30;

struct Rows {
  const char* name;
  const char* of_a;  // settings
  const char* of_b;
};

flow::Script script_of(const Rows& rows) {
  return flow_of("ice", std::string(R"(
flow: ice
title: A call with ICE
guide: NAT
about: A and B hear each other, hold each other and hear each other again.
parties:
  A: {number: 1001, settings: [)") +
                            rows.of_a + R"(]}
  B: {number: 1002, settings: [)" +
                            rows.of_b + R"(]}
steps:
  - do: "A: call B"
  - calls: "B: ringing"
  - do: "B: answer"
  - calls: "A: talking"
  - calls: "B: talking"
  - hear: A hears B
  - hear: B hears A
  - do: "A: hold"
  - calls: "A: held"
  - hear: B hears nobody
  - quiet: A, B
  - wait: 45s
  - do: "A: resume"
  - calls: "A: talking"
  - hear: A hears B
  - hear: B hears A
  - do: "B: hold"
  - calls: "B: held"
  - hear: A hears nobody
  - do: "B: resume"
  - calls: "B: talking"
  - hear: B hears A
  - hear: A hears B
  - do: "A: hangup"
  - calls: "A: none"
  - calls: "B: none"
)");
}

class IceCalls : public testing::TestWithParam<Rows> {};

TEST_P(IceCalls, AreHeardBothWays) {
  const sim::FlowRun run = sim::run_flow(script_of(GetParam()));
  EXPECT_TRUE(run.passed()) << run.text();
}

TEST_P(IceCalls, AreHeardBothWaysOnRoughNetworks) {
  sim::Batch batch;
  batch.seeds = kSeeds;
  batch.world.network = sim::NetworkOptions::rough();
  expect_passes(script_of(GetParam()), batch);
}

#define ICE "\"ice.enable = 1\""
#define KEYS "\"account.1.srtp_encryption = 2\", \"account.1.srtp.dtls = 2\""
#define ZERO_HOLD "\"sip.rfc2543_hold = 1\""
INSTANTIATE_TEST_SUITE_P(Rows, IceCalls,
                         testing::Values(Rows{"both", ICE, ICE}, Rows{"caller", ICE, ""}, Rows{"callee", "", ICE},
                                         Rows{"hold_of_old", ICE ", " ZERO_HOLD, ICE},
                                         Rows{"with_keys", ICE ", " KEYS, ICE ", " KEYS},
                                         Rows{"with_a_lite_one", ICE ", " KEYS, KEYS},
                                         Rows{"called_by_a_lite_one", KEYS, ICE ", " KEYS}),
                         [](const auto& rows) { return rows.param.name; });

// Transfers, forwards, conferences: whatever calls a phone makes, its audio finds the way.
class FlowWithIce : public testing::TestWithParam<std::string> {
 protected:
  FlowWithIce() {
    batch.world.adjust = [](const std::string&, config::PhoneConfig& config) {
      for (auto& account : config.accounts) account.nat.ice = true;
    };
  }
  sim::Batch batch;
};

TEST_P(FlowWithIce, GoesStepByStepOnAPerfectNetwork) {
  const sim::FlowRun run = sim::run_flow(load_flow(GetParam()), batch.world);
  EXPECT_TRUE(run.passed()) << run.text();
  bool offered = false;
  for (const flow::Record& record : run.record.sip())
    offered = offered || record.bytes.find("a=candidate:1 1 UDP ") != std::string::npos;
  EXPECT_TRUE(offered);
}

TEST_P(FlowWithIce, EndsAsItShouldOnRoughNetworks) {
  batch.seeds = kSeeds;
  batch.world.network = sim::NetworkOptions::rough();
  expect_passes(load_flow(GetParam()), batch);
}

INSTANTIATE_TEST_SUITE_P(Guide, FlowWithIce, testing::ValuesIn(kFlows), [](const auto& flow) {
  std::string name = flow.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace offhook::test
