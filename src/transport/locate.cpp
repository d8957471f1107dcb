#include "transport/locate.hpp"

#include "base/ascii.hpp"

namespace offhook::transport {
namespace {

// RFC 3263 §4.1 without NAPTR: transport= decides, else UDP, or TLS for sips. Nothing for a transport that is not
// spoken here or, with sips, not secure.
std::optional<Protocol> protocol_of(const sip::Uri& uri) {
  const bool secure = uri.scheme == sip::Scheme::Sips;
  const auto transport = uri.params.find("transport");
  if (!transport) return secure ? Protocol::Tls : Protocol::Udp;
  if (iequals(*transport, "udp")) return secure ? std::nullopt : std::optional(Protocol::Udp);
  if (iequals(*transport, "tcp"))
    return secure ? Protocol::Tls : Protocol::Tcp;  // §26.2.2: sips with tcp is TLS over TCP
  if (iequals(*transport, "tls")) return Protocol::Tls;
  if (iequals(*transport, "ws")) return secure ? Protocol::Wss : Protocol::Ws;  // RFC 7118 §5.2
  if (iequals(*transport, "wss")) return Protocol::Wss;
  return std::nullopt;
}

}  // namespace

void Locator::add_host(std::string name, IpAddress address) { hosts_[to_lower(name)] = address; }

std::optional<IpAddress> Locator::host(std::string_view name) const {
  if (const auto numeric = IpAddress::parse(name)) return numeric;
  auto key = to_lower(name);
  if (key.ends_with('.')) key.pop_back();  // a fully qualified name
  const auto found = hosts_.find(key);
  return found == hosts_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Target> Locator::locate(const sip::Uri& uri) const {
  if (!uri.is_sip()) return std::nullopt;
  const auto protocol = protocol_of(uri);
  if (!protocol) return std::nullopt;
  // RFC 3263 §4: the target is maddr when it is there. (In a Via it is not obeyed, see Layer::response_flow.)
  const auto address = host(uri.params.find("maddr").value_or(uri.host));
  if (!address) return std::nullopt;
  return Target{*protocol, {*address, uri.port.value_or(default_port(*protocol))}};
}

}  // namespace offhook::transport
