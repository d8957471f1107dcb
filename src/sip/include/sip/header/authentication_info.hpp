// Authentication-Info (RFC 3261 §20.6) and Proxy-Authentication-Info: what a server says of credentials it has taken.
// RFC 7615 §3 and §4, RFC 7616 §3.5.
//
//   Authentication-Info = [ ainfo *( COMMA ainfo ) ]
//   ainfo = nextnonce / message-qop / response-auth / cnonce / nonce-count / auth-param
//
// Views into the field, without quotes and with escapes; data() is null for what is absent.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

struct AuthenticationInfo {
  std::string_view nextnonce, qop, rspauth, cnonce, nc;

  // Errors: broken text, a parameter twice.
  [[nodiscard]] static Result<AuthenticationInfo> parse(std::string_view value);
  // Header value; the members are taken as they would stand between quotes.
  [[nodiscard]] std::string text() const;
};

}  // namespace offhook::sip
