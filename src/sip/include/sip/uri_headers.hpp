// The header fields inside a URI: headers = "?" header *( "&" header ) ;  header = hname "=" hvalue. RFC 3261 §19.1.1.
// What may come from there into a message is for its user to judge (§19.1.5).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sip/uri.hpp"

namespace offhook::sip {

struct UriHeader {
  std::string_view name, value;  // both still escaped
};

// Takes the next one off `rest` (start with Uri::headers); nothing at the end. Empty ones ("&&") are passed over.
[[nodiscard]] std::optional<UriHeader> next_uri_header(std::string_view& rest);
// The first of that name (case-insensitive, escapes undone), its value unescaped.
[[nodiscard]] std::optional<std::string> uri_header(const Uri& uri, std::string_view name);

}  // namespace offhook::sip
