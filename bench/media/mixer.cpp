// What a party of a conference costs for 20 ms, in the mixer alone: no codec, no packets. Rooms of 3, 10, 30 and 100,
// in which everybody talks, and in which two do. One item is one party for one frame; the time per item is CPU time.
//   media_mixer_bench [--benchmark_...]
#include <benchmark/benchmark.h>

#include <vector>

#include "media/mixer.hpp"
#include "speech.hpp"

namespace {

using namespace offhook;

// Everybody talks: nobody is left out, and each hears a mix of his own. The worst there is.
constexpr int kAll = 0;

void mix(benchmark::State& state, int talkers, std::uint32_t rate) {
  const auto parties = static_cast<std::size_t>(state.range(0));
  const auto talking = talkers == kAll ? parties : static_cast<std::size_t>(talkers);
  const std::size_t size = media::frame_size(rate);
  const auto recording = bench::speech(rate, 30);
  const std::vector<std::int16_t> silence(size);
  std::vector<media::MixMember> members(parties);
  media::Mixer mixer;
  std::size_t frame = 0;
  std::size_t talked = 0;
  for (auto _ : state) {
    mixer.begin(size);
    for (std::size_t i = 0; i < parties; ++i) {
      // Each from another place of the recording.
      const std::size_t at = (frame + i * 977) % (recording.size() / size - 1) * size;
      mixer.add(members[i], i < talking ? std::span(recording).subspan(at, size) : std::span(silence));
    }
    talked += mixer.talkers();
    for (media::MixMember& member : members) benchmark::DoNotOptimize(mixer.heard_by(member).data());
    ++frame;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(parties));
  state.counters["talkers"] =
      static_cast<double>(talked) / static_cast<double>(std::max<std::size_t>(1, frame));  // speech has pauses
}

#define OFFHOOK_MIX(name, talkers, rate) BENCHMARK_CAPTURE(mix, name, talkers, rate)->Arg(3)->Arg(10)->Arg(30)->Arg(100)
OFFHOOK_MIX(all_talk_8_kHz, kAll, 8'000);
OFFHOOK_MIX(all_talk_16_kHz, kAll, 16'000);
OFFHOOK_MIX(all_talk_48_kHz, kAll, 48'000);
OFFHOOK_MIX(two_talk_8_kHz, 2, 8'000);
OFFHOOK_MIX(two_talk_16_kHz, 2, 16'000);

}  // namespace

BENCHMARK_MAIN();
