// A range of addresses, as settings name them.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"

namespace offhook::proxy {

// "192.0.2.0/24", "2001:db8::/32", or one address.
struct AddressRange {
  IpAddress network;
  unsigned bits = 0;  // of the network that count
  [[nodiscard]] static std::optional<AddressRange> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;
  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

}  // namespace offhook::proxy
