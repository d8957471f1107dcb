#include "sim/run_flows.hpp"

#include "flow/runner.hpp"

namespace offhook::sim {
namespace {

// 64*T1 for the client transaction that gives up last, as long again for the server transaction that it leaves at the
// other end (Timers F and J, RFC 3261 §17), and a moment.
constexpr seconds kAfterlife{32 + 32 + 8};

}  // namespace

std::string FlowRun::text() const {
  std::string out = report.text();
  for (const std::string& line : leftovers) out += "  left over: " + line + '\n';
  if (!passed()) out += "  seed " + std::to_string(seed) + '\n';
  return out;
}

FlowRun run_flow(const flow::Script& script, const WorldOptions& options) {
  FlowRun run;
  run.seed = options.seed;
  WorldOptions mine = options;
  mine.proxy_name = script.proxy;
  auto world = World::start(script.parties, mine);
  if (!world) {
    run.started = false;
    run.report.flow = script.name;
    run.report.file = script.file;
    run.report.failure = flow::Failure{{}, world.error().text(), 1, {}};
    return run;
  }
  flow::RunOptions how;
  how.lossy = options.network.lossy();
  run.report = flow::run(script, **world, how);
  (*world)->run_until([&] { return (*world)->leftovers().empty(); }, kAfterlife);
  run.leftovers = (*world)->leftovers();
  run.record = (*world)->take_record();
  return run;
}

Tally run_flows(const std::vector<flow::Script>& scripts, const Batch& batch, const Progress& progress) {
  Tally tally;
  for (const flow::Script& script : scripts) {
    if (script.planned) continue;
    for (std::uint64_t i = 0; i < batch.seeds; ++i) {
      WorldOptions options = batch.world;
      options.seed = batch.first_seed + i;
      const FlowRun run = run_flow(script, options);
      ++(run.passed() ? tally.passed : tally.failed);
      if (progress && !progress(script, run)) return tally;
    }
  }
  return tally;
}

}  // namespace offhook::sim
