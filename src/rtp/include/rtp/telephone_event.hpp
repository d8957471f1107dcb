// The payload of a telephone-event packet (RFC 4733 §2.3): event, end bit, volume, duration.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "rtp/packet.hpp"

namespace offhook::rtp {

struct TelephoneEvent {
  std::uint8_t event = 0;  // 0-9, 10 *, 11 #, 12-15 A-D
  bool end = false;
  std::uint8_t volume = 10;    // -dBm0, 0-63
  std::uint16_t duration = 0;  // timestamp units since the packet's timestamp
  friend bool operator==(const TelephoneEvent&, const TelephoneEvent&) = default;
};

[[nodiscard]] std::optional<TelephoneEvent> parse_telephone_event(Bytes payload);
void append(std::vector<std::uint8_t>& out, const TelephoneEvent& event);

[[nodiscard]] std::optional<char> digit_of(std::uint8_t event);
[[nodiscard]] std::optional<std::uint8_t> event_of(char digit);

}  // namespace offhook::rtp
