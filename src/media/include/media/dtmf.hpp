// DTMF digits as a session sends and hears them: as events of RFC 4733 or as their sound (ITU-T Q.23). What goes by SIP
// INFO is no matter of the media.
//
// Guide: DTMF; parameters account.X.dtmf.*, features.dtmf.*.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace offhook::media {

inline constexpr std::string_view kDigits = "0123456789*#ABCD";

enum class DigitWay : std::uint8_t { Event, Inband };

// Digits that wait for each other: those that are under way come first.
struct DigitOrder {
  std::string digits;              // of kDigits; others are left out
  DigitWay way = DigitWay::Event;  // Event becomes Inband where no telephone-event was negotiated
  milliseconds duration{100};      // of each; 40 ms (Q.24 hears no shorter one) to 8 s
  milliseconds gap{30};            // at least, between two
  int end_packets = 3;             // Event: how often its end is said (RFC 4733 §2.5.1.4)
  int level_dbm0 = -10;            // of each of the two tones, -63 to 0
  friend bool operator==(const DigitOrder&, const DigitOrder&) = default;
};

}  // namespace offhook::media
