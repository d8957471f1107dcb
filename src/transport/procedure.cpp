#include "procedure.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "srv_order.hpp"

namespace offhook::transport {
namespace {

// What one answer, and one name, may make us do.
constexpr std::size_t kMaxServices = 8;
constexpr std::size_t kMaxServers = 16;
constexpr std::size_t kMaxAddresses = 8;
constexpr std::size_t kMaxTargets = 32;

// SRV names of §4.1. A WebSocket server has none (RFC 7118 §5.5).
std::string_view service_label(Protocol protocol) {
  switch (protocol) {
    case Protocol::Udp: return "_sip._udp.";
    case Protocol::Tcp: return "_sip._tcp.";
    case Protocol::Tls: return "_sips._tcp.";
    case Protocol::Ws:
    case Protocol::Wss: break;
  }
  return {};
}

std::optional<Protocol> protocol_of(std::string_view naptr_service) {
  struct Name {
    std::string_view service;
    Protocol protocol;
  };
  constexpr std::array kNames{Name{"SIP+D2U", Protocol::Udp}, Name{"SIP+D2T", Protocol::Tcp},
                              Name{"SIPS+D2T", Protocol::Tls}, Name{"SIP+D2W", Protocol::Ws},
                              Name{"SIPS+D2W", Protocol::Wss}};
  for (const Name& name : kNames)
    if (iequals(name.service, naptr_service)) return name.protocol;
  return std::nullopt;
}

bool contains(const std::vector<Protocol>& protocols, Protocol protocol) {
  return std::find(protocols.begin(), protocols.end(), protocol) != protocols.end();
}

// RFC 3403 §4.1: by order, then by preference.
bool comes_first(const dns::Naptr& a, const dns::Naptr& b) {
  return a.order != b.order ? a.order < b.order : a.preference < b.preference;
}

}  // namespace

std::vector<Protocol> Procedure::protocols() const {
  std::vector<Protocol> out;
  for (const Protocol protocol : policy_->protocols)
    if (!destination_->secure || is_secure(protocol)) out.push_back(protocol);
  return out;
}

std::optional<Location> Procedure::run(bool is_fixed) {
  const auto ours = protocols();
  const auto unsupported = [] {
    Location none;
    none.error = NotLocated::Unsupported;
    return none;
  };
  if (ours.empty() || destination_->host.empty()) return unsupported();
  if (destination_->transport && !contains(ours, *destination_->transport)) return unsupported();
  // Without a transport: UDP for sip, TLS for sips; where that is not spoken, what is.
  const Protocol usual = destination_->secure ? Protocol::Tls : Protocol::Udp;
  const Protocol protocol = destination_->transport.value_or(contains(ours, usual) ? usual : ours.front());
  if (destination_->host.starts_with('_')) return by_service_name(protocol);
  if (destination_->port || is_fixed) return by_address(protocol);
  if (destination_->transport) return by_srv({protocol});
  if (policy_->naptr) {
    bool found = false;
    const auto location = by_naptr(found);
    if (found || !location) return location;
  }
  // §4.1: "_sip" for sip, "_sips" for sips; a sip URI comes to TLS by NAPTR only, unless nothing else is spoken.
  std::vector<Protocol> candidates;
  for (const Protocol each : ours)
    if (destination_->secure || !is_secure(each)) candidates.push_back(each);
  return by_srv(candidates.empty() ? ours : candidates);
}

// `found`: the domain has NAPTR records that we can use, so what they say is the answer. Those of the lowest order
// count, the further ones of that order as alternatives (RFC 3403 §4.1).
std::optional<Location> Procedure::by_naptr(bool& found) {
  bool waits = false;
  const auto* naptrs = records<dns::Naptr>(destination_->host, dns::Type::Naptr, waits);
  if (waits) return std::nullopt;
  if (naptrs == nullptr) return Location{};
  const auto services = services_of(*naptrs);
  std::vector<Server> servers;
  for (const Service& service : services) waits = !servers_of(service, servers) || waits;
  if (waits) return std::nullopt;
  found = !servers.empty() || unavailable_;
  return found ? locate(servers) : Location{};
}

// As RFC 8489 §8 has it for STUN: SRV records, and without such the addresses of the name itself.
std::optional<Location> Procedure::by_service_name(Protocol protocol) {
  const std::string& name = destination_->host;
  std::vector<Server> servers;
  if (!servers_of({protocol, name, false}, servers)) return std::nullopt;
  if (unavailable_) return nothing();
  const auto second = name.find('.');
  const auto host = second == std::string::npos ? second : name.find('.', second + 1);
  if (servers.empty() && host != std::string::npos)
    servers.push_back({protocol, name.substr(host + 1), destination_->port.value_or(default_port(protocol))});
  return locate(servers);
}

std::vector<Procedure::Service> Procedure::services_of(const std::vector<dns::Naptr>& records) const {
  const auto ours = protocols();
  auto sorted = records;
  std::stable_sort(sorted.begin(), sorted.end(), comes_first);
  std::vector<Service> out;
  std::optional<std::uint16_t> order;
  for (const dns::Naptr& naptr : sorted) {
    if (order && naptr.order != *order) break;
    const auto protocol = protocol_of(naptr.service);
    const bool is_srv = iequals(naptr.flags, "s");
    if (!protocol || !contains(ours, *protocol) || !(is_srv || iequals(naptr.flags, "a"))) continue;
    if (!naptr.regexp.empty() || naptr.replacement.empty() || naptr.replacement == ".") continue;
    order = naptr.order;
    if (out.size() < kMaxServices) out.push_back({*protocol, naptr.replacement, !is_srv});
  }
  return out;
}

bool Procedure::servers_of(const Service& service, std::vector<Server>& out) {
  if (service.is_host) {
    out.push_back({service.protocol, service.name, default_port(service.protocol)});
    return true;
  }
  bool waits = false;
  const auto* srvs = records<dns::Srv>(service.name, dns::Type::Srv, waits);
  if (waits) return false;
  if (srvs == nullptr) return true;
  if (srvs->size() == 1 && (srvs->front().target == "." || srvs->front().target.empty())) {
    unavailable_ = true;
    return true;
  }
  for (dns::Srv& srv : srv_order(*srvs, *random_))
    if (out.size() < kMaxServers) out.push_back({service.protocol, std::move(srv.target), srv.port});
  return true;
}

// One query for each protocol; the first of ours that the domain has records for is the one.
std::optional<Location> Procedure::by_srv(const std::vector<Protocol>& candidates) {
  bool waits = false;
  std::vector<std::vector<Server>> found;
  for (const Protocol protocol : candidates) {
    const auto label = service_label(protocol);
    if (label.empty()) continue;
    waits = !servers_of({protocol, std::string(label) + destination_->host, false}, found.emplace_back()) || waits;
  }
  if (waits) return std::nullopt;
  const auto first = std::find_if(found.begin(), found.end(), [](const auto& servers) { return !servers.empty(); });
  if (first != found.end()) return locate(*first);
  if (unavailable_) return nothing();
  const Protocol usual = destination_->secure ? Protocol::Tls : Protocol::Udp;
  return by_address(contains(candidates, usual) ? usual : candidates.front());
}

std::optional<Location> Procedure::by_address(Protocol protocol) {
  return locate({Server{protocol, destination_->host, destination_->port.value_or(default_port(protocol))}});
}

std::optional<Location> Procedure::locate(const std::vector<Server>& servers) {
  Location out;
  bool waits = false;
  for (const Server& server : servers) {
    const auto found = addresses(server.host);
    waits = waits || !found;
    if (waits) continue;  // the others are asked all the same: one after another would take longer
    for (const IpAddress& address : *found) {
      const Target target{server.protocol, {address, server.port}};
      if (out.targets.size() < kMaxTargets &&
          std::find(out.targets.begin(), out.targets.end(), target) == out.targets.end())
        out.targets.push_back(target);
    }
  }
  if (waits) return std::nullopt;
  return out.targets.empty() ? nothing() : out;
}

// RFC 7984 §4: both families are asked, and the order of the servers goes before that of the families.
std::optional<std::vector<IpAddress>> Procedure::addresses(const std::string& host) {
  if (const auto numeric = IpAddress::parse(host)) return std::vector{*numeric};
  bool waits = false;
  std::vector<IpAddress> out;
  for (const dns::Type type : {dns::Type::Aaaa, dns::Type::A}) {
    if (!(type == dns::Type::A ? policy_->ipv4 : policy_->ipv6)) continue;
    const auto* found = records<IpAddress>(host, type, waits);
    if (found == nullptr) continue;
    for (const IpAddress& address : *found)
      if (out.size() < kMaxAddresses) out.push_back(address);
  }
  if (waits) return std::nullopt;
  return out;
}

template <class T>
const std::vector<T>* Procedure::records(std::string_view name, dns::Type type, bool& waits) {
  const auto entry = look_up_(name, type);
  if (!entry) {
    waits = true;
    return nullptr;
  }
  note(*entry);
  held_.push_back(entry);
  if (entry->outcome != dns::Outcome::NoError) return nullptr;
  const auto* found = std::get_if<std::vector<T>>(&entry->records);
  return found == nullptr || found->empty() ? nullptr : found;
}

void Procedure::note(const DnsEntry& entry) {
  timed_out_ = timed_out_ || entry.outcome == dns::Outcome::Timeout;
  dns_failed_ = dns_failed_ || entry.outcome == dns::Outcome::ServFail;
  if (entry.outcome == dns::Outcome::NoError) first_expiry_ = std::min(first_expiry_, entry.expires);
}

Location Procedure::nothing() const {
  Location out;
  out.error = unavailable_  ? NotLocated::NotAvailable
              : timed_out_  ? NotLocated::DnsTimeout
              : dns_failed_ ? NotLocated::DnsFailed
                            : NotLocated::NoSuchServer;
  return out;
}

}  // namespace offhook::transport
