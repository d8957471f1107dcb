// Measures one library over the messages of bench/messages:
//   parse_LIBRARY [--benchmark_...]                 nanoseconds, by Google Benchmark; rows are named DEPTH/MESSAGE
//   valgrind --tool=callgrind --collect-atstart=no parse_LIBRARY --count
//                                                   instructions: a profile for each row, its name in "desc: Trigger"
//   parse_LIBRARY --media                           what the library sees of the session descriptions
// The copy of the message into the buffer that is parsed, as a receive call would make it, belongs to every figure.
#include <benchmark/benchmark.h>
#include <valgrind/callgrind.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "driver.hpp"

namespace {

using offhook::bench::Depth;

constexpr int kRepeats = 500;  // bench/run knows it too
constexpr std::array<std::string_view, 3> kDepths{"receive", "phone", "sdp"};

struct Sample {
  std::string name, bytes;
};
std::array<char, 8192> work;

std::vector<Sample> load_samples() {
  std::vector<Sample> out;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(OFFHOOK_BENCH_MESSAGES, error)) {
    if (entry.path().extension() != ".sip") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    out.push_back({entry.path().stem().string(), {std::istreambuf_iterator<char>(file), {}}});
    if (out.back().bytes.size() >= work.size()) out.pop_back();
  }
  std::sort(out.begin(), out.end(), [](const Sample& a, const Sample& b) { return a.name < b.name; });
  return out;
}

[[gnu::noinline]] bool loop(const Sample& sample, Depth depth, int repeats) {
  bool good = true;
  for (int i = 0; i < repeats; ++i) {
    std::memcpy(work.data(), sample.bytes.c_str(), sample.bytes.size() + 1);
    good = offhook::bench::parse(work.data(), sample.bytes.size(), depth) && good;
  }
  return good;
}

std::string row_name(const Sample& sample, Depth depth) {
  return std::string(kDepths[static_cast<std::size_t>(depth)]) + "/" + sample.name;
}

bool count(const std::vector<Sample>& samples) {
  bool good = true;
  for (const Sample& sample : samples) {
    for (const Depth depth : {Depth::Receive, Depth::Phone, Depth::Sdp}) {
      const std::string name = row_name(sample, depth);
      good = loop(sample, depth, 1) && good;  // resolves symbols, fills the allocator's lists
      CALLGRIND_ZERO_STATS;
      CALLGRIND_TOGGLE_COLLECT;
      good = loop(sample, depth, kRepeats) && good;
      CALLGRIND_TOGGLE_COLLECT;
      CALLGRIND_DUMP_STATS_AT(name.c_str());
    }
  }
  return good;
}

int measure_time(int argc, char** argv, const std::vector<Sample>& samples) {
  for (const Sample& sample : samples)
    for (const Depth depth : {Depth::Receive, Depth::Phone, Depth::Sdp})
      benchmark::RegisterBenchmark(row_name(sample, depth).c_str(), [&sample, depth](benchmark::State& state) {
        for (auto _ : state) benchmark::DoNotOptimize(loop(sample, depth, 1));
      });
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto samples = load_samples();
  if (samples.empty()) {
    std::fprintf(stderr, "offhook: no messages (%s)\n", OFFHOOK_BENCH_MESSAGES);
    return 1;
  }
  offhook::bench::begin();
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "--count") return count(samples) ? 0 : 1;
  if (mode == "--media") {
    for (const Sample& sample : samples) {
      std::memcpy(work.data(), sample.bytes.c_str(), sample.bytes.size() + 1);
      std::printf("%s\t%s\t%d\n", offhook::bench::library(), sample.name.c_str(),
                  offhook::bench::media_of(work.data(), sample.bytes.size()));
    }
    return 0;
  }
  return measure_time(argc, argv, samples);
}
