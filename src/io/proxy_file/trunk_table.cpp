// [[trunk]]
#include "policy_tables.hpp"
#include "tables.hpp"

namespace offhook::io {
namespace {

constexpr std::int64_t kMostDigits = 64;
constexpr std::string_view kKnown =
    "name, to, outbound_proxy, prefixes, strip, prepend, timeout, username, password, domain, register, expires, "
    "trusted, inbound, identity, stateless";

Checked<void> prefixes(const Fields& fields, const toml::node& node, proxy::Trunk& out) {
  return fields.strings("prefixes", node, [&](std::string_view text) -> Checked<void> {
    if (text.find_first_not_of("0123456789+*#") != std::string_view::npos)
      return complain("a prefix has digits, +, * and # alone", std::string(text));
    out.prefixes.emplace_back(text);
    return {};
  });
}

Checked<void> trusted(const Fields& fields, const toml::node& node, proxy::Trunk& out) {
  return fields.strings("trusted", node, [&](std::string_view text) -> Checked<void> {
    const auto range = proxy::AddressRange::parse(text);
    if (!range) return complain("trusted wants addresses such as 192.0.2.7 or 192.0.2.0/24", std::string(text));
    out.trusted.push_back(*range);
    return {};
  });
}

Checked<void> field(const Fields& fields, std::string_view name, const toml::node& node, proxy::Trunk& out) {
  if (name == "name") return take_text(name, fields, node, out.name);
  if (name == "to") return take_sip_uri(name, fields, node, false, out.to);
  if (name == "outbound_proxy") return take_sip_uri(name, fields, node, false, out.outbound_proxy);
  if (name == "prefixes") return prefixes(fields, node, out);
  if (name == "strip") return fields.number(name, node, 0, kMostDigits, out.strip);
  if (name == "prepend") return fields.text(name, node, out.prepend);
  if (name == "timeout") return fields.period(name, node, out.timeout);
  if (name == "username") return take_text(name, fields, node, out.username);
  if (name == "password") return fields.text(name, node, out.password);
  if (name == "domain") return take_text(name, fields, node, out.domain);
  if (name == "register") return fields.flag(name, node, out.registers);
  if (name == "expires") return fields.period(name, node, out.expires);
  if (name == "trusted") return trusted(fields, node, out);
  if (name == "inbound") return take_text(name, fields, node, out.inbound);
  if (name == "identity") return take_sip_uri(name, fields, node, true, out.identity);
  if (name == "stateless") return fields.flag(name, node, out.stateless);
  return fields.unknown(name, "[[trunk]]", kKnown, node);
}

}  // namespace

Checked<void> read_trunks(const Fields& fields, const toml::node& node, ProxySettings& out) {
  return fields.tables("trunk", node, [&](const toml::table& table) -> Checked<void> {
    proxy::Trunk trunk;
    trunk.line = table.source().begin.line;
    for (const auto& [key, value] : table)
      if (auto read = field(fields, key.str(), value, trunk); !read) return read;
    const auto wrong = [&](std::string what) { return complain(std::move(what), fields.place(table.source())); };
    if (trunk.name.empty() || trunk.to.empty()) return wrong("a [[trunk]] needs a name, and where it leads (to)");
    if (trunk.registers && (trunk.username.empty() || trunk.password.empty()))
      return wrong("trunk '" + trunk.name + "' needs username and password to register");
    out.policy.trunks.push_back(std::move(trunk));
    return {};
  });
}

}  // namespace offhook::io
