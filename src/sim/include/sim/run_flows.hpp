// Running flow files in the simulated world, one or many times: what `offhook flow run --sim --seeds N` and the tests
// call.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "flow/recorder.hpp"
#include "flow/report.hpp"
#include "flow/script.hpp"
#include "sim/world.hpp"

namespace offhook::sim {

struct FlowRun {
  flow::Report report;
  flow::Recorder record;
  std::vector<std::string> leftovers;  // of what still lived when every transaction should long have been over
  std::uint64_t seed = 0;
  bool started = true;  // false: the world could not be set up, report.failure says why

  [[nodiscard]] bool passed() const { return report.passed() && leftovers.empty(); }
  // The report, the seed, and what is left over.
  [[nodiscard]] std::string text() const;
};

// Runs the flow from registration to the end of every call and on until nothing is left over. With a lossy network the
// order of milestones is not judged.
[[nodiscard]] FlowRun run_flow(const flow::Script& script, const WorldOptions& options = {});

struct Batch {
  std::uint64_t first_seed = 1;
  std::uint64_t seeds = 200;
  WorldOptions world;  // its seed is replaced
};
struct Tally {
  std::uint64_t passed = 0, failed = 0;
  [[nodiscard]] bool ok() const { return failed == 0; }
};
// Told after each run; false stops the batch.
using Progress = std::function<bool(const flow::Script&, const FlowRun&)>;

// Every script with every seed; planned scripts are left out.
Tally run_flows(const std::vector<flow::Script>& scripts, const Batch& batch, const Progress& progress = {});

}  // namespace offhook::sim
