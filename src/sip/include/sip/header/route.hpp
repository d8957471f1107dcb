// Route, Record-Route, Path, Service-Route = route-param *(COMMA route-param) ;  route-param = name-addr *( SEMI
// rr-param ) RFC 3261 §20.30, §20.34; RFC 3327 §4; RFC 3608 §5. Brackets are required: ;lr belongs to the URI.
#pragma once
#include <string_view>

#include "base/result.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::sip {

struct RouteParam {
  NameAddr address;
  Uri uri;
  // The hop is a loose router (§19.1.1); ";lr=on" and the like count, as old elements write it.
  [[nodiscard]] bool loose() const { return uri.params.has("lr"); }
  // One element.
  [[nodiscard]] static Result<RouteParam> parse(std::string_view value);
};

}  // namespace offhook::sip
