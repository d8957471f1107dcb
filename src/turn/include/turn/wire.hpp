// What TURN (RFC 8656) adds to STUN: methods, attributes, and the ChannelData message (§12.4).
//
//   ChannelData: 0..1 channel number · 2..3 length · data, over UDP without padding of ours
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "stun/message.hpp"

namespace offhook::turn {

enum Method : std::uint16_t {
  kAllocate = 3,
  kRefresh = 4,
  kSend = 6,
  kData = 7,
  kCreatePermission = 8,
  kChannelBind = 9,
};

enum Attribute : std::uint16_t {
  kChannelNumber = 0x000c,
  kLifetime = 0x000d,
  kXorPeerAddress = 0x0012,
  kDataValue = 0x0013,
  kRealm = 0x0014,
  kNonce = 0x0015,
  kXorRelayedAddress = 0x0016,
  kRequestedAddressFamily = 0x0017,
  kRequestedTransport = 0x0019,
};

inline constexpr std::uint16_t kFirstChannel = 0x4000, kLastChannel = 0x4fff;
inline constexpr std::size_t kChannelHead = 4;

// RFC 7983 §7: a datagram from a TURN server that begins so is ChannelData, and no STUN.
[[nodiscard]] inline bool looks_like_channel_data(std::string_view datagram) {
  return !datagram.empty() && static_cast<unsigned char>(datagram[0]) >= 0x40 &&
         static_cast<unsigned char>(datagram[0]) <= 0x4f;
}
struct ChannelData {
  std::uint16_t channel = 0;
  std::string_view data;
};
// Nothing where it is none, or ends before its length says. What stands behind that is padding.
[[nodiscard]] std::optional<ChannelData> parse_channel_data(std::string_view datagram);

// RFC 8489 §9.2.2: the key of long-term credentials, MD5 of "user:realm:password" (16 octets); empty where the library
// has no MD5.
[[nodiscard]] std::string long_term_key(std::string_view user, std::string_view realm, std::string_view password);

// The value of an attribute of 32 bits; nothing where there is none, or one of another size.
[[nodiscard]] std::optional<std::uint32_t> number_of(const stun::Message& message, std::uint16_t type);
void put_number(std::string& message, std::uint16_t type, std::uint32_t value);

}  // namespace offhook::turn
