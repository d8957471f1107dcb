// How loud a stream is: speech, the noise between, and samples at the edge of the scale. Costs one pass over the frame.
#pragma once
#include <cstdint>
#include <optional>

#include "media/audio.hpp"

namespace offhook::media {

class LevelMeter {
 public:
  void write(ConstFrame frame);
  // Mean power of the frames that are louder than kLeastSpeech, and of the others; nothing when there are none.
  [[nodiscard]] std::optional<double> speech_dbm0() const;
  [[nodiscard]] std::optional<double> noise_dbm0() const;
  // Samples at either end of the scale that stand in a row of two or more: a wave that has been cut off.
  [[nodiscard]] std::uint64_t clipped() const { return clipped_; }

 private:
  double speech_ = 0, noise_ = 0;  // sums of the frames' mean squares
  std::uint64_t speech_frames_ = 0, noise_frames_ = 0;
  std::uint64_t clipped_ = 0;
};

inline constexpr double kLeastSpeechDbm0 = -45;

// A sine of half the scale in dBm0 from the mean square of its samples; -100 for silence.
[[nodiscard]] double dbm0_of(double mean_square);

}  // namespace offhook::media
