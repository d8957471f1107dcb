// Header fields of the phones' own. MAC = 12 hex digits, colons or hyphens between pairs allowed; Line = 1*DIGIT,
// counted from 0; Record = "on" / "off" in an INFO. Guide, SIP header fields and call recording.
#pragma once
#include <string>
#include <string_view>

#include <cstdint>
#include "base/result.hpp"

namespace offhook::sip {

[[nodiscard]] Result<bool> parse_record(std::string_view value);
[[nodiscard]] Result<std::uint32_t> parse_line(std::string_view value);
// Twelve lower-case hex digits.
[[nodiscard]] Result<std::string> parse_mac(std::string_view value);

}  // namespace offhook::sip
