// SIP, SIPS and tel URIs as views into their text. RFC 3261 §19.1, §25.1; RFC 3966; RFC 5118 for IPv6 references.
//
//   SIP-URI = "sip:" [ userinfo ] hostport uri-parameters [ headers ]
//   userinfo = ( user / telephone-subscriber ) [ ":" password ] "@"
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sip/params.hpp"

namespace offhook::sip {

enum class Scheme : std::uint8_t { Sip, Sips, Tel, Other };

struct Uri {
  std::string_view text;  // the whole URI
  Scheme scheme = Scheme::Other;
  std::string_view user;  // still escaped; "" when there is none. For tel: the number
  std::string_view password;
  std::string_view host;  // an IPv6 reference keeps its brackets
  std::optional<std::uint16_t> port;
  Params params;             // uri-parameters
  std::string_view headers;  // after '?', without it
  std::string_view opaque;   // all after the colon when scheme is Other

  [[nodiscard]] bool is_sip() const { return scheme == Scheme::Sip || scheme == Scheme::Sips; }
  // Parses exactly `text`: no white space, no brackets around it.
  [[nodiscard]] static Result<Uri> parse(std::string_view text);
};

// §19.1.4. An escape is the character it stands for unless that is reserved (RFC 2396: a%3Bb is not a;b); hosts and
// parameters without case, parameters and headers in any order, IPv6 references by address (RFC 5954 §4.2); tel URIs by
// RFC 3966 §4, other schemes octet by octet. Lists of more than 64 parameters or headers must be the same text.
[[nodiscard]] bool equal(const Uri& a, const Uri& b);
// The key under which a registrar keeps an address-of-record (§10.3 step 5): scheme, unescaped user, lower-case host
// and the port when it is there; no parameters, headers or password. sips and sip share one key.
[[nodiscard]] std::string aor_key(const Uri& uri);
// %HEX HEX undone once (§19.1.2); a lone % stays.
[[nodiscard]] std::string unescape(std::string_view text);
// Escapes what may not stand in the user part.
[[nodiscard]] std::string escape_user(std::string_view text);
// Escapes what may not stand in the name or value of a uri-parameter.
[[nodiscard]] std::string escape_param(std::string_view text);
// Escapes what may not stand in a header value inside a URI (Refer-To: <sip:c@host?Replaces=…>).
[[nodiscard]] std::string escape_header(std::string_view text);

}  // namespace offhook::sip
