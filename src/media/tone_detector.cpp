#include "media/tone_detector.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace offhook::media {
namespace {

constexpr std::size_t kBlock = 800;

// Hann window; its sum and the sum of its squares are N/2 and 3N/8.
const std::array<float, kBlock>& hann() {
  static const std::array<float, kBlock> kWindow = [] {
    std::array<float, kBlock> w{};
    for (std::size_t i = 0; i < kBlock; ++i)
      w[i] = static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / kBlock));
    return w;
  }();
  return kWindow;
}

// Power of the sine at `hz` in the windowed block: half its amplitude squared.
double goertzel(const std::array<double, kBlock>& windowed, double hz) {
  const double k = 2 * std::cos(2 * std::numbers::pi * hz / kSampleRate);
  double s1 = 0, s2 = 0;
  for (const double x : windowed) {
    const double s = x + k * s1 - s2;
    s2 = s1;
    s1 = s;
  }
  const double squared_magnitude = s1 * s1 + s2 * s2 - k * s1 * s2;
  constexpr double kWindowSum = kBlock / 2.0;
  return 2 * squared_magnitude / (kWindowSum * kWindowSum);
}

}  // namespace

std::vector<HeardTone> detect_tones(std::span<const std::int16_t> samples, std::span<const double> pilots) {
  const std::size_t blocks = samples.size() / kBlock;
  if (blocks == 0 || pilots.empty()) return {};
  std::vector<double> power(pilots.size());
  double total = 0;
  std::array<double, kBlock> windowed;
  for (std::size_t b = 0; b < blocks; ++b) {
    for (std::size_t i = 0; i < kBlock; ++i) {
      windowed[i] = samples[b * kBlock + i] * static_cast<double>(hann()[i]);
      total += windowed[i] * windowed[i] / (kBlock * 0.375);
    }
    for (std::size_t p = 0; p < pilots.size(); ++p) power[p] += goertzel(windowed, pilots[p]);
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

void ListeningWindow::write(const Frame& frame) {
  std::copy(frame.begin(), frame.end(), samples_.begin() + static_cast<std::ptrdiff_t>(next_ * kFrameSamples));
  next_ = (next_ + 1) % kFrames;
}

std::vector<HeardTone> ListeningWindow::tones(std::span<const double> pilots) const {
  auto ordered = samples_;
  std::rotate(ordered.begin(), ordered.begin() + static_cast<std::ptrdiff_t>(next_ * kFrameSamples), ordered.end());
  return detect_tones(ordered, pilots);
}

}  // namespace offhook::media
