#include "media/tone_detector.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace offhook::media {
namespace {

constexpr std::uint32_t kBlocksASecond = 10;

// Hann window; its sum and the sum of its squares are N/2 and 3N/8.
std::vector<double> hann(std::size_t size) {
  std::vector<double> out(size);
  for (std::size_t i = 0; i < size; ++i)
    out[i] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(size));
  return out;
}

// Power of the sine at `hz` in the windowed block: half its amplitude squared.
double goertzel(std::span<const double> windowed, double hz, std::uint32_t rate) {
  const double k = 2 * std::cos(2 * std::numbers::pi * hz / rate);
  double s1 = 0, s2 = 0;
  for (const double x : windowed) {
    const double s = x + k * s1 - s2;
    s2 = s1;
    s1 = s;
  }
  const double squared_magnitude = s1 * s1 + s2 * s2 - k * s1 * s2;
  const double window_sum = static_cast<double>(windowed.size()) / 2.0;
  return 2 * squared_magnitude / (window_sum * window_sum);
}

}  // namespace

std::vector<HeardTone> detect_tones(std::span<const std::int16_t> samples, std::span<const double> pilots,
                                    std::uint32_t rate) {
  const std::size_t block = rate / kBlocksASecond;
  const std::size_t blocks = samples.size() / block;
  if (blocks == 0 || pilots.empty()) return {};
  std::vector<double> power(pilots.size());
  double total = 0;
  const std::vector<double> window = hann(block);
  std::vector<double> windowed(block);
  for (std::size_t b = 0; b < blocks; ++b) {
    for (std::size_t i = 0; i < block; ++i) {
      windowed[i] = samples[b * block + i] * window[i];
      total += windowed[i] * windowed[i] / (static_cast<double>(block) * 0.375);
    }
    // A pilot above half the rate cannot be there; its filter would show the mirror image.
    for (std::size_t p = 0; p < pilots.size(); ++p)
      if (pilots[p] * 2 < rate) power[p] += goertzel(windowed, pilots[p], rate);
  }
  std::vector<HeardTone> out;
  for (std::size_t p = 0; p < pilots.size(); ++p) {
    if (power[p] <= 0 || power[p] < kLeastShare * total) continue;
    const double full_scale = 32768.0 * 32768.0 / 2;
    const double level = 10 * std::log10(power[p] / static_cast<double>(blocks) / full_scale) + kFullScaleDbm0;
    if (level >= kLeastLevelDbm0) out.push_back({pilots[p], level});
  }
  return out;
}

void ListeningWindow::set_rate(std::uint32_t rate) {
  if (rate == rate_) return;
  rate_ = rate;
  samples_.clear();
  next_ = 0;
}

void ListeningWindow::write(ConstFrame frame) {
  if (samples_.empty()) samples_.resize(kFrames * frame_size(rate_));
  std::copy(frame.begin(), frame.end(), samples_.begin() + static_cast<std::ptrdiff_t>(next_ * frame.size()));
  next_ = (next_ + 1) % kFrames;
}

std::vector<HeardTone> ListeningWindow::tones(std::span<const double> pilots) const {
  if (samples_.empty()) return {};
  auto ordered = samples_;
  std::rotate(ordered.begin(), ordered.begin() + static_cast<std::ptrdiff_t>(next_ * frame_size(rate_)), ordered.end());
  return detect_tones(ordered, pilots, rate_);
}

}  // namespace offhook::media
