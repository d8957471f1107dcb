// Counters of one media session, as a value. Packets and bytes are RTP (bytes: payload only, as RTCP counts them).
#pragma once
#include <cstdint>
#include <optional>

#include "base/endpoint.hpp"
#include "base/time.hpp"

namespace offhook::media {

// Packets that encryption kept out or in, RTP and RTCP. What is refused counts nowhere else.
struct SrtpStats {
  std::uint64_t forged = 0;    // not of the peer's key: tampered with, in the clear, no packet at all
  std::uint64_t replayed = 0;  // here before, or older than the window
  std::uint64_t unsent = 0;    // ours: the key has had its lifetime, or cannot be used
};

struct SessionStats {
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t bytes_received = 0;
  std::int64_t packets_lost = 0;        // RFC 3550 A.3: expected less received, negative with duplicates
  std::uint64_t packets_malformed = 0;  // not RTP, RTCP or a payload type of the plan
  std::uint64_t packets_strange = 0;    // from an address that is not taken (Symmetry)
  std::uint64_t packets_late = 0;       // came after their turn to be played
  std::uint64_t frames_concealed = 0;
  std::uint64_t rtcp_sent = 0;
  std::uint64_t rtcp_received = 0;
  Duration jitter{0};                     // RFC 3550 §6.4.1
  std::optional<Duration> round_trip;     // from the peer's last report, RFC 3550 §6.4.1
  std::uint8_t remote_fraction_lost = 0;  // of 256, as the peer reports it
  std::int32_t remote_packets_lost = 0;
  bool remote_said_bye = false;
  std::optional<TimePoint> last_received;  // RTP
  bool encrypted = false;                  // by the present plan
  SrtpStats srtp;
  Endpoint remote;  // where we send now (symmetric RTP may have moved it)
};

}  // namespace offhook::media
