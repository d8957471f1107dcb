// A flow written in a test, and that it passes: once, or on many networks.
#pragma once
#include <gtest/gtest.h>

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

}  // namespace offhook::test
