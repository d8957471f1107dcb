// Alert-Info = alert-param *(COMMA alert-param) ;  alert-param = LAQUOT absoluteURI RAQUOT *( SEMI generic-param )
// Call-Info  = info *(COMMA info) ;  info = LAQUOT absoluteURI RAQUOT *( SEMI ( "purpose" EQUAL token / generic-param )
// ) Error-Info = error-uri *(COMMA error-uri) ;  error-uri = LAQUOT absoluteURI RAQUOT *( SEMI generic-param ) RFC 3261
// §20.4, §20.9, §20.18; alert URNs: RFC 7462. What phone systems write without brackets ("Auto Answer",
// info=alert-autoanswer) is no value of the grammar; it stays readable with Message::find().
#pragma once
#include <string_view>

#include "base/result.hpp"
#include "sip/params.hpp"

namespace offhook::sip {

struct InfoUri {
  std::string_view uri;
  Params params;
  [[nodiscard]] std::string_view info() const { return params.find("info").value_or(std::string_view{}); }
  [[nodiscard]] std::string_view purpose() const { return params.find("purpose").value_or(std::string_view{}); }
  // One element of any of the three.
  [[nodiscard]] static Result<InfoUri> parse(std::string_view value);
};

// An element of Alert-Info as it comes, with brackets or without; reading it cannot fail. Guide, Auto Answer and
// distinctive ring tones.
struct AlertHint {
  std::string_view uri;   // "" without brackets
  std::string_view text;  // without brackets, what stands before the first ';': "Auto Answer", "Bellcore-dr2"
  Params params;

  // The value of name=value, white space around '=' or not, as a parameter or in place of the URI.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  // The text, or the value of info=, is these words; without case.
  [[nodiscard]] bool says(std::string_view words) const;
  [[nodiscard]] static AlertHint read(std::string_view value);
};

}  // namespace offhook::sip
