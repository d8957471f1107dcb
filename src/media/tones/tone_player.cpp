#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "media/tone.hpp"

namespace offhook::media {
namespace {

constexpr std::int64_t kClock = 48'000;
constexpr std::int64_t kRamp = kClock * 25 / 10'000;  // 2.5 ms

std::int64_t ticks_of(milliseconds duration) { return duration.count() * kClock / 1000; }

}  // namespace

TonePlayer::TonePlayer(CallTone tone, double level_dbm0)
    : tone_(std::move(tone)), amplitude_(32768.0 * std::pow(10.0, (level_dbm0 - kFullScaleDbm0) / 20)) {
  over_ = tone_.steps.empty();
  if (!over_) enter(0, false);
}

// The step behind this one: the first round goes through all of them, later ones leave out those with "!".
std::optional<std::size_t> TonePlayer::following() const {
  const auto& steps = tone_.steps;
  for (std::size_t i = step_ + 1; i < steps.size(); ++i)
    if (first_round_ || !steps[i].once) return i;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (!steps[i].once) return i;
  return std::nullopt;
}

void TonePlayer::enter(std::size_t step, bool goes_on) {
  if (step <= step_ && stretch_.at > 0) first_round_ = false;
  if (!goes_on) phase_ = {};
  step_ = step;
  const ToneStep& now = tone_.steps[step];
  stretch_ = {ticks_of(now.duration), 0, !goes_on, true};
  const auto next = following();
  if (next && tone_.steps[*next].hz == now.hz) stretch_.falls = false;
}

double TonePlayer::envelope(std::int64_t at) const {
  const auto ramp = [](std::int64_t x) {
    return 0.5 - 0.5 * std::cos(std::numbers::pi * static_cast<double>(x) / static_cast<double>(kRamp));
  };
  const std::int64_t left = stretch_.length - at;
  double out = 1;
  if (stretch_.rises && at < kRamp) out = ramp(at);
  if (stretch_.falls && stretch_.length > 0 && left < kRamp) out *= ramp(left);
  return out;
}

// A part of the present step.
void TonePlayer::sound(std::span<std::int16_t> samples, std::uint32_t rate) {
  std::array<double, kMostFrameSamples> sum{};
  const auto& hz = tone_.steps[step_].hz;
  for (std::size_t c = 0; c < hz.size(); ++c) {
    if (hz[c] == 0 || hz[c] * 2U >= rate) continue;
    const double step = 2 * std::numbers::pi * hz[c] / rate;
    // sin(a+b) by recurrence, anew for each part, so that errors do not grow.
    const double k = 2 * std::cos(step);
    double before = std::sin(phase_[c] - step), now = std::sin(phase_[c]);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      sum[i] += now;
      const double next = k * now - before;
      before = now;
      now = next;
    }
    phase_[c] = std::fmod(phase_[c] + step * static_cast<double>(samples.size()), 2 * std::numbers::pi);
  }
  const std::int64_t ticks = kClock / rate;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double level = amplitude_ * envelope(stretch_.at + ticks * static_cast<std::int64_t>(i));
    samples[i] = static_cast<std::int16_t>(std::lrint(std::clamp(sum[i] * level, -32768.0, 32767.0)));
  }
}

bool TonePlayer::read(Frame frame) {
  const std::uint32_t rate = rate_of(frame);
  const std::int64_t ticks = kClock / rate;
  std::size_t filled = 0;
  while (filled < frame.size() && !over_) {
    std::size_t part = frame.size() - filled;
    if (stretch_.length > 0)
      part = std::min(part, static_cast<std::size_t>((stretch_.length - stretch_.at + ticks - 1) / ticks));
    sound(frame.subspan(filled, part), rate);
    filled += part;
    stretch_.at += ticks * static_cast<std::int64_t>(part);
    if (stretch_.length == 0 || stretch_.at < stretch_.length) continue;
    const auto next = following();
    over_ = !next;
    if (next) enter(*next, tone_.steps[*next].hz == tone_.steps[step_].hz);
  }
  std::fill(frame.begin() + static_cast<std::ptrdiff_t>(filled), frame.end(), std::int16_t{0});
  return filled > 0;
}

}  // namespace offhook::media
