#include "media/tone.hpp"

namespace offhook::media {

CallTone digit_tone(char digit, milliseconds duration) {
  constexpr std::string_view kRows = "123A456B789C*0#D";
  constexpr std::array<std::uint16_t, 4> kLow{697, 770, 852, 941}, kHigh{1209, 1336, 1477, 1633};
  const std::size_t place = kRows.find(digit);
  if (place == std::string_view::npos) return {};
  return {{ToneStep{{kLow[place / 4], kHigh[place % 4]}, duration, true}}};
}

}  // namespace offhook::media
