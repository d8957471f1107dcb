// The jitter buffer over a minute of each kind of network.
#include <gmock/gmock.h>

#include "jitter_traces.hpp"

namespace offhook::media {
namespace {

constexpr JitterLimits kUsual{};  // the guide's: adaptive, 60, 120, 240 ms

class EachTrace : public testing::TestWithParam<traces::Trace> {};
INSTANTIATE_TEST_SUITE_P(JitterTraces, EachTrace, testing::ValuesIn(traces::all()),
                         [](const auto& each) { return "Trace" + std::to_string(each.index); });

TEST_P(EachTrace, IsPlayedInOrderAndAlmostWhole) {
  const auto outcome = traces::play(GetParam(), kUsual);
  EXPECT_EQ(outcome.out_of_order, 0U);
  // One per cent of a minute; of the stalls two thirds of what they hold back, for the buffer is short again by the
  // next.
  const bool stalls = GetParam().name.find("stall") != std::string::npos;
  EXPECT_LE(outcome.late, stalls ? 60U : 30U) << GetParam().name;
  EXPECT_LE(outcome.made_up, outcome.lost + outcome.late + 60) << GetParam().name;
}

TEST_P(EachTrace, IsNotDelayedMoreThanIsAllowed) {
  const auto outcome = traces::play(GetParam(), kUsual);
  EXPECT_LE(outcome.most_delay, 240 + 2 * 20 + 200) << GetParam().name << ": the longest way is below 200 ms";
  EXPECT_LE(outcome.delay, 240) << GetParam().name;
}

// Fixed: `normal` is the delay, whatever the network does, but for the clock that drifts away.
TEST(JitterTraces, AFixedBufferKeepsItsDelay) {
  const auto outcome =
      traces::play(traces::all()[0], {.adaptive = false, .min = {}, .normal = milliseconds(100), .max = {}});
  EXPECT_NEAR(outcome.delay, 120, 21) << "and 20 ms on the way";
  EXPECT_EQ(outcome.skipped, 0U);
  EXPECT_EQ(outcome.late, 0U);
}

TEST(JitterTraces, ACalmNetworkBringsTheDelayDownToTheLeast) {
  const auto outcome = traces::play(traces::all()[0], kUsual);
  EXPECT_LT(outcome.delay, 60 + 20 + 45);
}

// 500 ppm over a minute are 30 ms: one or two frames, more or less.
TEST(JitterTraces, AClockThatDriftsCostsAFrameNowAndThen) {
  const auto all = traces::all();
  for (const auto& trace : {all[all.size() - 2], all[all.size() - 1]}) {
    const auto outcome = traces::play(trace, kUsual);
    EXPECT_LE(outcome.made_up, 8U) << trace.name;
    EXPECT_LE(outcome.skipped, 8U) << trace.name;
    EXPECT_EQ(outcome.late, 0U) << trace.name;
  }
}

}  // namespace
}  // namespace offhook::media
