// Time of reading and changing messages, by Google Benchmark: one row for each work and message, and one for the mean
// of all.
//   parse_bench [--benchmark_...]     messages are read from OFFHOOK_BENCH_MESSAGES (a folder, set when it is built)
#include <benchmark/benchmark.h>

#include <cstdio>

#include "parse_work.hpp"

namespace {

using offhook::bench::Sample;
using offhook::bench::Work;

void one(benchmark::State& state, const Work& work, const Sample& sample) {
  for (auto _ : state) benchmark::DoNotOptimize(work.run(sample));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * sample.bytes.size()));
}

// One iteration is all messages once; the counter per_message is what one of them costs, in seconds.
void all(benchmark::State& state, const Work& work, const std::vector<Sample>& samples) {
  for (auto _ : state)
    for (const Sample& sample : samples) benchmark::DoNotOptimize(work.run(sample));
  const auto messages = static_cast<double>(state.iterations() * samples.size());
  state.counters["per_message"] =
      benchmark::Counter(messages, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

}  // namespace

int main(int argc, char** argv) {
  const auto samples = offhook::bench::load_samples(OFFHOOK_BENCH_MESSAGES);
  if (samples.empty()) {
    std::fprintf(stderr, "offhook: no messages (%s)\n", OFFHOOK_BENCH_MESSAGES);
    return 1;
  }
  for (const Work& work : offhook::bench::kWorks) {
    const std::string name(work.name);
    benchmark::RegisterBenchmark((name + "/mean").c_str(), [&](benchmark::State& state) { all(state, work, samples); });
    for (const Sample& sample : samples)
      benchmark::RegisterBenchmark((name + "/" + sample.name).c_str(),
                                   [&](benchmark::State& state) { one(state, work, sample); });
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
