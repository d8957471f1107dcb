#include "rtp/telephone_event.hpp"

#include <string_view>

#include "base/ascii.hpp"
#include "bytes.hpp"

namespace offhook::rtp {
namespace {
constexpr std::string_view kDigits = "0123456789*#ABCD";
}

std::optional<TelephoneEvent> parse_telephone_event(Bytes payload) {
  if (payload.size() < 4) return std::nullopt;
  return TelephoneEvent{payload[0], (payload[1] & 0x80) != 0, static_cast<std::uint8_t>(payload[1] & 0x3f),
                        read16(payload, 2)};
}

void append(std::vector<std::uint8_t>& out, const TelephoneEvent& event) {
  put8(out, event.event);
  put8(out, (event.end ? 0x80U : 0U) | (event.volume & 0x3fU));
  put16(out, event.duration);
}

std::optional<char> digit_of(std::uint8_t event) {
  if (event >= kDigits.size()) return std::nullopt;
  return kDigits[event];
}

std::optional<std::uint8_t> event_of(char digit) {
  const char upper = is_alpha(digit) ? static_cast<char>(ascii_lower(digit) - 32) : digit;
  const auto at = kDigits.find(upper);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint8_t>(at);
}

}  // namespace offhook::rtp
