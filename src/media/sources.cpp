#include "media/sources.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace offhook::media {

Tone::Tone(double hz, double level_dbm0)
    : step_(2 * std::numbers::pi * hz / kSampleRate),
      amplitude_(std::min(32767.0, 32768.0 * std::pow(10.0, (level_dbm0 - kFullScaleDbm0) / 20))) {}

bool Tone::read(Frame& frame) {
  // sin(a+b) by recurrence: two sines a frame instead of 160; starting anew each frame keeps the error from growing.
  const double k = 2 * std::cos(step_);
  double before = amplitude_ * std::sin(phase_ - step_);
  double now = amplitude_ * std::sin(phase_);
  for (auto& sample : frame) {
    sample = static_cast<std::int16_t>(std::lrint(now));
    const double next = k * now - before;
    before = now;
    now = next;
  }
  phase_ = std::fmod(phase_ + step_ * kFrameSamples, 2 * std::numbers::pi);
  return true;
}

bool SampleSource::read(Frame& frame) {
  std::size_t filled = 0;
  while (filled < kFrameSamples && !samples_.empty()) {
    if (at_ == samples_.size()) {
      if (!repeat_) break;
      at_ = 0;
    }
    const std::size_t n = std::min(kFrameSamples - filled, samples_.size() - at_);
    std::copy_n(samples_.begin() + static_cast<std::ptrdiff_t>(at_), n,
                frame.begin() + static_cast<std::ptrdiff_t>(filled));
    filled += n;
    at_ += n;
  }
  std::fill(frame.begin() + static_cast<std::ptrdiff_t>(filled), frame.end(), std::int16_t{0});
  return filled > 0;
}

void SampleSink::write(const Frame& frame) {
  const std::size_t n = std::min(frame.size(), limit_ - std::min(limit_, kept_.size()));
  kept_.insert(kept_.end(), frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(n));
}

}  // namespace offhook::media
