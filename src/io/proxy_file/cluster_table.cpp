// [cluster]
#include "sip/uri.hpp"
#include "tables.hpp"

namespace offhook::io {
namespace {

constexpr std::size_t kShortestSecret = 16;

Checked<void> field(const Fields& fields, std::string_view name, const toml::node& node, proxy::ClusterConfig& out) {
  if (name == "node") {
    const std::string text = node.value_or(std::string{});
    const auto uri = sip::Uri::parse(text);
    if (!uri || !uri->is_sip() || !uri->user.empty() || !uri->headers.empty() || uri->params.has("lr"))
      return fields.wrong(name, "the URI by which the other nodes reach this one: \"sip:10.0.0.1:5060\"", node);
    out.node = text;
    return {};
  }
  if (name == "secret") {
    if (!node.is_string() || node.as_string()->get().size() < kShortestSecret)
      return fields.wrong(name, "a text of at least 16 octets", node);
    out.secret = node.as_string()->get();
    return {};
  }
  if (name == "peers")
    return fields.strings(name, node, [&](std::string_view text) -> Checked<void> {
      const auto address = IpAddress::parse(text);
      if (!address) return complain("peers wants addresses of nodes, without a port", std::string(text));
      out.peers.push_back(*address);
      return {};
    });
  return fields.unknown(name, "[cluster]", "node, secret, peers", node);
}

}  // namespace

Checked<void> read_cluster(const Fields& fields, const toml::node& node, ProxySettings& out) {
  auto read = fields.table("cluster", node, [&](std::string_view name, const toml::node& value) {
    return field(fields, name, value, out.cluster);
  });
  if (!read) return read;
  if (out.cluster.node.empty() || out.cluster.secret.empty())
    return complain("[cluster] needs node and secret", fields.place(node.source()));
  return {};
}

}  // namespace offhook::io
