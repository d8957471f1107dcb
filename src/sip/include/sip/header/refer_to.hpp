// Refer-To = ( name-addr / addr-spec ) *( SEMI generic-param ), one value. RFC 3515 §2.1. What the referred request
// shall carry stands in the URI: ;method= and ?Replaces=…&Require=… (RFC 3891 §3, RFC 3261 §19.1.5).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::sip {

struct ReferTo {
  NameAddr address;
  Uri uri;
  [[nodiscard]] std::string_view method() const;  // INVITE when the URI names none
  // The value of a header field in the URI ("Replaces"), unescaped; nothing when it has none of that name.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
  [[nodiscard]] static Result<ReferTo> parse(std::string_view value);
};

// <sip:c@host?Replaces=…>: the address with header fields in its URI, each value escaped.
[[nodiscard]] std::string refer_to_text(std::string_view display, std::string_view uri, std::string_view replaces);

}  // namespace offhook::sip
