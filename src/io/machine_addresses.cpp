#include "machine_addresses.hpp"

#include <ifaddrs.h>

#include <cstring>
#include <memory>

#include "sockaddr.hpp"

namespace offhook::io {

std::vector<IpAddress> machine_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> list(first, ::freeifaddrs);
  std::vector<IpAddress> out;
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    const int family = each->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    sockaddr_storage name{};
    std::memcpy(&name, each->ifa_addr, family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
    out.push_back(from_sockaddr(name).address);
  }
  return out;
}

}  // namespace offhook::io
