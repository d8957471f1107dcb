// Packet loss concealment for codecs that have none of their own: repeats the last pitch cycles, fades within 50 ms,
// and blends into what comes after (spandsp, after ITU-T G.711 Appendix I).
#pragma once
#include <spandsp.h>

#include <cstdint>
#include <span>

namespace offhook::media {

class Concealer {
 public:
  Concealer() { plc_init(&state_); }
  // Each frame that was decoded; its beginning is blended with what was made up before it.
  void heard(std::span<std::int16_t> frame) { plc_rx(&state_, frame.data(), static_cast<int>(frame.size())); }
  void fill(std::span<std::int16_t> frame) { plc_fillin(&state_, frame.data(), static_cast<int>(frame.size())); }

 private:
  plc_state_t state_{};
};

}  // namespace offhook::media
