#include "transport/locate.hpp"

#include "base/ascii.hpp"

namespace offhook::transport {
namespace {

std::optional<Protocol> secured(Protocol protocol) {
  switch (protocol) {
    case Protocol::Udp: return std::nullopt;
    case Protocol::Tcp:
    case Protocol::Tls: return Protocol::Tls;
    case Protocol::Ws:  // RFC 7118 §5.5
    case Protocol::Wss: return Protocol::Wss;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Destination> destination_of(const sip::Uri& uri) {
  if (!uri.is_sip()) return std::nullopt;
  Destination out;
  out.secure = uri.scheme == sip::Scheme::Sips;
  // §4: the target is maddr when it is there. (In a Via it is not obeyed, see Layer::response_flow.)
  out.host = uri.params.find("maddr").value_or(uri.host);
  out.port = uri.port;
  if (const auto transport = uri.params.find("transport")) {
    out.transport = parse_protocol(*transport);
    if (out.transport && out.secure) out.transport = secured(*out.transport);
    if (!out.transport) return std::nullopt;
  }
  return out;
}

std::optional<Destination> destination_of(const sip::Via& via) {
  const auto transport = parse_protocol(via.transport);
  if (!transport) return std::nullopt;
  return Destination{std::string(via.host), via.port, transport, false};
}

void Locator::add_host(std::string name, IpAddress address) { hosts_[to_lower(name)] = address; }

std::optional<IpAddress> Locator::host(std::string_view name) const {
  if (const auto numeric = IpAddress::parse(name)) return numeric;
  if (hosts_.empty()) return std::nullopt;
  auto key = to_lower(name);
  if (key.ends_with('.')) key.pop_back();  // a fully qualified name
  const auto found = hosts_.find(key);
  return found == hosts_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Target> Locator::locate(const Destination& destination) const {
  const auto address = host(destination.host);
  if (!address) return std::nullopt;
  const Protocol protocol = destination.transport.value_or(destination.secure ? Protocol::Tls : Protocol::Udp);
  return Target{protocol, {*address, destination.port.value_or(default_port(protocol))}};
}

std::optional<Target> Locator::locate(const sip::Uri& uri) const {
  const auto destination = destination_of(uri);
  return destination ? locate(*destination) : std::nullopt;
}

}  // namespace offhook::transport
