// Allow-Events = event-type *(COMMA event-type) ;  event-type = event-package *( "." event-template )
// event-package, event-template = token-nodot. RFC 6665 §8.2.2, §8.4. Types compare octet by octet (§8.2.1).
#pragma once
#include <string_view>

#include "base/result.hpp"
#include "sip/message.hpp"

namespace offhook::sip {

// One element.
[[nodiscard]] Result<std::string_view> parse_event_type(std::string_view value);
[[nodiscard]] bool allows_event(const Message& message, std::string_view event_type);

}  // namespace offhook::sip
