// Call-ID = callid ;  In-Reply-To = callid *(COMMA callid) ;  callid = word [ "@" word ]. RFC 3261 §20.8, §20.21,
// §25.1. Call-IDs compare octet by octet.
#pragma once
#include <string_view>

#include "base/result.hpp"
#include "sip/message.hpp"

namespace offhook::sip {

// A Call-ID's value, or one element of In-Reply-To.
[[nodiscard]] Result<std::string_view> parse_call_id(std::string_view value);
// In-Reply-To names that call.
[[nodiscard]] bool replies_to(const Message& message, std::string_view call_id);

}  // namespace offhook::sip
