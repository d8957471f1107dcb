// Refer-Sub = ( "true" / "false" ) *( SEMI generic-param ). RFC 4488 §4.
#pragma once
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

// Whether a REFER makes a subscription.
[[nodiscard]] Result<bool> parse_refer_sub(std::string_view value);

}  // namespace offhook::sip
