// What shares a port with RTP is told apart by its first octet (RFC 7983 §7).
#pragma once
#include <cstdint>
#include <span>

namespace offhook::rtp {

enum class Traffic : std::uint8_t { Stun, Dtls, Rtp, Other };  // Rtp: and RTCP

[[nodiscard]] constexpr Traffic traffic_of(std::span<const std::uint8_t> datagram) {
  const unsigned first = datagram.empty() ? 255U : datagram.front();
  if (first <= 3) return Traffic::Stun;
  if (first >= 20 && first <= 63) return Traffic::Dtls;
  if (first >= 128 && first <= 191) return Traffic::Rtp;
  return Traffic::Other;  // ZRTP, TURN channels, what nobody has defined
}

}  // namespace offhook::rtp
