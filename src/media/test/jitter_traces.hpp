// Networks as lists of packets with the time at which each was sent and came, and what our jitter buffer makes of them.
// For the tests and for bench/media/jitter.cpp, which puts another jitter buffer beside it.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "media/jitter_buffer.hpp"

namespace offhook::media::traces {

using Ms = double;

struct Packet {
  std::uint32_t number = 0;  // 20 ms each
  Ms sent = 0, came = 0;     // by the receiver's clock
};
struct Trace {
  std::string name;
  std::vector<Packet> packets;  // in the order in which they came
  std::uint32_t count = 0;      // that were sent
};

// A minute of packets; `delay(i, random)` of packet i, nothing when it is lost. `ppm`: by how much the sender's clock
// is faster than ours.
template <class Delay>
Trace make(std::string name, Delay delay, double ppm = 0) {
  Trace out{std::move(name), {}, 3000};
  SeededRandom random(11);
  for (std::uint32_t i = 0; i < out.count; ++i) {
    const Ms sent = 20.0 * i * (1 - ppm * 1e-6);
    if (const std::optional<Ms> d = delay(i, random)) out.packets.push_back({i, sent, sent + *d});
  }
  std::stable_sort(out.packets.begin(), out.packets.end(),
                   [](const Packet& a, const Packet& b) { return a.came < b.came; });
  return out;
}

inline Ms exponential(SeededRandom& random, Ms mean) { return -mean * std::log(1 - random.unit()); }

inline std::vector<Trace> all() {
  using Lost = std::optional<Ms>;
  std::vector<Trace> out;
  out.push_back(make("calm: 1 ms of jitter", [](auto, auto& r) -> Lost { return 20 + r.unit(); }));
  out.push_back(make("wireless: 10 ms of jitter", [](auto, auto& r) -> Lost { return 20 + exponential(r, 10); }));
  out.push_back(make("busy: 30 ms of jitter", [](auto, auto& r) -> Lost { return 30 + exponential(r, 30); }));
  out.push_back(make("each 5 s a stall of 150 ms", [](auto i, auto& r) -> Lost {
    const Ms into = 20.0 * (i % 250);  // what is sent in the stall comes at its end
    return 20 + r.unit() + (into < 150 ? 150 - into : 0);
  }));
  out.push_back(make("after 20 s the way is 80 ms longer, after 40 s short again",
                     [](auto i, auto& r) -> Lost { return 20 + r.unit() * 3 + (i >= 1000 && i < 2000 ? 80 : 0); }));
  out.push_back(make("5 % lost, one by one",
                     [](auto, auto& r) -> Lost { return r.unit() < 0.05 ? Lost() : 20 + exponential(r, 3); }));
  out.push_back(make("5 % lost, in bursts of 4", [left = 0](auto, auto& r) mutable -> Lost {
    if (left == 0 && r.unit() < 0.013) left = 4;
    if (left > 0) return --left, Lost();
    return 20 + exponential(r, 3);
  }));
  out.push_back(make("3 % overtaken by the next two",
                     [](auto, auto& r) -> Lost { return 20 + (r.unit() < 0.03 ? 45 : r.unit()); }));
  out.push_back(make("sender 500 ppm fast", [](auto, auto& r) -> Lost { return 20 + r.unit(); }, 500));
  out.push_back(make("sender 500 ppm slow", [](auto, auto& r) -> Lost { return 20 + r.unit(); }, -500));
  return out;
}

struct Outcome {
  Ms delay = 0, most_delay = 0;  // from sending to playing, of what was played
  std::uint32_t lost = 0;        // on the way
  std::uint32_t late = 0;        // came and was not played
  std::uint32_t made_up = 0;     // frames that were concealed
  std::uint32_t skipped = 0;     // frames dropped to shorten the delay
  std::uint32_t out_of_order = 0;
};

// Counts what a player says that it has played.
class Score {
 public:
  explicit Score(const Trace& trace) : trace_(&trace) {
    sent_.resize(trace.count);
    for (const Packet& p : trace.packets) sent_[p.number] = p.sent;
    out_.lost = trace.count - static_cast<std::uint32_t>(trace.packets.size());
  }
  void played(std::uint32_t number, Ms at) {
    if (played_ > 0 && number <= newest_) ++out_.out_of_order;
    newest_ = number;
    ++played_;
    out_.delay += at - sent_[number];
    out_.most_delay = std::max(out_.most_delay, at - sent_[number]);
  }
  Outcome& outcome() { return out_; }
  Outcome finish() {
    out_.late = static_cast<std::uint32_t>(trace_->packets.size()) - played_;
    if (played_ > 0) out_.delay /= played_;
    return out_;
  }

 private:
  const Trace* trace_;
  std::vector<Ms> sent_;
  std::uint32_t newest_ = 0, played_ = 0;
  Outcome out_;
};

inline Outcome play(const Trace& trace, const JitterLimits& limits) {
  JitterBuffer buffer(limits);
  Score score(trace);
  int longer = 0;
  std::size_t next = 0;
  const auto number_of = [](std::span<const std::uint8_t> payload) {
    std::uint32_t out = 0;
    std::memcpy(&out, payload.data(), sizeof out);
    return out;
  };
  for (Ms at = 7; at < 20.0 * trace.count + 600; at += 20) {
    for (; next < trace.packets.size() && trace.packets[next].came <= at; ++next) {
      std::array<std::uint8_t, 4> payload;
      std::memcpy(payload.data(), &trace.packets[next].number, payload.size());
      buffer.insert({rtp::RtpTime(trace.packets[next].number * 160), 8000, 0, JitterBuffer::kFrame, payload});
    }
    const auto step = buffer.begin_frame();
    const bool running = at < 20.0 * trace.count;
    if (step == JitterBuffer::Step::Silence) continue;
    const bool stretches = step == JitterBuffer::Step::Stretch;
    if (stretches && !buffer.has_next()) {
      ++score.outcome().made_up;
      continue;
    }
    if (!stretches && longer > 0) {  // there is a frame of what was made longer
      --longer;
      continue;
    }
    if (stretches) ++longer;
    for (bool again = true; again;) {
      for (std::int64_t left = JitterBuffer::kFrame; left > 0;) {
        const auto item = buffer.next(left);
        left -= item.missing ? item.duration : JitterBuffer::kFrame;
        if (!item.missing) score.played(number_of(item.payload), at);
        if (item.missing && running) ++score.outcome().made_up;
      }
      again = !stretches && buffer.take_spare();
      if (again) ++score.outcome().skipped;
    }
  }
  return score.finish();
}

}  // namespace offhook::media::traces
