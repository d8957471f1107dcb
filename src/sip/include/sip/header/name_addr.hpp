// ( name-addr / addr-spec ) *( SEMI param ): From, To, Contact, Route, Record-Route, Refer-To, Referred-By, Diversion,
// Reply-To, P-Asserted-Identity … RFC 3261 §20.10, §25.1.
//   name-addr = [ display-name ] LAQUOT addr-spec RAQUOT ;  display-name = *(token LWS) / quoted-string
// Without <…> every ;param after the URI belongs to the header, not to the URI.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sip/params.hpp"
#include "sip/uri.hpp"

namespace offhook::sip {

struct NameAddr {
  std::string_view display;  // raw, a quoted-string keeps its quotes; see display_name()
  std::string_view uri;      // text of the addr-spec
  Params params;             // header parameters

  [[nodiscard]] std::string display_name() const { return unquote(display); }
  [[nodiscard]] std::string_view tag() const { return params.find("tag").value_or(std::string_view{}); }
  [[nodiscard]] Result<Uri> parse_uri() const { return Uri::parse(uri); }
  [[nodiscard]] static Result<NameAddr> parse(std::string_view value);
};

// "Alice" <sip:alice@example.com>; no display part when `display` is empty. Quotes and escapes as needed.
[[nodiscard]] std::string name_addr(std::string_view display, std::string_view uri);

}  // namespace offhook::sip
