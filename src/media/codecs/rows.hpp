// The rows of codecs.cpp, each from its own file, and what several of them share.
#pragma once
#include <algorithm>
#include <memory>

#include "media/codec.hpp"

namespace offhook::media {

inline constexpr std::size_t kMostPacketMilliseconds = 120;

template <std::uint32_t hertz>
std::uint32_t fixed_rate(std::string_view) {
  return hertz;
}

// 10 to 60 ms in steps of 10: what the guide's ptime may say.
inline milliseconds any_packet_time(milliseconds wanted) {
  return milliseconds(std::clamp<std::int64_t>(wanted.count() / 10 * 10, 10, 60));
}

// 8 kHz, one channel, no parameters.
template <class OfEncoder, class OfDecoder>
constexpr Codec narrow_band(std::string_view name) {
  return {name,
          8000,
          1,
          fixed_rate<8000>,
          any_packet_time,
          [](std::string_view, std::string_view) -> std::unique_ptr<Encoder> { return std::make_unique<OfEncoder>(); },
          [](std::string_view) -> std::unique_ptr<Decoder> { return std::make_unique<OfDecoder>(); }};
}

extern const Codec kPcmu, kPcma, kG722, kG726At16, kG726At24, kG726At32, kG726At40, kOpus;

}  // namespace offhook::media
