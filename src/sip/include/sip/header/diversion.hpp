// Diversion = 1# ( name-addr *( ";" diversion-params ) ). RFC 5806 §4.
//   diversion-reason  = "reason" "=" ( "unknown" / "user-busy" / "no-answer" / "unavailable" / "unconditional" /
//                       "time-of-day" / "do-not-disturb" / "deflection" / "follow-me" / "out-of-service" / "away" /
//                       token / quoted-string )
//   diversion-counter = "counter" "=" 1*2DIGIT ;  diversion-limit = "limit" "=" 1*2DIGIT
//   diversion-privacy = "privacy" "=" ( "full" / "name" / "uri" / "off" / token / quoted-string )
//   diversion-screen  = "screen" "=" ( "yes" / "no" / token / quoted-string )
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::sip {

struct Diversion {
  NameAddr address;  // who diverted

  // Without quotes; "" when absent.
  [[nodiscard]] std::string_view reason() const { return text("reason"); }
  [[nodiscard]] std::string_view privacy() const { return text("privacy"); }
  [[nodiscard]] std::string_view screen() const { return text("screen"); }
  // How often this party diverted: 1 when absent (§5.2); nothing for limit.
  [[nodiscard]] int counter() const;
  [[nodiscard]] std::optional<int> limit() const;
  // One element. Errors: no brackets, a counter or limit that is no number of one or two digits.
  [[nodiscard]] static Result<Diversion> parse(std::string_view value);

 private:
  [[nodiscard]] std::string_view text(std::string_view name) const {
    return address.params.find(name).value_or(std::string_view{});
  }
};

// One element for this party; `reason` is quoted when it is no token.
[[nodiscard]] std::string diversion_text(std::string_view display, std::string_view uri, std::string_view reason,
                                         int counter = 1);

}  // namespace offhook::sip
