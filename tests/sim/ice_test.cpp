// Calls whose audio finds its way by full ICE, through the proxy: who is heard, over hold and resume by either side and
// long enough for consent, on a perfect network and on many that lose 5 %, repeat 2 % and reorder. Other ends know no
// ICE, are lite agents, or have keys by DTLS.
#include <gtest/gtest.h>

#include <algorithm>

#include "flow_files.hpp"
#include "held_call.hpp"

namespace offhook::test {
namespace {

constexpr std::uint64_t kSeeds = 30;

class IceCalls : public testing::TestWithParam<HeldCall> {};

TEST_P(IceCalls, AreHeardBothWays) { expect_passes_once(script_of(GetParam(), "45s")); }

TEST_P(IceCalls, AreHeardBothWaysOnRoughNetworks) {
  expect_passes_on_rough_networks(script_of(GetParam(), "45s"), kSeeds);
}

#define ICE "\"ice.enable = 1\""
#define KEYS "\"account.1.srtp_encryption = 2\", \"account.1.srtp.dtls = 2\""
#define ZERO_HOLD "\"sip.rfc2543_hold = 1\""
INSTANTIATE_TEST_SUITE_P(Rows, IceCalls,
                         testing::Values(HeldCall{"both", ICE, ICE}, HeldCall{"caller", ICE, ""},
                                         HeldCall{"callee", "", ICE}, HeldCall{"hold_of_old", ICE ", " ZERO_HOLD, ICE},
                                         HeldCall{"with_keys", ICE ", " KEYS, ICE ", " KEYS},
                                         HeldCall{"with_a_lite_one", ICE ", " KEYS, KEYS},
                                         HeldCall{"called_by_a_lite_one", KEYS, ICE ", " KEYS}),
                         name_of);

// Transfers, forwards, conferences: whatever calls a phone makes, its audio finds the way.
class FlowWithIce : public testing::TestWithParam<std::string> {
 protected:
  FlowWithIce() {
    world.adjust = [](const std::string&, config::PhoneConfig& config) {
      for (auto& account : config.accounts) account.nat.ice = true;
    };
  }
  sim::WorldOptions world;
};

TEST_P(FlowWithIce, GoesStepByStepOnAPerfectNetwork) {
  const sim::FlowRun run = sim::run_flow(load_flow(GetParam()), world);
  EXPECT_TRUE(run.passed()) << run.text();
  bool offered = false;
  for (const flow::Record& record : run.record.sip())
    offered = offered || record.bytes.find("a=candidate:1 1 UDP ") != std::string::npos;
  EXPECT_TRUE(offered);
}

TEST_P(FlowWithIce, EndsAsItShouldOnRoughNetworks) {
  expect_passes_on_rough_networks(load_flow(GetParam()), kSeeds, world);
}

INSTANTIATE_TEST_SUITE_P(Guide, FlowWithIce, testing::ValuesIn(kFlows), [](const auto& flow) {
  std::string name = flow.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace offhook::test
