#include "names.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "transport/locate.hpp"

namespace offhook::proxy {
namespace {

// Where the URI names no port: 5060 or 5061 (RFC 3261 §19.1.2), 80 or 443 for WebSocket (RFC 7118 §5.5).
std::uint16_t port_of(const sip::Uri& uri) {
  if (uri.port) return *uri.port;
  const auto destination = transport::destination_of(uri);
  if (!destination) return transport::default_port(transport::Protocol::Udp);
  return transport::default_port(
      destination->transport.value_or(destination->secure ? transport::Protocol::Tls : transport::Protocol::Udp));
}

}  // namespace

Names::Names(std::vector<transport::Listen> listen, const std::vector<std::string>& domains,
             std::vector<IpAddress> addresses)
    : listen_(std::move(listen)), addresses_(std::move(addresses)) {
  for (const std::string& domain : domains) {
    // The port's colon stands behind an IPv6 reference's bracket.
    const auto colon = domain.find(':', domain.starts_with('[') ? domain.find(']') : 0);
    const auto port = colon == std::string::npos
                          ? std::nullopt
                          : parse_number<std::uint16_t>(std::string_view(domain).substr(colon + 1));
    domains_.push_back({to_lower(std::string_view(domain).substr(0, colon)), port});
  }
  if (domains_.empty())
    domains_.push_back({listen_.empty() ? "localhost" : listen_.front().endpoint.address.uri_host(), std::nullopt});
}

bool Names::is_us(const sip::Uri& uri, const Endpoint& local) const {
  if (!uri.is_sip()) return false;
  // Only where it matters is it asked which port is meant by a URI that names none.
  for (const Domain& domain : domains_) {
    if (!iequals(domain.host, uri.host)) continue;
    if (domain.port ? *domain.port == port_of(uri) : !uri.port || is_our_port(*uri.port)) return true;
  }
  const bool is_address = !uri.host.empty() && (is_digit(uri.host.front()) || uri.host.front() == '[');
  return is_address && is_our_socket(uri.host, port_of(uri), local);
}

bool Names::is_our_port(std::uint16_t port) const {
  for (const transport::Listen& listen : listen_)
    if (listen.endpoint.port == port) return true;
  return false;
}

bool Names::is_our_socket(std::string_view host, std::uint16_t port, const Endpoint& local) const {
  if (!is_our_port(port) && local.port != port) return false;
  const auto address = IpAddress::parse(host);
  if (!address) return false;
  const Endpoint asked{*address, port};
  if (asked == local) return true;
  const bool is_machines = std::ranges::find(addresses_, *address) != addresses_.end();
  return std::ranges::any_of(listen_, [&](const transport::Listen& listen) {
    const Endpoint& ours = listen.endpoint;
    return ours == asked || (is_machines && ours.address.is_unspecified() && ours.port == port &&
                             ours.address.is_v6() == address->is_v6());
  });
}

std::string Names::aor(std::string_view user) const {
  sip::Uri uri;
  uri.scheme = sip::Scheme::Sip;
  uri.user = user;
  uri.host = domains_.front().host;
  uri.port = domains_.front().port;
  return sip::aor_key(uri);
}

std::string Names::name_of(transport::Protocol protocol, const Endpoint& local) const {
  const auto text = [](const Endpoint& endpoint) {
    return endpoint.address.uri_host() + ':' + std::to_string(endpoint.port);
  };
  if (!local.address.is_unspecified()) return text(local);
  for (const transport::Listen& listen : listen_)
    if (listen.protocol == protocol && !listen.endpoint.address.is_unspecified()) return text(listen.endpoint);
  // Only wildcard sockets and no address in sight: the domain's name has to lead back to us.
  return domains_.front().host + ':' + std::to_string(local.port);
}

bool Names::listens_at(transport::Protocol protocol, const Endpoint& local) const {
  return std::ranges::find(listen_, transport::Listen{protocol, local}) != listen_.end();
}

std::string Names::contact(const transport::Flow& flow) const {
  const std::string name = name_of(flow.protocol, flow.local);
  if (flow.protocol == transport::Protocol::Udp) return "<sip:" + name + '>';
  return "<sip:" + name + ";transport=" + to_lower(transport::protocol_name(flow.protocol)) + '>';
}

std::optional<Endpoint> Names::local_for(transport::Protocol protocol, const IpAddress& remote,
                                         const transport::Flow& in) const {
  if (in.protocol == protocol && in.local.address.is_v6() == remote.is_v6()) return in.local;
  return local_for(protocol, remote);
}

std::optional<Endpoint> Names::local_for(transport::Protocol protocol, const IpAddress& remote) const {
  for (const transport::Listen& listen : listen_)
    if (listen.protocol == protocol && listen.endpoint.address.is_v6() == remote.is_v6()) return listen.endpoint;
  return std::nullopt;
}

}  // namespace offhook::proxy
