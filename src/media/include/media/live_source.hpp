// What a person says through a browser: frames that come when they come, played one a tick. A small jitter buffer of
// its own, for a page's clock is not ours and its frames arrive in bunches.
//
// One thread: that of the engine which reads it.
#pragma once
#include <cstdint>
#include <deque>
#include <vector>

#include "media/audio.hpp"
#include "media/resampler.hpp"

namespace offhook::media {

class LiveSource final : public AudioSource {
 public:
  // Frames that gather before the first is played, and again after a gap; and those that may wait: beyond, the oldest
  // are dropped until kStart are left, so that a page whose clock is too fast falls back to a short delay.
  static constexpr std::size_t kStart = 3, kMost = 10;

  // 20 ms at 8, 12, 16, 24 or 48 kHz; false, and nothing is kept, for any other size.
  bool push(ConstFrame frame);
  bool read(Frame frame) override;

  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }  // frames that came too fast
  [[nodiscard]] std::uint64_t gaps() const { return gaps_; }        // times that the buffer ran dry

 private:
  std::deque<std::vector<std::int16_t>> waiting_;
  bool plays_ = false;
  std::uint64_t dropped_ = 0, gaps_ = 0;
  Resampler resampler_;
};

// True for the size of a frame of 20 ms at 8, 12, 16, 24 or 48 kHz.
[[nodiscard]] bool is_frame_size(std::size_t samples);

}  // namespace offhook::media
