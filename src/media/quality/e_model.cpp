#include "media/e_model.hpp"

#include <algorithm>
#include <cmath>

#include "base/ascii.hpp"

namespace offhook::media {
namespace {

// Default values of G.107 table 3, and what follows from them.
constexpr double kBasicRatio = 94.77;    // Ro = 15 - 1.5 (SLR + No)
constexpr double kSimultaneous = 1.415;  // Is
constexpr double kTalkerEcho = 65;       // TELR, dB
constexpr double kListenerEcho = 110;    // WEPL, dB

double square_root_of(double half_difference, double floor) {
  return half_difference + std::sqrt(half_difference * half_difference + floor);
}

// §7.4.1: talker echo, §7.4.2: listener echo, §7.4.3: too long a delay.
double delay_impairment(double ms) {
  const double terv = kTalkerEcho - 40 * std::log10((1 + ms / 10) / (1 + ms / 150)) + 6 * std::exp(-0.3 * ms * ms);
  const double echo_ratio = 80 + 2.5 * (terv - 14);
  const double talker = (square_root_of((kBasicRatio - echo_ratio) / 2, 100) - 1) * (1 - std::exp(-ms));
  const double listener_ratio = 10.5 * (kListenerEcho + 7) * std::pow(2 * ms + 1, -0.25);
  const double listener = square_root_of((kBasicRatio - listener_ratio) / 2, 169);
  double absolute = 0;
  if (ms > 100) {
    const double x = std::log2(ms / 100);
    const double sixth = 1.0 / 6;
    absolute = 25 * (std::pow(1 + std::pow(x, 6), sixth) - 3 * std::pow(1 + std::pow(x / 3, 6), sixth) + 2);
  }
  return talker + listener + absolute;
}

}  // namespace

Impairment impairment_of(std::string_view codec) {
  constexpr double kConcealed = 25.1;  // G.711 with its Appendix I, random loss
  if (iequals(codec, "G726-40")) return {2, kConcealed};
  if (iequals(codec, "G726-32")) return {7, kConcealed};
  if (iequals(codec, "G726-24")) return {25, kConcealed};
  if (iequals(codec, "G726-16")) return {50, kConcealed};
  if (iequals(codec, "iLBC")) return {11, 32};
  if (iequals(codec, "G729")) return {11, 19};
  return {0, kConcealed};
}

double r_factor(const Transmission& t) {
  const double loss = std::clamp(t.loss_percent, 0.0, 100.0);
  const double bursts = std::max(1.0, t.burst_ratio);
  const double equipment =
      t.codec.equipment + (95 - t.codec.equipment) * loss / (loss / bursts + t.codec.loss_robustness);
  const double ms = std::max(0.0, static_cast<double>(t.one_way.count()) / 1000);
  return std::clamp(kBasicRatio - kSimultaneous - delay_impairment(ms) - equipment, 0.0, 100.0);
}

double mos_of(double r) {
  if (r <= 6.5) return 1;
  if (r >= 100) return 4.5;
  return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
}

}  // namespace offhook::media
