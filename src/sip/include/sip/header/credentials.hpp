// Authorization, Proxy-Authorization (RFC 3261 §20.7, §20.28) and Authentication-Info (RFC 7615): every parameter as a
// view into the value, nothing copied. RFC 7616 §3.4, RFC 8760.
//
//   credentials = "Digest" LWS dig-resp *( COMMA dig-resp )
//   dig-resp    = username / realm / nonce / digest-uri / dresponse / algorithm / cnonce / opaque / message-qop /
//                 nonce-count / userhash / auth-param
//
// A value comes without its quotes and with its escapes (unescape_quoted undoes them); `data()` is null for what is
// absent. Which parameters have to be there is the business of Credentials (sip/digest.hpp).
#pragma once
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

struct CredentialsView {
  std::string_view username, username_ext;  // username*: RFC 5987
  std::string_view realm, nonce, uri, response, algorithm, cnonce, opaque, qop, nc, userhash;

  // Errors: another scheme than Digest, broken text, a parameter twice (RFC 7235 §2.1), more than one scheme.
  [[nodiscard]] static Result<CredentialsView> parse(std::string_view value);
};

}  // namespace offhook::sip
