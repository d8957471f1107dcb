#include "sip/header/contact.hpp"

#include "scan.hpp"

namespace offhook::sip {

// qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
std::optional<int> Contact::q() const {
  const auto text = address.params.find("q");
  if (!text || text->empty() || text->size() > 5 || ((*text)[0] != '0' && (*text)[0] != '1')) return std::nullopt;
  if (text->size() > 1 && (*text)[1] != '.') return std::nullopt;
  int value = ((*text)[0] - '0') * 1000;
  int weight = 100;
  for (std::size_t i = 2; i < text->size(); ++i, weight /= 10) {
    if (!is_digit((*text)[i])) return std::nullopt;
    value += ((*text)[i] - '0') * weight;
  }
  return value <= 1000 ? std::optional(value) : std::nullopt;
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
