// Where a message came from or goes to. RFC 3261 §18; for streams also the connection (RFC 5626 flow).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/time.hpp"

namespace offhook::transport {

enum class Protocol : std::uint8_t { Udp, Tcp, Tls, Ws, Wss };
[[nodiscard]] std::string_view protocol_name(Protocol protocol);  // as in a Via: "UDP"
[[nodiscard]] constexpr bool is_reliable(Protocol protocol) { return protocol != Protocol::Udp; }

struct Flow {
  Protocol protocol = Protocol::Udp;
  Endpoint local;                // our socket
  Endpoint remote;               // the peer
  std::uint64_t connection = 0;  // 0 for UDP
  friend bool operator==(const Flow&, const Flow&) = default;
};

// Bytes on their way out.
struct Transmit {
  Flow flow;
  std::string bytes;
};

}  // namespace offhook::transport
