#include "cluster/nodes.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "sip/digest.hpp"
#include "sip/uri.hpp"

namespace offhook::proxy {
namespace {

constexpr std::string_view kPrefix = "n-", kRoute = "<sip:n-";
constexpr std::size_t kCheckLength = 20;  // 80 bits, as RFC 5626 §5.2 suggests
constexpr std::size_t kRunLength = 8;
constexpr std::string_view kHex = "0123456789abcdef";

void append_hex(std::string& out, std::uint8_t octet) {
  out += kHex[octet >> 4U];
  out += kHex[octet & 15U];
}

// '4' or '6', the octets of the address, two of the port.
void append(std::string& out, const Endpoint& endpoint) {
  const bool v6 = endpoint.address.is_v6();
  out += v6 ? '6' : '4';
  for (std::size_t i = 0; i < (v6 ? 16U : 4U); ++i) append_hex(out, endpoint.address.bytes().at(i));
  append_hex(out, static_cast<std::uint8_t>(endpoint.port >> 8U));
  append_hex(out, static_cast<std::uint8_t>(endpoint.port & 255U));
}

std::optional<std::uint8_t> take_octet(std::string_view& text) {
  if (text.size() < 2) return std::nullopt;
  const auto high = kHex.find(text[0]), low = kHex.find(text[1]);
  if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
  text.remove_prefix(2);
  return static_cast<std::uint8_t>(high << 4U | low);
}

std::optional<Endpoint> take_endpoint(std::string_view& text) {
  if (text.empty() || (text.front() != '4' && text.front() != '6')) return std::nullopt;
  const bool v6 = text.front() == '6';
  text.remove_prefix(1);
  std::array<std::uint8_t, 18> octets{};
  const std::size_t size = v6 ? 18 : 6;
  for (std::size_t i = 0; i < size; ++i) {
    const auto octet = take_octet(text);
    if (!octet) return std::nullopt;
    octets.at(i) = *octet;
  }
  std::array<std::uint8_t, 16> v6_address{};
  std::copy_n(octets.begin(), v6_address.size(), v6_address.begin());
  return Endpoint{v6 ? IpAddress::v6(v6_address) : IpAddress::v4(octets[0], octets[1], octets[2], octets[3]),
                  static_cast<std::uint16_t>(octets.at(size - 2) << 8U | octets.at(size - 1))};
}

bool has_websocket(std::string_view contact) {
  const auto uri = sip::Uri::parse(contact);
  const auto transport = uri ? uri->params.find("transport") : std::nullopt;
  return transport && (iequals(*transport, "ws") || iequals(*transport, "wss"));
}

}  // namespace

bool is_node_token(std::string_view user) {
  return user.starts_with(kPrefix) && user.size() > kPrefix.size() + kCheckLength + 1;
}

bool leads_to_node(std::string_view path) { return path.starts_with(kRoute); }

std::string_view node_of(std::string_view path) {
  const auto at = path.find('@'), end = path.find(";lr>");
  if (!leads_to_node(path) || at == std::string_view::npos || end == std::string_view::npos || end < at) return {};
  return path.substr(at + 1, end - at - 1);
}

std::string node_name(const ClusterConfig& config) {
  const auto uri = sip::Uri::parse(config.node);
  if (!uri || config.node.empty()) return {};
  return std::string(uri->host) + (uri->port ? ':' + std::to_string(*uri->port) : std::string{});
}

Nodes::Nodes(ClusterConfig config, Random& random, const Connections& connections, const ShardSettings& shards)
    : config_(std::move(config)), connections_(&connections), has_shards_(shards.count > 1) {
  if (!on()) return;
  run_ = shards.secret.empty()
             ? random.token(kRunLength)
             : sip::hash_hex(sip::DigestAlgorithm::Sha256, "run:" + shards.secret).substr(0, kRunLength);
  const std::string_view node = config_.node;
  behind_ = '@' + std::string(node.substr(node.find(':') + 1)) + ";lr>";
}

std::string Nodes::sealed(std::string body) const {
  const std::string check = sip::hash_hex(sip::DigestAlgorithm::Sha256, "node:" + config_.secret + ':' + body);
  return std::string(kPrefix) + std::move(body) + '-' + check.substr(0, kCheckLength);
}

std::string Nodes::through(const Binding& binding) const {
  if (!on() || !binding.path.empty()) return {};
  std::string body;
  if (binding.connection.number != 0) {
    body = binding.reg_id != 0 || has_websocket(binding.contact) ? 'f' : 's';
    body += std::to_string(binding.connection.number) + '.' + run_;
  } else if (const auto peer = Endpoint::parse(binding.received)) {
    body = 'd';
    append(body, binding.connection.local);
    append(body, *peer);
  } else {
    return {};
  }
  return "<sip:" + sealed(std::move(body)) + behind_;
}

bool Nodes::is_ours(std::string_view route) const { return on() && route.ends_with(behind_); }

std::optional<Binding> Nodes::localise(Binding binding) const {
  const std::string route = std::exchange(binding.through, {});
  const bool is_flow = binding.reg_id != 0 || has_websocket(binding.contact);
  if (route.empty() && has_shards_ && binding.connection.number != 0) return binding;
  if (route.empty()) {  // of anybody, to anybody; a connection is its owner's alone
    if (binding.connection.number != 0 && is_flow) return std::nullopt;
    if (binding.connection.number != 0) binding.connection = {};
    if (binding.reg_id != 0 && binding.path.empty() && binding.received.empty()) return std::nullopt;
    return binding;
  }
  binding.connection = {};
  if (!is_ours(route)) {
    binding.received.clear();
    binding.path = route;
    return binding;
  }
  const std::string_view token = std::string_view(route).substr(5, route.size() - 5 - behind_.size());
  const auto way = read(token);
  if (!way || (way->is_lost && !way->contact_will_do)) return std::nullopt;
  if (!way->is_lost) binding.connection = way->flow;
  return binding;
}

std::optional<Nodes::Way> Nodes::read(std::string_view token) const {
  if (!on() || !is_node_token(token)) return std::nullopt;
  std::string_view body = token.substr(kPrefix.size());
  body.remove_suffix(kCheckLength + 1);
  if (token != sealed(std::string(body))) return std::nullopt;
  const char kind = body.front();
  body.remove_prefix(1);
  Way way;
  if (kind == 'd') {
    const auto local = take_endpoint(body), remote = take_endpoint(body);
    if (!local || !remote || !body.empty()) return std::nullopt;
    way.flow.local = *local;
    way.flow.remote = *remote;
    return way;
  }
  if (kind != 's' && kind != 'f') return std::nullopt;
  way.contact_will_do = kind == 's';
  const auto dot = body.find('.');
  const auto number = parse_number<std::uint64_t>(body.substr(0, dot));
  const bool is_of_this_run = dot != std::string_view::npos && body.substr(dot + 1) == run_;
  const auto found = number && is_of_this_run ? connections_->find(*number) : connections_->end();
  way.is_lost = found == connections_->end();
  if (!way.is_lost) way.flow = found->second;
  return way;
}

bool Nodes::vouches(std::string_view token, const IpAddress& source) const {
  if (!on() || !is_node_token(token)) return false;
  if (!config_.peers.empty() && std::ranges::find(config_.peers, source) == config_.peers.end()) return false;
  return read(token).has_value();
}

}  // namespace offhook::proxy
