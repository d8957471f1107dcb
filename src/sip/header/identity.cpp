#include "sip/header/identity.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<Identity> Identity::parse(std::string_view value) {
  const auto address = NameAddr::parse(value);
  if (!address) return tl::unexpected(address.error());
  const auto at = static_cast<std::size_t>(address->uri.data() - value.data());
  const auto uri = address->parse_uri();
  if (!uri) return fail(Module::Sip, uri.error().text, at + uri.error().offset);
  if (uri->scheme == Scheme::Other) return fail(Module::Sip, "an identity is a sip, sips or tel URI", at);
  if (!address->params.text().empty())
    return fail(Module::Sip, "parameters behind an identity", at + address->uri.size());
  return Identity{*address, *uri};
}

Identities identities(const Message& message, HeaderId id) {
  Identities out;
  for (const std::string_view element : message.values(id)) {
    const auto identity = Identity::parse(element);
    if (!identity) continue;
    auto& place = identity->uri.scheme == Scheme::Tel ? out.tel : out.sip;
    if (!place) place = *identity;
  }
  return out;
}

}  // namespace offhook::sip
