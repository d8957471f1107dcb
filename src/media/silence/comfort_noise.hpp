// Comfort noise (RFC 3389): what the silence of the other end sounds like, as a payload of level and spectrum, measured
// at one end and made at the other.
//
//    level (-dBov, 7 bits) | reflection coefficients, 8 bits each, as many as the sender wants
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/audio.hpp"

namespace offhook::media {

inline constexpr std::uint8_t kComfortNoisePayload = 13;  // RFC 3551 §6: static
inline constexpr std::uint32_t kComfortNoiseClock = 8000;
inline constexpr std::size_t kMostNoiseOrder = 12;  // RFC 3389 §3.2 knows no limit; what is beyond is left out

struct ComfortNoise {
  double dbov = -60;
  std::array<double, kMostNoiseOrder> reflection{};
  std::size_t order = 0;

  // Nothing for an empty payload or a level with its top bit set.
  [[nodiscard]] static std::optional<ComfortNoise> parse(std::span<const std::uint8_t> payload);
  void append(std::vector<std::uint8_t>& out) const;
};

// Level and spectrum of what a frame holds, with the lowest order that tells hiss from rumble well.
[[nodiscard]] ComfortNoise measure_noise(ConstFrame frame);

class NoiseMaker {
 public:
  void set(const ComfortNoise& noise);
  // At 8 kHz; other rates get the same spectrum stretched, which noise can bear.
  void fill(Frame frame);

 private:
  ComfortNoise noise_{};
  double gain_ = 0;  // of the excitation
  std::array<double, kMostNoiseOrder + 1> delayed_{};
  std::uint64_t state_ = 0x9e3779b97f4a7c15;  // of the noise: nobody can tell one hiss from another
};

}  // namespace offhook::media
