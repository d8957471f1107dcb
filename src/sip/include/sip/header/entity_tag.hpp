// SIP-ETag = entity-tag ;  SIP-If-Match = entity-tag ;  entity-tag = token. RFC 3903 §11.3. Compared octet by octet.
#pragma once
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

[[nodiscard]] Result<std::string_view> parse_entity_tag(std::string_view value);

}  // namespace offhook::sip
