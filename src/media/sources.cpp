#include "media/sources.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace offhook::media {

Tone::Tone(double hz, double level_dbm0)
    : hz_(hz), amplitude_(std::min(32767.0, 32768.0 * std::pow(10.0, (level_dbm0 - kFullScaleDbm0) / 20))) {}

bool Tone::read(Frame frame) {
  const double step = 2 * std::numbers::pi * hz_ / rate_of(frame);  // radians a sample
  // sin(a+b) by recurrence: two sines a frame instead of 160; starting anew each frame keeps the error from growing.
  const double k = 2 * std::cos(step);
  double before = amplitude_ * std::sin(phase_ - step);
  double now = amplitude_ * std::sin(phase_);
  for (auto& sample : frame) {
    sample = static_cast<std::int16_t>(std::lrint(now));
    const double next = k * now - before;
    before = now;
    now = next;
  }
  phase_ = std::fmod(phase_ + step * static_cast<double>(frame.size()), 2 * std::numbers::pi);
  return true;
}

bool SampleSource::read(Frame frame) {
  if (frame.size() == frame_size(rate_)) return fill(frame);
  own_.resize(frame_size(rate_));
  const bool more = fill(own_);
  resampler_.process(own_, frame);
  return more;
}

bool SampleSource::fill(Frame frame) {
  std::size_t filled = 0;
  while (filled < frame.size() && !samples_.empty()) {
    if (at_ == samples_.size()) {
      if (!repeat_) break;
      at_ = 0;
    }
    const std::size_t n = std::min(frame.size() - filled, samples_.size() - at_);
    std::copy_n(samples_.begin() + static_cast<std::ptrdiff_t>(at_), n,
                frame.begin() + static_cast<std::ptrdiff_t>(filled));
    filled += n;
    at_ += n;
  }
  std::fill(frame.begin() + static_cast<std::ptrdiff_t>(filled), frame.end(), std::int16_t{0});
  return filled > 0;
}

void SampleSink::write(ConstFrame frame) {
  const std::size_t n = std::min(frame.size(), limit_ - std::min(limit_, kept_.size()));
  kept_.insert(kept_.end(), frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(n));
}

}  // namespace offhook::media
