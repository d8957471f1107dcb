#include "dtmf/bridge.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace offhook::media {
namespace {

// ITU-T Q.23.
constexpr std::array kRows{697.0, 770.0, 852.0, 941.0};
constexpr std::array kColumns{1209.0, 1336.0, 1477.0, 1633.0};
constexpr double kQuiet = 100.0 * 100.0;  // mean square: -47 dBm0
// The part of the power that is something else: of what are tones, and of what they went on to.
constexpr double kTone = 0.1, kSame = 0.3;
// What is behind the gap is silence by so much less.
constexpr double kFallen = 0.25;

using Matrix = std::array<std::array<double, 5>, 4>;  // four equations, the right side last

double power(std::span<const std::int16_t> samples) {
  double sum = 0;
  for (const auto sample : samples) sum += static_cast<double>(sample) * sample;
  return sum / static_cast<double>(samples.size());
}

// Symmetric and positive, for the frequencies are far from each other: no pivots are looked for.
std::array<double, 4> solve(Matrix m) {
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t row = i + 1; row < 4; ++row) {
      const double factor = m[row][i] / m[i][i];
      for (std::size_t column = i; column < 5; ++column) m[row][column] -= factor * m[i][column];
    }
  std::array<double, 4> out{};
  for (std::size_t i = 4; i-- > 0;) {
    double sum = m[i][4];
    for (std::size_t column = i + 1; column < 4; ++column) sum -= m[i][column] * out[column];
    out[i] = sum / m[i][i];
  }
  return out;
}

std::array<double, 4> waves(const std::array<double, 2>& frequency, double sample) {
  return {std::cos(frequency[0] * sample), std::sin(frequency[0] * sample), std::cos(frequency[1] * sample),
          std::sin(frequency[1] * sample)};
}

std::int16_t clipped(double sample) {
  return static_cast<std::int16_t>(std::lround(std::clamp(sample, -32768.0, 32767.0)));
}

}  // namespace

double DigitBridge::Tones::at(double sample) const {
  const auto wave = waves(frequency, sample);
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) sum += weights[i] * wave[i];
  return sum;
}

void DigitBridge::heard(ConstFrame part) {
  const auto fresh = part.last(std::min(part.size(), kTail));
  std::shift_left(tail_.begin(), tail_.end(), static_cast<std::ptrdiff_t>(fresh.size()));
  std::ranges::copy(fresh, tail_.end() - static_cast<std::ptrdiff_t>(fresh.size()));
}

// The pair of tones that fits the tail best, by least squares.
std::optional<DigitBridge::Tones> DigitBridge::find() const {
  const double all = power(tail_);
  if (all < kQuiet) return std::nullopt;
  std::optional<Tones> best;
  double least = kTone * all;
  for (const double row : kRows)
    for (const double column : kColumns) {
      Tones tones;
      tones.frequency = {row * 2 * std::numbers::pi / kSampleRate, column * 2 * std::numbers::pi / kSampleRate};
      Matrix equations{};
      for (std::size_t n = 0; n < kTail; ++n) {
        const auto wave = waves(tones.frequency, static_cast<double>(n) - double{kTail});
        for (std::size_t i = 0; i < 4; ++i) {
          for (std::size_t k = 0; k < 4; ++k) equations[i][k] += wave[i] * wave[k];
          equations[i][4] += wave[i] * tail_[n];
        }
      }
      tones.weights = solve(equations);
      double rest = 0;
      for (std::size_t n = 0; n < kTail; ++n) {
        const double error = tail_[n] - tones.at(static_cast<double>(n) - double{kTail});
        rest += error * error / double{kTail};
      }
      if (rest < least) {
        least = rest;
        best = tones;
      }
    }
  return best;
}

DigitBridge::Filling DigitBridge::fill(std::size_t missing, ConstFrame next) const {
  Filling out;
  out.next.assign(next.begin(), next.end());
  const auto tones = find();
  const auto probe = std::span(next).subspan(std::min(kBlend, next.size()));
  const auto part = probe.first(std::min(kProbe, probe.size()));
  if (!tones || part.empty() || power(part) < kFallen * power(tail_)) {
    out.gap.assign(missing, 0);
    return out;
  }
  double rest = 0;
  for (std::size_t n = 0; n < part.size(); ++n) {
    const double error = part[n] - tones->at(static_cast<double>(missing + kBlend + n));
    rest += error * error / static_cast<double>(part.size());
  }
  if (rest > kSame * power(part)) {
    // One frame is no pause (Q.24: 40 ms); what was longer may have been one.
    if (missing > kFrameSamples) out.gap.assign(missing, 0);
    return out;
  }
  out.gap.resize(missing);
  for (std::size_t n = 0; n < missing; ++n) out.gap[n] = clipped(tones->at(static_cast<double>(n)));
  for (std::size_t n = 0; n < kBlend; ++n) out.next[n] = clipped(tones->at(static_cast<double>(missing + n)));
  return out;
}

}  // namespace offhook::media
