// What comes live from another clock (a page, a sound card): frames that come when they come, played one a tick. A
// small jitter buffer of its own. Where the other clock goes faster or slower, what waits is made shorter or longer by
// whole periods of the sound (media/stretch), so that nobody hears it.
//
// One thread: that of whoever reads it.
#pragma once
#include <cstdint>
#include <vector>

#include "media/audio.hpp"
#include "media/resampler.hpp"

namespace offhook::media {

class LiveSource final : public AudioSource {
 public:
  // Frames that gather before the first is played, and again after a gap; and those that may wait: beyond, the oldest
  // are dropped until few are left, so that whoever was held up falls back to a short delay.
  static constexpr std::size_t kStart = 3, kMost = 10;
  // Reads after which it is judged whether too much or too little waits: a second.
  static constexpr int kWindow = 50;

  explicit LiveSource(std::size_t start = kStart) : start_(start) {}

  // 20 ms at 8, 12, 16, 24 or 48 kHz; false, and nothing is kept, for any other size. Another rate than before begins
  // anew.
  bool push(ConstFrame frame);
  bool read(Frame frame) override;
  // As at the beginning.
  void clear();

  [[nodiscard]] std::size_t waiting() const { return left() / frame_size(rate_); }  // whole frames
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }                  // frames that came too fast
  [[nodiscard]] std::uint64_t gaps() const { return gaps_; }                        // times that the buffer ran dry
  [[nodiscard]] std::uint64_t shortened() const { return shortened_; }
  [[nodiscard]] std::uint64_t lengthened() const { return lengthened_; }

 private:
  [[nodiscard]] std::size_t left() const { return sound_.size(); }
  void judge();

  std::size_t start_;
  std::uint32_t rate_ = kSampleRate;
  std::vector<std::int16_t> sound_;  // that waits
  bool plays_ = false;
  int reads_ = 0;                 // in the present window
  std::size_t least_ = 0;         // that was left behind a read, in it
  std::size_t lengthens_by_ = 0;  // too little was left: what is to be added to the next sound
  std::uint64_t dropped_ = 0, gaps_ = 0, shortened_ = 0, lengthened_ = 0;
  Resampler resampler_;
};

// True for the size of a frame of 20 ms at 8, 12, 16, 24 or 48 kHz.
[[nodiscard]] bool is_frame_size(std::size_t samples);

}  // namespace offhook::media
