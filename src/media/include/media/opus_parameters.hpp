// The format parameters of Opus (RFC 7587 §6.1): what the side that wrote them would like to receive. Unknown ones and
// values out of range are passed over.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace offhook::media {

struct OpusParameters {
  std::uint32_t max_playback_rate = 48'000;     // 8000 to 48000
  std::uint32_t max_average_bitrate = 510'000;  // 6000 to 510000 bit/s
  bool in_band_fec = false;
  bool dtx = false;
  bool constant_bitrate = false;
  friend bool operator==(const OpusParameters&, const OpusParameters&) = default;
};

[[nodiscard]] OpusParameters parse_opus_parameters(std::string_view fmtp);
// What differs from the defaults; our stream is captured at the rate at which we play.
[[nodiscard]] std::string to_fmtp(const OpusParameters& parameters);

}  // namespace offhook::media
