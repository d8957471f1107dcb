#include "transport/flow.hpp"

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

}  // namespace offhook::transport
