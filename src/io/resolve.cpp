#include "io/resolve.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <memory>

namespace offhook::io {

Checked<IpAddress> resolve_host(const std::string& name) {
  if (const auto numeric = IpAddress::parse(name)) return *numeric;
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &found); error != 0)
    return complain(std::string("cannot find the host: ") + ::gai_strerror(error), name);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  const addrinfo* chosen = found;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET) {
      chosen = entry;
      break;
    }
  }
  std::array<std::uint8_t, 16> bytes{};
  if (chosen->ai_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, chosen->ai_addr, sizeof v6);
    std::memcpy(bytes.data(), &v6.sin6_addr, 16);
    return IpAddress::v6(bytes);
  }
  sockaddr_in v4{};
  std::memcpy(&v4, chosen->ai_addr, sizeof v4);
  std::memcpy(bytes.data(), &v4.sin_addr, 4);
  return IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
}

}  // namespace offhook::io
