// How long a voice is on its way, from mouth to ear: each pilot puts a short chirp in place of its tone when its turn
// comes, and who hears it knows by the clock when it was said. Works where both ends share one clock: two phones of one
// process, or the simulation.
//
// Time is cut into seconds of the monotonic clock; in second k it is the turn of pilot k mod n. So a delay below one
// second is told without a doubt, and whose it is.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "media/audio.hpp"

namespace offhook::media {

inline constexpr milliseconds kMarkLength{40};

// Puts the part of pilot `index`'s chirp into the frame that belongs there; the rest stays. `end`: the instant of the
// frame's end.
void put_mark(Frame frame, TimePoint end, std::size_t index, std::size_t pilots);

class MarkFinder {
 public:
  explicit MarkFinder(std::size_t pilots) : last_(pilots) {}
  // A frame that is played from `begin` on.
  void hear(ConstFrame frame, TimePoint begin);
  // The delay of that pilot as its last mark showed it; nothing when none came for three of its turns.
  [[nodiscard]] std::optional<Duration> delay(std::size_t pilot, TimePoint now) const;

 private:
  struct Best {
    double likeness = 0;
    std::int64_t second = 0;
    Duration delay{0};
  };
  struct Seen {
    TimePoint at{};
    Duration delay{0};
  };
  void set_rate(std::uint32_t rate);
  void settle();

  std::uint32_t rate_ = 0, skip_ = 1;  // every skip-th sample is looked at: 8 or 12 kHz
  std::vector<float> mark_;
  float mark_energy_ = 0;
  std::vector<float> heard_;  // the end of what was heard, at the looked-at rate
  Best best_;
  std::vector<std::optional<Seen>> last_;
};

}  // namespace offhook::media
