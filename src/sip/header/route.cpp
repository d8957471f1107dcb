#include "sip/header/route.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<RouteParam> RouteParam::parse(std::string_view value) {
  const auto address = rule::bracketed(value, "a route needs brackets");
  if (!address) return tl::unexpected(address.error());
  const auto uri = address->parse_uri();
  if (!uri)
    return fail(Module::Sip, uri.error().text,
                static_cast<std::size_t>(address->uri.data() - value.data()) + uri.error().offset);
  return RouteParam{*address, *uri};
}

}  // namespace offhook::sip
