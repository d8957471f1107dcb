// RTCP compound packets (RFC 3550 §6): SR, RR, SDES, BYE and XR (RFC 3611) as values; others are counted and skipped.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "rtp/packet.hpp"
#include "rtp/time.hpp"
#include "rtp/xr.hpp"

namespace offhook::rtp {

// §6.4.1. Jitter in timestamp units; last_sr and delay in 1/65536 s, 0 when no SR has come.
struct ReportBlock {
  std::uint32_t ssrc = 0;
  std::uint8_t fraction_lost = 0;
  std::int32_t packets_lost = 0;  // 24 bits signed
  std::uint32_t highest_sequence = 0;
  std::uint32_t jitter = 0;
  std::uint32_t last_sr = 0;
  std::uint32_t delay_since_last_sr = 0;
  friend bool operator==(const ReportBlock&, const ReportBlock&) = default;
};

struct SenderReport {
  std::uint32_t ssrc = 0;
  NtpTime ntp;
  RtpTime timestamp;
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;
  std::vector<ReportBlock> blocks;
  friend bool operator==(const SenderReport&, const SenderReport&) = default;
};

struct ReceiverReport {
  std::uint32_t ssrc = 0;
  std::vector<ReportBlock> blocks;
  friend bool operator==(const ReceiverReport&, const ReceiverReport&) = default;
};

// §6.5, the CNAME of each chunk; the other items are skipped. Views into the datagram.
struct SourceDescription {
  struct Chunk {
    std::uint32_t ssrc = 0;
    std::string_view cname;
    friend bool operator==(const Chunk&, const Chunk&) = default;
  };
  std::vector<Chunk> chunks;
  friend bool operator==(const SourceDescription&, const SourceDescription&) = default;
};

struct Bye {
  std::vector<std::uint32_t> ssrcs;
  std::string_view reason;
  friend bool operator==(const Bye&, const Bye&) = default;
};

// APP, feedback: known by type only.
struct OtherRtcp {
  std::uint8_t packet_type = 0;
  friend bool operator==(const OtherRtcp&, const OtherRtcp&) = default;
};

using RtcpPacket = std::variant<SenderReport, ReceiverReport, SourceDescription, Bye, ExtendedReport, OtherRtcp>;

// §6.1, validity of A.2: version 2, first packet SR or RR, lengths that add up. Reduced-size compounds (RFC 5506) fail.
[[nodiscard]] Result<std::vector<RtcpPacket>> parse_rtcp(Bytes datagram);

// Building: each appends one packet; a compound is SR or RR, then SDES, then perhaps XR and BYE. Up to 31 blocks.
void append(std::vector<std::uint8_t>& out, const SenderReport& report);
void append(std::vector<std::uint8_t>& out, const ReceiverReport& report);
void append_cname(std::vector<std::uint8_t>& out, std::uint32_t ssrc, std::string_view cname);
void append_bye(std::vector<std::uint8_t>& out, std::uint32_t ssrc, std::string_view reason = {});

}  // namespace offhook::rtp
