#include "names.hpp"

#include "base/ascii.hpp"

namespace offhook::proxy {
namespace {

constexpr std::uint16_t kDefaultPort = 5060;

}  // namespace

Names::Names(std::vector<Endpoint> listen, const std::vector<std::string>& domains) : listen_(std::move(listen)) {
  for (const std::string& domain : domains) {
    // The port's colon stands behind an IPv6 reference's bracket.
    const auto colon = domain.find(':', domain.starts_with('[') ? domain.find(']') : 0);
    const auto port = colon == std::string::npos
                          ? std::nullopt
                          : parse_number<std::uint16_t>(std::string_view(domain).substr(colon + 1));
    domains_.push_back({to_lower(std::string_view(domain).substr(0, colon)), port});
  }
  if (domains_.empty())
    domains_.push_back({listen_.empty() ? "localhost" : listen_.front().address.uri_host(), std::nullopt});
}

bool Names::is_us(const sip::Uri& uri, const Endpoint& local) const {
  if (!uri.is_sip()) return false;
  const std::uint16_t port = uri.port.value_or(kDefaultPort);
  for (const Domain& domain : domains_) {
    if (!iequals(domain.host, uri.host)) continue;
    if (domain.port ? *domain.port == port : !uri.port || is_our_port(port)) return true;
  }
  return is_our_socket(uri.host, port, local);
}

bool Names::is_our_port(std::uint16_t port) const {
  for (const Endpoint& endpoint : listen_)
    if (endpoint.port == port) return true;
  return false;
}

bool Names::is_our_socket(std::string_view host, std::uint16_t port, const Endpoint& local) const {
  if (host.empty() || !(is_digit(host.front()) || host.front() == '[')) return false;
  if (!is_our_port(port) && local.port != port) return false;
  const auto address = IpAddress::parse(host);
  if (!address) return false;
  const Endpoint asked{*address, port};
  if (asked == local) return true;
  for (const Endpoint& endpoint : listen_)
    if (endpoint == asked) return true;
  return false;
}

std::string Names::aor(std::string_view user) const {
  sip::Uri uri;
  uri.scheme = sip::Scheme::Sip;
  uri.user = user;
  uri.host = domains_.front().host;
  uri.port = domains_.front().port;
  return sip::aor_key(uri);
}

std::string Names::name_of(const Endpoint& local) const {
  const auto text = [](const Endpoint& endpoint) {
    return endpoint.address.uri_host() + ':' + std::to_string(endpoint.port);
  };
  if (!local.address.is_unspecified()) return text(local);
  for (const Endpoint& endpoint : listen_)
    if (!endpoint.address.is_unspecified()) return text(endpoint);
  // Only wildcard sockets and no address in sight: the domain's name has to lead back to us.
  return domains_.front().host + ':' + std::to_string(local.port);
}

std::optional<Endpoint> Names::local_for(const IpAddress& remote, const Endpoint& preferred) const {
  if (preferred.address.is_v6() == remote.is_v6()) return preferred;
  for (const Endpoint& endpoint : listen_)
    if (endpoint.address.is_v6() == remote.is_v6()) return endpoint;
  return std::nullopt;
}

}  // namespace offhook::proxy
