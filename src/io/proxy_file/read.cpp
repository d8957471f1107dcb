// What stands at the top of proxy.toml: a row a field.
#include "io/dns.hpp"
#include "tables.hpp"
#include "transport/shard.hpp"

namespace offhook::io {
namespace {

Checked<void> read_listen(const Fields& fields, const toml::node& node, ProxySettings& out) {
  return fields.strings("listen", node, [&](std::string_view text) {
    return parse_listen(text).map([&](const transport::Listen& listen) { out.listen.push_back(listen); });
  });
}

Checked<void> read_dns(const Fields& fields, const toml::node& node, ProxySettings& out) {
  return fields.strings("dns", node, [&](std::string_view text) {
    return parse_name_server(text).map([&](const Endpoint& server) { out.name_servers.push_back(server); });
  });
}

Checked<void> read_domains(const Fields& fields, const toml::node& node, ProxySettings& out) {
  return fields.strings("domains", node, [&](std::string_view text) -> Checked<void> {
    if (text.empty()) return complain("a domain may not be empty");
    const auto uri = sip::Uri::parse("sip:" + std::string(text));
    if (!uri || !uri->user.empty() || !uri->params.text().empty() || !uri->headers.empty())
      return complain("domains wants names of hosts such as example.test", std::string(text));
    out.domains.emplace_back(text);
    return {};
  });
}

Checked<void> read_store(const Fields& fields, const toml::node& node, ProxySettings& out) {
  if (!node.is_string()) return fields.wrong("store", "a text", node);
  auto store = parse_store(node.as_string()->get());
  if (!store) return fields.at(store.error(), node);
  out.store = *store;
  return {};
}

Checked<void> read_commit_delay(const Fields& fields, const toml::node& node, ProxySettings& out) {
  constexpr std::int64_t kMost = 1000;
  std::size_t delay = 0;
  auto read = fields.number("commit_delay", node, 0, kMost, delay);
  if (read) out.commit_delay = std::chrono::milliseconds(delay);
  return read;
}

Checked<void> read_segmentation(const Fields& fields, const toml::node& node, ProxySettings& out) {
  const bool is_busy = node.is_string() && node.as_string()->get() == "busy";
  if (!is_busy && !node.is_boolean()) return fields.wrong("segmentation", R"(true, false or "busy")", node);
  out.segmentation = is_busy                    ? Segmentation::Busy
                     : node.as_boolean()->get() ? Segmentation::Always
                                                : Segmentation::Never;
  return {};
}

Checked<void> read_dscp(const Fields& fields, const toml::node& node, ProxySettings& out) {
  constexpr std::int64_t kMost = 63;
  std::size_t dscp = 0;
  auto read = fields.number("dscp", node, 0, kMost, dscp);
  if (read) out.dscp = static_cast<int>(dscp);
  return read;
}

Checked<void> read_shards(const Fields& fields, const toml::node& node, ProxySettings& out) {
  std::size_t shards = 0;
  auto read = fields.number("shards", node, 1, transport::kMostShards, shards);
  if (read) out.shards = static_cast<unsigned>(shards);
  return read;
}

struct Row {
  std::string_view name, shown;  // shown in the list of what is known
  FieldReader read;
};

constexpr Row kRows[] = {
    {"listen", "listen", read_listen},
    {"domains", "domains", read_domains},
    {"dns", "dns", read_dns},
    {"store", "store", read_store},
    {"commit_delay", "commit_delay", read_commit_delay},
    {"auth", "auth", read_auth},
    {"digest", "digest", read_digest},
    {"qop", "qop", read_qop},
    {"userhash", "userhash",
     [](const Fields& f, const toml::node& node, ProxySettings& out) {
       return f.flag("userhash", node, out.userhash);
     }},
    {"nonce_lifetime", "nonce_lifetime",
     [](const Fields& f, const toml::node& node, ProxySettings& out) {
       return f.period("nonce_lifetime", node, out.nonce_lifetime);
     }},
    {"min_expires", "min_expires",
     [](const Fields& f, const toml::node& node, ProxySettings& out) {
       return f.period("min_expires", node, out.min_expires);
     }},
    {"default_expires", "default_expires",
     [](const Fields& f, const toml::node& node, ProxySettings& out) {
       return f.period("default_expires", node, out.default_expires);
     }},
    {"max_expires", "max_expires",
     [](const Fields& f, const toml::node& node, ProxySettings& out) {
       return f.period("max_expires", node, out.max_expires);
     }},
    {"dscp", "dscp", read_dscp},
    {"segmentation", "segmentation", read_segmentation},
    {"shards", "shards", read_shards},
    {"redirect", "redirect", read_redirect},
    {"stateless", "stateless", read_stateless},
    {"next_hops", "next_hops", read_next_hops},
    {"cluster", "[cluster]", read_cluster},
    {"registrar", "[registrar]", read_registrar},
    {"guard", "[guard]", read_guard},
    {"tls", "[tls]", read_tls},
    {"alias", "[alias]", read_aliases},
    {"emergency", "[emergency]", read_emergency},
    {"identity", "[identity]", read_identity},
    {"events", "[events]", read_events},
    {"features", "[features]", read_features},
    {"dial", "[[dial]]", read_dial},
    {"group", "[[group]]", read_groups},
    {"list", "[[list]]", read_lists},
    {"trunk", "[[trunk]]", read_trunks},
    {"admin", "[admin]", read_admin},
    {"drain", "[drain]", read_drain},
    {"cdr", "[cdr]", read_cdr},
    {"capture", "[capture]", read_capture},
    {"log", "[log]", read_log},
    {"user", "[[user]]", read_users},
};

Checked<void> read_field(const Fields& fields, std::string_view name, const toml::node& node, ProxySettings& out) {
  std::string known;
  for (const Row& row : kRows) {
    if (row.name == name) return row.read(fields, node, out);
    known += (known.empty() ? "" : ", ") + std::string(row.shown);
  }
  return fields.unknown(name, {}, known, node);
}

}  // namespace

Checked<ProxySettings> read_proxy_file(std::string_view file_name, std::string_view text) {
  const Fields fields(file_name);
  const toml::parse_result parsed = toml::parse(text, file_name);
  if (!parsed) return complain(std::string(parsed.error().description()), fields.place(parsed.error().source()));
  ProxySettings out;
  out.file = file_name;
  for (const auto& [key, node] : parsed.table())
    if (auto read = read_field(fields, key.str(), node, out); !read) return tl::unexpected(read.error());
  if (out.listen.empty()) out.listen.push_back({transport::Protocol::Udp, {IpAddress::loopback(), 5060}});
  if (out.domains.empty())
    return complain("domains is missing: name the domain that the proxy answers for", std::string(file_name));
  if (out.min_expires > out.max_expires) {
    const toml::node* const which =
        parsed.table().get(parsed.table().contains("min_expires") ? "min_expires" : "max_expires");
    return complain("min_expires (" + std::to_string(out.min_expires.count()) + ") is above max_expires (" +
                        std::to_string(out.max_expires.count()) + ")",
                    fields.place(which->source()));
  }
  if (auto checked = check_policy(fields, out); !checked) return tl::unexpected(checked.error());
  return out;
}

}  // namespace offhook::io
