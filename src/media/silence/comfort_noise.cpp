#include "silence/comfort_noise.hpp"

#include <algorithm>
#include <cmath>

#include "silence/voice_activity.hpp"

namespace offhook::media {
namespace {

constexpr std::size_t kOrder = 6;
constexpr double kStep = 258.0 / 32768;  // RFC 3389 §3.2

std::array<double, kOrder + 1> autocorrelation(ConstFrame frame) {
  std::array<double, kOrder + 1> out{};
  for (std::size_t lag = 0; lag <= kOrder; ++lag)
    for (std::size_t i = lag; i < frame.size(); ++i) out[lag] += static_cast<double>(frame[i]) * frame[i - lag];
  return out;
}

}  // namespace

std::optional<ComfortNoise> ComfortNoise::parse(std::span<const std::uint8_t> payload) {
  if (payload.empty() || payload[0] > 127) return std::nullopt;
  ComfortNoise out;
  out.dbov = -static_cast<double>(payload[0]);
  out.order = std::min(payload.size() - 1, kMostNoiseOrder);
  for (std::size_t i = 0; i < out.order; ++i)  // 255 is reserved
    out.reflection[i] = kStep * (std::min<int>(payload[i + 1], 254) - 127);
  return out;
}

void ComfortNoise::append(std::vector<std::uint8_t>& out) const {
  out.push_back(static_cast<std::uint8_t>(std::clamp(std::lround(-dbov), 0L, 127L)));
  for (std::size_t i = 0; i < order; ++i)
    out.push_back(static_cast<std::uint8_t>(std::clamp(std::lround(reflection[i] / kStep) + 127, 0L, 254L)));
}

// Levinson and Durbin: the reflection coefficients on the way to a linear prediction.
ComfortNoise measure_noise(ConstFrame frame) {
  ComfortNoise out;
  out.dbov = level_dbov(frame);
  const auto r = autocorrelation(frame);
  if (r[0] <= 0) return out;
  out.order = kOrder;
  std::array<double, kOrder + 1> a{1};
  double error = r[0] * 1.0001;  // a little white noise keeps it stable
  for (std::size_t m = 1; m <= kOrder; ++m) {
    double sum = r[m];
    for (std::size_t i = 1; i < m; ++i) sum += a[i] * r[m - i];
    const double k = std::clamp(-sum / error, -0.98, 0.98);
    out.reflection[m - 1] = k;
    std::array<double, kOrder + 1> next = a;
    for (std::size_t i = 1; i < m; ++i) next[i] = a[i] + k * a[m - i];
    next[m] = k;
    a = next;
    error *= 1 - k * k;
  }
  return out;
}

void NoiseMaker::set(const ComfortNoise& noise) {
  noise_ = noise;
  // The filter makes the noise louder by 1 / prod(1 - k^2): the excitation is that much quieter.
  double power = 1;
  for (std::size_t i = 0; i < noise.order; ++i) power *= 1 - noise.reflection[i] * noise.reflection[i];
  const double rms = 32768 * std::pow(10, std::max(noise.dbov, -127.0) / 20);
  gain_ = rms * std::sqrt(3.0 * std::max(power, 1e-6));  // of noise spread evenly over -1 to 1
}

// An all-pole lattice: the reflection coefficients are its taps.
void NoiseMaker::fill(Frame frame) {
  for (std::int16_t& sample : frame) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    double x = gain_ * (static_cast<double>(static_cast<std::int32_t>(state_ >> 32)) / 2147483648.0);
    for (std::size_t i = noise_.order; i-- > 0;) {
      x -= noise_.reflection[i] * delayed_[i];
      delayed_[i + 1] = delayed_[i] + noise_.reflection[i] * x;
    }
    delayed_[0] = x;
    sample = static_cast<std::int16_t>(std::clamp(std::lround(x), -32768L, 32767L));
  }
}

}  // namespace offhook::media
