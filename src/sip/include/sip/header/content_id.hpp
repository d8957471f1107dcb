// Content-ID = msg-id ;  msg-id = "<" id-left "@" id-right ">". RFC 8262 §3.2, RFC 2045 §7; the cid URL that names one:
// RFC 2392. One without '@' is let through, as mail and phones write it.
#pragma once
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

// What stands between the brackets.
[[nodiscard]] Result<std::string_view> parse_content_id(std::string_view value);
// "cid:a%25b@c" names the Content-ID "a%b@c" (given without brackets). Octet by octet, the URL's escapes undone.
[[nodiscard]] bool cid_names(std::string_view cid_url, std::string_view content_id);

}  // namespace offhook::sip
