// Endpoint to sockaddr and back.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "base/endpoint.hpp"

namespace offhook::io {

inline socklen_t to_sockaddr(const Endpoint& endpoint, sockaddr_storage& out) {
  std::memset(&out, 0, sizeof out);
  if (endpoint.address.is_v6()) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, endpoint.address.bytes().data(), 16);
    return sizeof v6;
  }
  auto& v4 = reinterpret_cast<sockaddr_in&>(out);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(endpoint.port);
  std::memcpy(&v4.sin_addr, endpoint.address.bytes().data(), 4);
  return sizeof v4;
}

inline Endpoint from_sockaddr(const sockaddr_storage& in) {
  if (in.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(in);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, 16);
    return {IpAddress::v6(bytes), ntohs(v6.sin6_port)};
  }
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(in);
  std::array<std::uint8_t, 4> b{};
  std::memcpy(b.data(), &v4.sin_addr, 4);
  return {IpAddress::v4(b[0], b[1], b[2], b[3]), ntohs(v4.sin_port)};
}

}  // namespace offhook::io
