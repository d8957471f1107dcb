// Content-Disposition = disp-type *( SEMI disp-param ). RFC 3261 §20.11, §25.1; RFC 5621 §8.
//   disp-type  = "render" / "session" / "icon" / "alert" / token
//   disp-param = "handling" EQUAL ( "optional" / "required" / token ) / generic-param
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sip/params.hpp"

namespace offhook::sip {

struct ContentDisposition {
  std::string_view type;
  Params params;
  [[nodiscard]] bool is(std::string_view name) const;
  // A body may be passed over only when handling=optional stands there; the default is required (§20.11).
  [[nodiscard]] bool optional() const;
  [[nodiscard]] static Result<ContentDisposition> parse(std::string_view value);
};

}  // namespace offhook::sip
