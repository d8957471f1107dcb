// Where a message came from or goes to. RFC 3261 §18; for streams also the connection (RFC 5626 flow).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/time.hpp"

namespace offhook::transport {

enum class Protocol : std::uint8_t { Udp, Tcp, Tls, Ws, Wss };
[[nodiscard]] std::string_view protocol_name(Protocol protocol);              // as in a Via: "UDP"
[[nodiscard]] std::optional<Protocol> parse_protocol(std::string_view name);  // "udp", "TLS"; case-insensitive
[[nodiscard]] constexpr bool is_reliable(Protocol protocol) { return protocol != Protocol::Udp; }
[[nodiscard]] constexpr bool is_secure(Protocol protocol) {
  return protocol == Protocol::Tls || protocol == Protocol::Wss;
}
// The port where no URI and no Via names one (RFC 3261 §19.1.2, RFC 7118 §5).
[[nodiscard]] std::uint16_t default_port(Protocol protocol);

// The name that the peer's certificate must carry (RFC 5922 §7: the domain that was looked up, not what DNS made of
// it). Shared by all that goes to one target; null where no name is known (UDP, TCP, numeric hosts, connections that
// the peer opened).
using ServerName = std::shared_ptr<const std::string>;

// `local` is our listening address of that protocol, also for connections that we open from an ephemeral port: it is
// what Via and Record-Route name. `connection` numbers a stream connection of this world and never comes back; 0 is UDP
// or, on its way out, "over any open one from `local` to that peer, else a new one" (RFC 3261 §18.1.1, RFC 5923).
struct Flow {
  Protocol protocol = Protocol::Udp;
  Endpoint local;   // our socket
  Endpoint remote;  // the peer
  std::uint64_t connection = 0;
  ServerName server_name{};
  friend bool operator==(const Flow& a, const Flow& b) {
    return a.protocol == b.protocol && a.connection == b.connection && a.local == b.local && a.remote == b.remote;
  }
};

// Does what happened to `broken` (refused, lost) concern what was sent over `used`? A connection that is lost concerns
// all that asked for any connection from that address of ours to that peer.
[[nodiscard]] bool concerns(const Flow& broken, const Flow& used);

// An address of ours at which we listen.
struct Listen {
  Protocol protocol = Protocol::Udp;
  Endpoint endpoint;
  friend bool operator==(const Listen&, const Listen&) = default;
};

// RFC 5923 §8.2: the peer that has opened the connection of `flow` takes requests over it that are meant for
// `advertised`, its own address at the port of its sent-by.
struct Alias {
  Flow flow;
  Endpoint advertised;
};

// Bytes on their way out.
struct Transmit {
  Flow flow;
  std::string bytes;
};

}  // namespace offhook::transport
