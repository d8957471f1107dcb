// Instructions of reading and changing messages, exact to repeat. To be run by callgrind, which writes one profile for
// each work and message:
//   valgrind --tool=callgrind --instr-atstart=no --callgrind-out-file=OUT parse_count [WORK]
// OUT.1, OUT.2 … carry the name "WORK/MESSAGE" in their line "desc: Trigger"; "totals:" divided by kRepeats is the
// figure. bench/run subtracts the row "empty" (this loop without work) from each. Without valgrind it does the work and
// prints nothing of use.
#include <valgrind/callgrind.h>

#include <cstdio>
#include <string>

#include "parse_work.hpp"

namespace {

using offhook::bench::Sample;

constexpr int kRepeats = 200;  // bench/run knows it too

std::size_t empty(const Sample& sample) { return sample.bytes.size(); }

volatile std::size_t sink = 0;

void measure(const std::string& name, std::size_t (*run)(const Sample&), const Sample& sample) {
  sink = run(sample);  // resolves symbols, fills the allocator's lists
  CALLGRIND_ZERO_STATS;
  CALLGRIND_START_INSTRUMENTATION;
  for (int i = 0; i < kRepeats; ++i) sink = run(sample);
  CALLGRIND_STOP_INSTRUMENTATION;
  CALLGRIND_DUMP_STATS_AT(name.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const auto samples = offhook::bench::load_samples(OFFHOOK_BENCH_MESSAGES);
  if (samples.empty()) {
    std::fprintf(stderr, "offhook: no messages (%s)\n", OFFHOOK_BENCH_MESSAGES);
    return 1;
  }
  const std::string only = argc > 1 ? argv[1] : "";
  for (const Sample& sample : samples) {
    measure("empty/" + sample.name, empty, sample);
    for (const auto& work : offhook::bench::kWorks)
      if (only.empty() || only == work.name) measure(std::string(work.name) + "/" + sample.name, work.run, sample);
  }
}
