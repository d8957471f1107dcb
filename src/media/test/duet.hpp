// Two engines, one call, and a wire between them that delays, loses and shows its packets; in virtual time.
#pragma once
#include <functional>
#include <map>
#include <vector>

#include "media/engine.hpp"
#include "rtp/packet.hpp"
#include "rtp/rtcp.hpp"

namespace offhook::media {

inline const Endpoint kLeft{IpAddress::v4(192, 0, 2, 1), 11780};
inline const Endpoint kRight{IpAddress::v4(192, 0, 2, 2), 11790};

inline EngineConfig reporting(seconds interval, bool extended = false) {
  EngineConfig out;
  out.rtcp_interval = interval;
  out.rtcp_xr = extended;
  return out;
}

struct Duet {
  explicit Duet(const EngineConfig& engine_config = {}) : config(engine_config) {}

  SeededRandom random_a{1}, random_b{2};
  EngineConfig config;
  Engine a{config, random_a}, b{config, random_b};
  PartyId left = a.add_party(ToneIn{440}), right = b.add_party(ToneIn{659});
  SessionId sa = *a.open(left, kLeft), sb = *b.open(right, kRight);
  Now now{TimePoint{} + seconds(100), WallTime{seconds(1'700'000'000)}};
  struct Datagram {
    Now sent;
    Endpoint local, remote;
    std::vector<std::uint8_t> bytes;
    [[nodiscard]] bool rtcp() const { return rtp::looks_like_rtcp(bytes); }
  };
  // How long a datagram is on its way; nothing: it is lost.
  std::function<std::optional<milliseconds>(const Datagram&)> way = [](const Datagram&) { return milliseconds(20); };
  std::vector<Datagram> from_a, from_b;  // all of them
  struct Arrival {
    Now at;
    Datagram datagram;
  };
  std::vector<Arrival> arrived;
  std::multimap<TimePoint, std::pair<Engine*, Datagram>> flying;

  AudioPlan plan_a{kLeft, kRight, sdp::pcmu(), std::uint8_t{101}};
  AudioPlan plan_b{kRight, kLeft, sdp::pcmu(), std::uint8_t{101}};
  void talk() {
    a.update(sa, plan_a);
    b.update(sb, plan_b);
  }

  void take(Engine& from, Engine& to, std::vector<Datagram>& kept) {
    while (const auto t = from.poll_transmit()) {
      Datagram datagram{now, t->local, t->remote, {t->bytes.begin(), t->bytes.end()}};
      kept.push_back(datagram);
      if (const auto delay = way(datagram)) flying.emplace(now.mono + *delay, std::pair{&to, std::move(datagram)});
    }
  }
  void step_to(TimePoint at) {
    now.wall += at - now.mono;
    now.mono = at;
    while (!flying.empty() && flying.begin()->first <= at) {
      const auto [to, datagram] = std::move(flying.begin()->second);
      flying.erase(flying.begin());
      to->receive(now, datagram.remote, datagram.local, datagram.bytes);
      arrived.push_back({now, datagram});
    }
    a.wake(now);
    b.wake(now);
    take(a, b, from_a);
    take(b, a, from_b);
  }
  void run(milliseconds span) {
    const TimePoint end = now.mono + span;
    for (;;) {
      TimePoint next = end;
      for (const auto due : {a.deadline(), b.deadline()})
        if (due) next = std::min(next, std::max(*due, now.mono));
      if (!flying.empty()) next = std::min(next, flying.begin()->first);
      step_to(next);
      if (next == end) return;
    }
  }
};

// The packets of one kind in what was sent.
template <class Kind>
std::vector<std::pair<Now, Kind>> rtcp_of_kind(const std::vector<Duet::Datagram>& datagrams) {
  std::vector<std::pair<Now, Kind>> out;
  for (const auto& datagram : datagrams) {
    if (!datagram.rtcp()) continue;
    const auto compound = rtp::parse_rtcp(datagram.bytes);
    if (!compound) continue;
    for (const auto& packet : *compound)
      if (const auto* kind = std::get_if<Kind>(&packet)) out.emplace_back(datagram.sent, *kind);
  }
  return out;
}

}  // namespace offhook::media
