// Date = SIP-date ;  SIP-date = rfc1123-date: wkday "," SP 2DIGIT SP month SP 4DIGIT SP time SP "GMT". RFC 3261 §20.17,
// §25.1. The fixed form, case-sensitive, always GMT; a weekday that does not fit its date is refused.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace offhook::sip {

[[nodiscard]] Result<WallTime> parse_date(std::string_view value);
// "Sat, 13 Nov 2010 23:29:00 GMT"; parts of a second are dropped.
[[nodiscard]] std::string date_text(WallTime at);

}  // namespace offhook::sip
