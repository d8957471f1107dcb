// When the echo of what a card plays comes back: what was played is kept until then, and given to the echo canceller a
// little ahead of it. So the canceller need not look for it in half a second of sound, and when a sound server has lost
// its step, and everything comes later from then on, it goes on as before.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "media/audio.hpp"

namespace offhook::media {

class EchoClock {
 public:
  // By how much the canceller is ahead; what is left for it to find.
  static constexpr milliseconds kAhead{40};

  EchoClock(std::uint32_t rate, milliseconds delay)
      : size_(frame_size(rate)), kept_(kMost * size_), back_(frames_of(delay)) {}

  // The driver's word of now. It is unsure by a frame either way: what differs by more counts once it has stayed so.
  void follow(milliseconds delay) {
    const milliseconds off = delay - kAhead - milliseconds(20) * static_cast<int>(back_);
    strange_ = off > kUnsure || off < -kUnsure ? strange_ + 1 : 0;
    if (strange_ < kSure) return;
    strange_ = 0;
    back_ = frames_of(delay);
  }

  // Takes what is played now; gives what was played and will come back soon.
  ConstFrame due(ConstFrame played) {
    now_ = (now_ + 1) % kMost;
    std::ranges::copy(played, kept_.begin() + static_cast<std::ptrdiff_t>(now_ * size_));
    return ConstFrame(kept_).subspan((now_ + kMost - back_) % kMost * size_, size_);
  }

 private:
  static constexpr std::size_t kMost = 40;  // frames that are kept
  static constexpr milliseconds kUnsure{30};
  static constexpr int kSure = 10;

  static std::size_t frames_of(milliseconds delay) {
    return static_cast<std::size_t>(std::clamp<std::int64_t>((delay - kAhead).count() / 20, 0, kMost - 1));
  }

  std::size_t size_;
  std::vector<std::int16_t> kept_;
  std::size_t back_, now_ = 0;
  int strange_ = 0;
};

}  // namespace offhook::media
