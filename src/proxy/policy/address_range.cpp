#include <algorithm>

#include "base/ascii.hpp"
#include "proxy/address_range.hpp"

namespace offhook::proxy {

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned most = address->is_v6() ? 128 : 32;
  if (slash == std::string_view::npos) return AddressRange{*address, most};
  const auto bits = parse_number<unsigned>(text.substr(slash + 1));
  if (!bits || *bits > most) return std::nullopt;
  return AddressRange{*address, *bits};
}

bool AddressRange::contains(const IpAddress& address) const {
  if (address.is_v6() != network.is_v6()) return false;
  const auto& a = address.bytes();
  const auto& b = network.bytes();
  const unsigned whole = bits / 8, rest = bits % 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  return rest == 0 || ((a.at(whole) ^ b.at(whole)) >> (8 - rest)) == 0;
}

}  // namespace offhook::proxy
