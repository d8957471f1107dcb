// Content-Encoding = content-coding *(COMMA content-coding) ;  content-coding = token. RFC 3261 §20.12.
// Content-Language = language-tag *(COMMA language-tag) ;  language-tag = 1*8ALPHA *( "-" 1*8ALPHA ). RFC 3261 §20.13.
// Subtags with digits (es-419, RFC 5646) are let through.
#pragma once
#include <string_view>

#include "base/result.hpp"
#include "sip/message.hpp"

namespace offhook::sip {

// One element of each list.
[[nodiscard]] Result<std::string_view> parse_content_coding(std::string_view value);
[[nodiscard]] Result<std::string_view> parse_language_tag(std::string_view value);
// The body stands there as it is: no coding, or identity only.
[[nodiscard]] bool is_uncoded(const Message& message);

}  // namespace offhook::sip
