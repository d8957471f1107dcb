// Where a request goes: the values of RFC 3263, and the part of it that needs no DNS. A numeric host, or a name in the
// static table (which the world fills before start), gives an endpoint at once; all else is the Resolver's.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "sip/header/via.hpp"
#include "sip/uri.hpp"
#include "transport/flow.hpp"

namespace offhook::transport {

struct Target {
  Protocol protocol = Protocol::Udp;
  Endpoint remote;
  ServerName server_name{};  // for TLS and WSS
  friend bool operator==(const Target& a, const Target& b) { return a.protocol == b.protocol && a.remote == b.remote; }
};

// What RFC 3263 §4 starts from. For SIP and SIPS URIs, and for servers that a configuration names.
struct Destination {
  std::string host;  // name or number; "_stun._udp.NAME" (RFC 2782): its SRV records, without such NAME at `port`
  std::optional<std::uint16_t> port;
  std::optional<Protocol> transport;
  bool secure = false;  // sips: nothing but TLS on this hop
  friend bool operator==(const Destination&, const Destination&) = default;
};
// The URI's maddr (else its host), port and transport; sips with transport=tcp is TLS over TCP (RFC 3261 §26.2.2).
// Nothing for other schemes, for a transport that is not known, and for sips over UDP.
[[nodiscard]] std::optional<Destination> destination_of(const sip::Uri& uri);
// §5: where a response goes when its connection is gone, from the sent-by of the top Via.
[[nodiscard]] std::optional<Destination> destination_of(const sip::Via& via);

// Fixed names, as in a hosts file: they count before any DNS.
class Locator {
 public:
  void add_host(std::string name, IpAddress address);
  // A numeric host or one of the table; the protocol as given, else UDP, or TLS for sips; the port as given, else the
  // protocol's.
  [[nodiscard]] std::optional<Target> locate(const Destination& destination) const;
  [[nodiscard]] std::optional<Target> locate(const sip::Uri& uri) const;
  [[nodiscard]] std::optional<IpAddress> host(std::string_view name) const;

 private:
  std::map<std::string, IpAddress, std::less<>> hosts_;  // lower case
};

}  // namespace offhook::transport
