#include "transport/flow.hpp"

#include <array>

#include "base/ascii.hpp"

namespace offhook::transport {

std::string_view protocol_name(Protocol protocol) {
  switch (protocol) {
    case Protocol::Udp: return "UDP";
    case Protocol::Tcp: return "TCP";
    case Protocol::Tls: return "TLS";
    case Protocol::Ws: return "WS";
    case Protocol::Wss: return "WSS";
  }
  return "UDP";
}

std::optional<Protocol> parse_protocol(std::string_view name) {
  constexpr std::array kAll{Protocol::Udp, Protocol::Tcp, Protocol::Tls, Protocol::Ws, Protocol::Wss};
  for (const Protocol protocol : kAll)
    if (iequals(name, protocol_name(protocol))) return protocol;
  return std::nullopt;
}

std::uint16_t default_port(Protocol protocol) {
  switch (protocol) {
    case Protocol::Udp:
    case Protocol::Tcp: return 5060;
    case Protocol::Tls: return 5061;
    case Protocol::Ws: return 80;
    case Protocol::Wss: return 443;
  }
  return 5060;
}

bool concerns(const Flow& broken, const Flow& used) {
  if (broken.protocol != used.protocol || broken.local != used.local || broken.remote != used.remote) return false;
  return broken.connection == used.connection || broken.connection == 0 || used.connection == 0;
}

}  // namespace offhook::transport
