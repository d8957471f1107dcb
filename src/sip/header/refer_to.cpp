#include "sip/header/refer_to.hpp"

#include "rule.hpp"
#include "sip/uri_headers.hpp"

namespace offhook::sip {
std::string_view ReferTo::method() const { return uri.params.find("method").value_or("INVITE"); }

std::optional<std::string> ReferTo::header(std::string_view name) const { return uri_header(uri, name); }

Result<ReferTo> ReferTo::parse(std::string_view value) {
  const auto address = NameAddr::parse(value);
  if (!address) return tl::unexpected(address.error());
  const auto uri = address->parse_uri();
  if (!uri)
    return fail(Module::Sip, uri.error().text,
                static_cast<std::size_t>(address->uri.data() - value.data()) + uri.error().offset);
  return ReferTo{*address, *uri};
}

std::string refer_to_text(std::string_view display, std::string_view uri, std::string_view replaces) {
  std::string target(uri);
  if (!replaces.empty()) {
    target += target.find('?') == std::string::npos ? '?' : '&';
    target += "Replaces=" + escape_header(replaces);
  }
  return name_addr(display, target);
}

}  // namespace offhook::sip
