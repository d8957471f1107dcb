// An RTP packet (RFC 3550 §5.1, §5.3.1): a view over the datagram, and the building of one.
//
//    V=2 P X CC | M PT | sequence number | timestamp | SSRC | CSRC ... | [extension] | payload | [padding]
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "rtp/time.hpp"

namespace offhook::rtp {

using Bytes = std::span<const std::uint8_t>;
inline constexpr std::size_t kHeaderSize = 12;

// The views point into the datagram that was parsed and live as long as it does.
struct PacketView {
  bool marker = false;
  std::uint8_t payload_type = 0;
  std::uint16_t sequence = 0;
  RtpTime timestamp;
  std::uint32_t ssrc = 0;
  std::array<std::uint32_t, 15> csrc{};
  std::uint8_t csrc_count = 0;
  bool has_extension = false;
  std::uint16_t extension_profile = 0;
  Bytes extension;  // without its four byte head
  Bytes payload;    // without padding
};

[[nodiscard]] Result<PacketView> parse_packet(Bytes datagram);

struct PacketHeader {
  bool marker = false;
  std::uint8_t payload_type = 0;
  std::uint16_t sequence = 0;
  RtpTime timestamp;
  std::uint32_t ssrc = 0;
};

// Appends the fixed header; the payload follows as the caller writes it. What we send has no CSRC, extension or
// padding.
void append_header(std::vector<std::uint8_t>& out, const PacketHeader& header);

// RFC 5761 §4: tells RTCP from RTP on one port by its packet types 192-223.
[[nodiscard]] bool looks_like_rtcp(Bytes datagram);

}  // namespace offhook::rtp
