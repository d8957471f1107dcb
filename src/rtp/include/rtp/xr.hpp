// RTCP extended reports (RFC 3611): receiver reference time and DLRR (§4.4, §4.5: the round trip of who sends no RTP),
// and VoIP metrics (§4.7). Blocks of other types are skipped.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "rtp/packet.hpp"
#include "rtp/time.hpp"

namespace offhook::rtp {

// §4.7. Rates and densities of 256; times in ms; levels in dBm0; 127 where a field is not known.
struct VoipMetrics {
  static constexpr std::uint8_t kUnknown = 127;
  enum Concealment : std::uint8_t { NotSaid = 0, Silence = 1, Enhanced = 2, Standard = 3 };
  enum Buffer : std::uint8_t { Unsaid = 0, Reserved = 1, Fixed = 2, Adaptive = 3 };

  std::uint32_t ssrc = 0;  // the source that is spoken of
  std::uint8_t loss_rate = 0, discard_rate = 0, burst_density = 0, gap_density = 0;
  std::uint16_t burst_duration = 0, gap_duration = 0;
  std::uint16_t round_trip_delay = 0, end_system_delay = 0;
  std::int8_t signal_level = kUnknown, noise_level = kUnknown;
  std::uint8_t residual_echo_return_loss = kUnknown;
  std::uint8_t gmin = 16;
  std::uint8_t r_factor = kUnknown, external_r_factor = kUnknown;  // 0 to 100
  std::uint8_t mos_lq = kUnknown, mos_cq = kUnknown;               // MOS times 10: 10 to 50
  Concealment concealment = NotSaid;
  Buffer buffer = Unsaid;
  std::uint8_t buffer_rate = 0;  // 0 to 15
  std::uint16_t buffer_nominal = 0, buffer_maximum = 0, buffer_absolute_maximum = 0;
  friend bool operator==(const VoipMetrics&, const VoipMetrics&) = default;
};

// §4.5, of one receiver. As in a ReportBlock: 0 when no reference time has come.
struct DelaySinceLastRr {
  std::uint32_t ssrc = 0;
  std::uint32_t last_rr = 0;
  std::uint32_t delay = 0;  // 1/65536 s
  friend bool operator==(const DelaySinceLastRr&, const DelaySinceLastRr&) = default;
};

struct ExtendedReport {
  std::uint32_t ssrc = 0;  // who reports
  std::optional<NtpTime> reference_time;
  std::vector<DelaySinceLastRr> delays;
  std::vector<VoipMetrics> voip;
  friend bool operator==(const ExtendedReport&, const ExtendedReport&) = default;
};

// What stands behind the RTCP header. Blocks that go beyond the end, or a known type of another length, make it none.
// Values out of range become "not known" (§4.7.5).
[[nodiscard]] std::optional<ExtendedReport> parse_extended_report(Bytes body);
// One packet: goes behind SR or RR and SDES.
void append(std::vector<std::uint8_t>& out, const ExtendedReport& report);

}  // namespace offhook::rtp
