// tel URIs, and telephone-subscribers in the user part of SIP URIs. RFC 3966 §3-§5, RFC 3261 §19.1.6.
//   telephone-uri        = "tel:" telephone-subscriber
//   telephone-subscriber = global-number / local-number
//   global-number        = global-number-digits *par ;  local-number = local-number-digits *par context *par
//   par                  = parameter / extension / isdn-subaddress
//   isdn-subaddress      = ";isub=" 1*uric ;  extension = ";ext=" 1*phonedigit
//   context              = ";phone-context=" ( domainname / global-number-digits )
//   global-number-digits = "+" *phonedigit DIGIT *phonedigit
//   local-number-digits  = *phonedigit-hex (HEXDIG / "*" / "#") *phonedigit-hex
//   phonedigit           = DIGIT / visual-separator ;  phonedigit-hex = HEXDIG / "*" / "#" / visual-separator
//   visual-separator     = "-" / "." / "(" / ")" ;  parameter = ";" pname ["=" pvalue ]
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sip/uri.hpp"

namespace offhook::sip {

struct TelUri {
  std::string_view digits;  // as written: '+', separators and, in a SIP URI, escapes are in it
  bool global = false;
  Params params;                              // all of them
  std::string_view ext, isub, phone_context;  // as written; "" when absent

  // Digits without separators and escapes, letters in lower case, '+' kept: what is dialled and compared.
  [[nodiscard]] std::string number() const;
  // Parameters stand in the order that §3 asks of a sender: isub or ext, phone-context, then the others by name.
  [[nodiscard]] bool in_order() const;

  // A whole tel URI. Errors: no number, a bad character, a parameter twice, a local number without a phone-context or
  // with a bad one. Parameters may come in any order.
  [[nodiscard]] static Result<TelUri> parse(std::string_view uri);
  // Behind "tel:", or the user part of a SIP URI ('#' stands escaped there).
  [[nodiscard]] static Result<TelUri> parse_subscriber(std::string_view text);
};

// §4: both global or both local, digits equal without separators, every parameter in both and equal, in any order,
// all without case.
[[nodiscard]] bool equal(const TelUri& a, const TelUri& b);
// The number that a URI names: a tel URI, or a SIP URI with user=phone whose user is a telephone-subscriber (§19.1.6).
[[nodiscard]] std::optional<TelUri> telephone(const Uri& uri);
// The telephone-subscriber as §19.1.6 wants it in a user part: lower case, isub and postd first, the others by name,
// without visual separators; what may not stand in a user part is escaped. Equal tel URIs give equal text.
[[nodiscard]] std::string telephone_subscriber(const TelUri& tel);

}  // namespace offhook::sip
