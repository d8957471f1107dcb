#include "sip/header/contact.hpp"

#include "rule.hpp"

namespace offhook::sip {

std::optional<int> Contact::q() const {
  const auto text = address.params.find("q");
  return text ? rule::qvalue(*text) : std::nullopt;
}

std::optional<std::uint32_t> Contact::expires() const {
  const auto text = address.params.find("expires");
  if (!text) return std::nullopt;
  return parse_number<std::uint32_t>(*text).value_or(3600);
}

Result<Contact> Contact::parse(std::string_view value) {
  Contact out;
  if (trim(value) == "*") {
    out.star = true;
    return out;
  }
  auto address = NameAddr::parse(value);
  if (!address) return tl::unexpected(address.error());
  out.address = *address;
  return out;
}

}  // namespace offhook::sip
