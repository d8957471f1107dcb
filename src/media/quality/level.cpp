#include "quality/level.hpp"

#include <algorithm>
#include <cmath>

namespace offhook::media {
namespace {

constexpr double kFullScaleSine = 32768.0 * 32768.0 / 2;
// The largest codes of G.711 are 32124 (µ-law) and 32256 (A-law): a wave cut off by either counts.
constexpr int kEdge = 32'100;
constexpr int kExact = 2048;  // 960 times its square is below 2^32

int largest_in(ConstFrame frame) {
  int out = 0;
  for (const std::int16_t sample : frame) out = std::max(out, sample < 0 ? -sample : int{sample});
  return out;
}

// The sum of the squares of at most 960 samples, shifted so that it fits 32 bits.
std::uint32_t power_of(ConstFrame frame, int shift) {
  std::uint32_t out = 0;
  for (const std::int16_t sample : frame) out += static_cast<std::uint32_t>(sample * sample) >> shift;
  return out;
}

std::uint64_t clipped_in(ConstFrame frame) {
  std::uint64_t out = 0, row = 0;
  int side = 0;
  for (const std::int16_t sample : frame) {
    const int here = sample >= kEdge ? 1 : sample <= -kEdge ? -1 : 0;
    row = here != 0 && here == side ? row + 1 : 0;
    side = here;
    if (row > 0) out += row == 1 ? 2 : 1;
  }
  return out;
}

const double kLeastSpeech = kFullScaleSine * std::pow(10.0, (kLeastSpeechDbm0 - kFullScaleDbm0) / 10);

std::optional<double> mean(double sum, std::uint64_t frames) {
  if (frames == 0) return std::nullopt;
  return dbm0_of(sum / static_cast<double>(frames));
}

}  // namespace

double dbm0_of(double mean_square) {
  if (mean_square < 0.01) return -100;
  return 10 * std::log10(mean_square / kFullScaleSine) + kFullScaleDbm0;
}

void LevelMeter::write(ConstFrame frame) {
  if (frame.empty()) return;
  const int largest = largest_in(frame);
  if (largest >= kEdge) clipped_ += clipped_in(frame);
  const int shift = largest < kExact ? 0 : 9;
  const double square = std::ldexp(power_of(frame, shift), shift) / static_cast<double>(frame.size());
  const bool speech = square >= kLeastSpeech;
  (speech ? speech_ : noise_) += square;
  ++(speech ? speech_frames_ : noise_frames_);
}

std::optional<double> LevelMeter::speech_dbm0() const { return mean(speech_, speech_frames_); }
std::optional<double> LevelMeter::noise_dbm0() const { return mean(noise_, noise_frames_); }

}  // namespace offhook::media
