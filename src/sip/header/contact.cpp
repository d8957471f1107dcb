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
  Result<Contact> result;
  value = trim(value);
  if (value == "*") {
    result->star = true;
    return result;
  }
  if (const auto address = NameAddr::parse(value))
    result->address = *address;
  else
    result = tl::unexpected(address.error());
  return result;
}

}  // namespace offhook::sip
