// A minute of each kind of network through our jitter buffer and that of speexdsp: delay, packets that came and were
// not played, frames made up. A table, as Markdown. Virtual time: the figures are the same on every machine.
//   media_jitter_bench [FILE …]   each FILE a recorded trace: a line a packet in the order of arrival,
//                                 "NUMBER SENT_MS CAME_MS", the numbers counting packets of 20 ms from 0
#include <speex/speex_jitter.h>

#include <cstdio>
#include <fstream>

#include "jitter_traces.hpp"

namespace {

using namespace offhook::media;

traces::Outcome play_by_speex(const traces::Trace& trace) {
  constexpr int kSpan = 160;
  ::JitterBuffer* buffer = jitter_buffer_init(kSpan);
  traces::Score score(trace);
  std::size_t next = 0;
  bool started = false;
  for (traces::Ms at = 7; at < 20.0 * trace.count + 600; at += 20) {
    for (; next < trace.packets.size() && trace.packets[next].came <= at; ++next) {
      std::uint32_t number = trace.packets[next].number;
      JitterBufferPacket packet{};
      packet.data = reinterpret_cast<char*>(&number);
      packet.len = sizeof number;
      packet.timestamp = number * kSpan;
      packet.span = kSpan;
      packet.sequence = static_cast<spx_uint16_t>(number);
      jitter_buffer_put(buffer, &packet);
      started = true;
    }
    if (!started) continue;
    std::uint32_t number = 0;
    JitterBufferPacket packet{};
    packet.data = reinterpret_cast<char*>(&number);
    packet.len = sizeof number;
    const int got = jitter_buffer_get(buffer, &packet, kSpan, nullptr);
    if (got == JITTER_BUFFER_OK)
      score.played(number, at);
    else if (at < 20.0 * trace.count)
      ++score.outcome().made_up;
    jitter_buffer_tick(buffer);
  }
  jitter_buffer_destroy(buffer);
  return score.finish();
}

void print(const char* whose, const traces::Outcome& o) {
  std::printf("| | %s | %.0f | %.0f | %u | %u | %u | %u |\n", whose, o.delay, o.most_delay, o.lost, o.late, o.made_up,
              o.skipped);
}

bool read(const char* file, traces::Trace& out) {
  std::ifstream in(file);
  out.name = file;
  for (traces::Packet p; in >> p.number >> p.sent >> p.came;) {
    if (p.number > 1'000'000) return false;
    out.packets.push_back(p);
    out.count = std::max(out.count, p.number + 1);
  }
  return !out.packets.empty() && in.eof();
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<traces::Trace> all = argc > 1 ? std::vector<traces::Trace>() : traces::all();
  for (int i = 1; i < argc; ++i) {
    if (!read(argv[i], all.emplace_back())) {
      std::fprintf(stderr, "media_jitter_bench: no trace (%s)\n", argv[i]);
      return 1;
    }
  }
  std::puts(
      "| network | buffer | mean delay, ms | largest | lost on the way | came too late | frames made up | skipped |\n"
      "|---|---|---:|---:|---:|---:|---:|---:|");
  for (const auto& trace : all) {
    std::printf("| %s | | | | | | | |\n", trace.name.c_str());
    print("offhook, adaptive 60/120/240", traces::play(trace, {}));
    using offhook::milliseconds;
    print(
        "offhook, adaptive 20/40/240",
        traces::play(
            trace, {.adaptive = true, .min = milliseconds(20), .normal = milliseconds(40), .max = milliseconds(240)}));
    print("offhook, fixed 120",
          traces::play(trace, {.adaptive = false, .min = {}, .normal = milliseconds(120), .max = {}}));
    print("speexdsp", play_by_speex(trace));
  }
  return 0;
}
