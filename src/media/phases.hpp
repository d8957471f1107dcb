// Which party has its tick when: the 20 ms have kPhases moments, and a party with all its sessions sits at one of them,
// for it speaks and hears as one. Few sessions stay together, so that a process with three calls wakes once in 20 ms;
// many are spread evenly.
#pragma once
#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "media/engine.hpp"

namespace offhook::media {

class Phases {
 public:
  // The phase for a party that gets its first session.
  [[nodiscard]] std::uint32_t choose() const {
    const auto fewer = [](const Phase& a, const Phase& b) {
      return std::max(a.sessions, kTogether) < std::max(b.sessions, kTogether);
    };
    const auto roomy =
        std::find_if(phases_.begin(), phases_.end(), [](const Phase& p) { return p.sessions < kTogether; });
    const auto best = roomy != phases_.end() ? roomy : std::min_element(phases_.begin(), phases_.end(), fewer);
    return static_cast<std::uint32_t>(best - phases_.begin());
  }
  void enter(std::uint32_t phase, PartyId party) { phases_[phase].parties.push_back(party); }
  void leave(std::uint32_t phase, PartyId party) { std::erase(phases_[phase].parties, party); }
  void count(std::uint32_t phase, int sessions) { phases_[phase].sessions += static_cast<std::size_t>(sessions); }
  [[nodiscard]] const std::vector<PartyId>& parties(std::uint32_t phase) const { return phases_[phase].parties; }

  // The next tick is that of phase 0, at `at`.
  void start(TimePoint at) {
    origin_ = at;
    moment_ = 0;
  }
  // The moment at hand: when it is, which phase it belongs to; next() goes on.
  [[nodiscard]] TimePoint time() const { return time_of(moment_); }
  [[nodiscard]] std::uint32_t phase() const { return static_cast<std::uint32_t>(moment_ % kPhases); }
  void next() { ++moment_; }

  // The first moment from the one at hand on whose phase has parties.
  [[nodiscard]] std::optional<TimePoint> deadline() const {
    for (std::int64_t m = moment_; m < moment_ + kPhases; ++m)
      if (!phases_[static_cast<std::size_t>(m % kPhases)].parties.empty()) return time_of(m);
    return std::nullopt;
  }
  // Phases of the moments up to `now`, as bits.
  [[nodiscard]] std::uint32_t due(TimePoint now) const {
    std::uint32_t out = 0;
    for (std::int64_t m = moment_; m < moment_ + kPhases && time_of(m) <= now; ++m) out |= 1U << (m % kPhases);
    return out;
  }

 private:
  static constexpr std::size_t kTogether = 16;
  struct Phase {
    std::vector<PartyId> parties;
    std::size_t sessions = 0;
  };
  [[nodiscard]] TimePoint time_of(std::int64_t moment) const { return origin_ + moment * kPhaseLength; }

  std::array<Phase, kPhases> phases_;
  TimePoint origin_{};
  std::int64_t moment_ = 0;
};

}  // namespace offhook::media
