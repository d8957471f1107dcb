// A flow written in a test, and that it passes: once, or on many networks.
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "sim/run_flows.hpp"

namespace offhook::test {

inline flow::Script flow_of(const std::string& name, const std::string& text) {
  auto script = flow::load_script(name, text);
  EXPECT_TRUE(script) << script.error().text();
  return script.value_or(flow::Script{});
}

// Shows the first five that fail, and stops there.
inline void expect_passes(const flow::Script& script, const sim::Batch& batch) {
  int shown = 0;
  const auto tally = sim::run_flows({script}, batch, [&](const flow::Script&, const sim::FlowRun& run) {
    if (!run.passed()) ADD_FAILURE() << run.text();
    return run.passed() || ++shown < 5;
  });
  EXPECT_EQ(tally.passed, batch.seeds);
}

inline void expect_passes_once(const flow::Script& script, const sim::WorldOptions& world = {}) {
  const sim::FlowRun run = sim::run_flow(script, world);
  EXPECT_TRUE(run.passed()) << run.text();
}

// The network loses 5 %, repeats 2 % and reorders; in everything else the world is as given.
inline void expect_passes_on_rough_networks(const flow::Script& script, std::uint64_t seeds,
                                            const sim::WorldOptions& world = {}) {
  sim::Batch batch;
  batch.seeds = seeds;
  batch.world = world;
  batch.world.network = sim::NetworkOptions::rough();
  expect_passes(script, batch);
}

}  // namespace offhook::test
