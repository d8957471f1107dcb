#include "flow_sim.hpp"

#include <unistd.h>

#include <cstdio>

#include "command.hpp"
#include "sim/run_flows.hpp"

namespace offhook {
namespace {

sim::WorldOptions world_of(const SimChoice& choice, const FlowOutput& output) {
  sim::WorldOptions out;
  out.seed = choice.first_seed;
  out.record_packets = !output.pcap.empty();
  if (choice.seeds > 1 || choice.rough) out.network = sim::NetworkOptions::rough();
  if (choice.loss >= 0) out.network.loss = choice.loss;
  if (choice.duplication >= 0) out.network.duplication = choice.duplication;
  if (choice.reordering >= 0) out.network.reordering = choice.reordering;
  return out;
}

// One line that is written over while it counts, on a terminal only.
void show_progress(const std::string& flow, std::uint64_t done, std::uint64_t of) {
  if (::isatty(STDERR_FILENO) == 0 || (done % 10 != 0 && done != of)) return;
  std::fprintf(stderr, "\r%-24s %llu of %llu seeds%s", flow.c_str(), static_cast<unsigned long long>(done),
               static_cast<unsigned long long>(of), done == of ? "\r\033[K" : "");
}

int run_once(const sim::WorldOptions& world, const FlowOutput& output, const std::vector<flow::Script>& scripts) {
  std::size_t failed = 0;
  for (const auto& script : scripts) {
    const auto run = sim::run_flow(script, world);
    failed += run.passed() ? 0 : 1;
    if (const auto written = write_flow(output, scripts.size() > 1, run.report, run.record); !written)
      return report(written.error());
    for (const auto& left : run.leftovers) std::printf("left over: %s\n", left.c_str());
  }
  if (scripts.size() > 1 && !output.json)
    std::printf("%zu flows, %zu passed, %zu failed\n", scripts.size(), scripts.size() - failed, failed);
  return failed == 0 ? kOk : kFailed;
}

}  // namespace

int run_sim(const SimChoice& choice, const FlowOutput& output, const std::vector<flow::Script>& scripts) {
  const auto world = world_of(choice, output);
  if (choice.seeds <= 1) return run_once(world, output, scripts);
  std::uint64_t failed = 0;
  for (const auto& script : scripts) {
    std::uint64_t done = 0;
    const auto tally = sim::run_flows(
        {script}, {choice.first_seed, choice.seeds, world}, [&](const flow::Script&, const sim::FlowRun& run) {
          show_progress(script.name, ++done, choice.seeds);
          if (!run.passed())
            std::printf("%s\nsee it alone: offhook flow run %s --sim --rough --seed %llu\n", run.text().c_str(),
                        script.name.c_str(), static_cast<unsigned long long>(run.seed));
          return true;
        });
    failed += tally.failed;
    std::printf("%-22s %llu seeds, %llu failed\n", script.name.c_str(), static_cast<unsigned long long>(choice.seeds),
                static_cast<unsigned long long>(tally.failed));
    std::fflush(stdout);
  }
  std::printf("%zu flows with %llu seeds each, %llu runs failed\n", scripts.size(),
              static_cast<unsigned long long>(choice.seeds), static_cast<unsigned long long>(failed));
  return failed == 0 ? kOk : kFailed;
}

}  // namespace offhook
