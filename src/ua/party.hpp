// A Party from what stands in a header field or a URI.
#pragma once
#include <string_view>

#include "ua/events.hpp"

namespace offhook::ua {

[[nodiscard]] Party party_of(std::string_view name_addr);  // From, To, Contact, Refer-To
[[nodiscard]] Party party_of_uri(std::string_view uri);
// The URI without ?headers: what may stand in a Request-URI (RFC 3261 §19.1.1, table 1).
[[nodiscard]] std::string_view without_headers(std::string_view uri);

}  // namespace offhook::ua
