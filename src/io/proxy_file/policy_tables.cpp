// redirect, stateless, next_hops, [alias], [emergency], [identity], [[dial]], [[group]]
#include "policy_tables.hpp"

#include "tables.hpp"

namespace offhook::io {
namespace {

constexpr std::int64_t kMostDigits = 64;

Checked<void> rule_field(const Fields& fields, std::string_view name, const toml::node& node, proxy::DialRule& out) {
  if (name == "match") return fields.text(name, node, out.match);
  if (name == "strip") return fields.number(name, node, 0, kMostDigits, out.strip);
  if (name == "prepend") return fields.text(name, node, out.prepend);
  if (name == "to") {
    if (node.is_string()) return take_text(name, fields, node, out.to.emplace_back());
    if (!node.is_array()) return fields.wrong(name, "a place, or a list of trunks", node);
    return take_texts(name, fields, node, out.to);
  }
  if (name == "from") {
    auto read = fields.text(name, node, out.from);
    if (read && out.from != "users" && !out.from.starts_with("trunk:"))
      return fields.wrong(name, R"("users" or "trunk:NAME")", node);
    return read;
  }
  return fields.unknown(name, "[[dial]]", "match, from, strip, prepend, to", node);
}

Checked<void> group_field(const Fields& fields, std::string_view name, const toml::node& node, proxy::Group& out) {
  if (name == "name") return take_text(name, fields, node, out.name);
  if (name == "members") return take_texts(name, fields, node, out.members);
  if (name == "ring_time") return fields.period(name, node, out.ring_time);
  if (name == "strategy") {
    const std::string text = node.value_or(std::string{});
    if (text != "parallel" && text != "serial" && text != "hunt")
      return fields.wrong(name, R"("parallel", "serial" or "hunt")", node);
    out.strategy = text == "parallel" ? proxy::Strategy::Parallel
                   : text == "serial" ? proxy::Strategy::Serial
                                      : proxy::Strategy::Hunt;
    return {};
  }
  return fields.unknown(name, "[[group]]", "name, members, strategy, ring_time", node);
}

}  // namespace

Checked<void> take_text(std::string_view name, const Fields& fields, const toml::node& node, std::string& out) {
  auto read = fields.text(name, node, out);
  if (read && out.empty()) return fields.wrong(name, "a text that is not empty", node);
  return read;
}

Checked<void> take_texts(std::string_view name, const Fields& fields, const toml::node& node,
                         std::vector<std::string>& out) {
  return fields.strings(name, node, [&](std::string_view text) -> Checked<void> {
    if (text.empty()) return complain(std::string(name) + " may not hold an empty text");
    out.emplace_back(text);
    return {};
  });
}

Checked<void> take_sip_uri(std::string_view name, const Fields& fields, const toml::node& node, bool with_user,
                           std::string& out) {
  if (auto read = fields.text(name, node, out); !read) return read;
  const auto uri = sip::Uri::parse(out);
  if (!uri || !uri->is_sip() || uri->user.empty() == with_user || !uri->headers.empty())
    return fields.wrong(name,
                        with_user ? "a SIP URI: \"sip:+49301234@provider.example\""
                                  : "a SIP URI without a user: \"sip:sbc.provider.example;transport=tls\"",
                        node);
  return {};
}

Checked<void> read_dial(const Fields& fields, const toml::node& node, ProxySettings& out) {
  return fields.tables("dial", node, [&](const toml::table& table) -> Checked<void> {
    proxy::DialRule rule;
    rule.line = table.source().begin.line;
    for (const auto& [key, value] : table)
      if (auto read = rule_field(fields, key.str(), value, rule); !read) return read;
    if (rule.match.empty()) return complain("a [[dial]] rule needs a match", fields.place(table.source()));
    if (rule.to.empty() && rule.strip == 0 && rule.prepend.empty())
      return complain("a [[dial]] rule needs a place (to), or digits to strip or prepend",
                      fields.place(table.source()));
    out.policy.rules.push_back(std::move(rule));
    return {};
  });
}

Checked<void> read_groups(const Fields& fields, const toml::node& node, ProxySettings& out) {
  constexpr seconds kRingTime{20};
  return fields.tables("group", node, [&](const toml::table& table) -> Checked<void> {
    proxy::Group group;
    group.line = table.source().begin.line;
    for (const auto& [key, value] : table)
      if (auto read = group_field(fields, key.str(), value, group); !read) return read;
    if (group.name.empty() || group.members.empty())
      return complain("a [[group]] needs a name and members", fields.place(table.source()));
    if (group.strategy == proxy::Strategy::Hunt && group.ring_time.count() == 0) group.ring_time = kRingTime;
    out.policy.groups.push_back(std::move(group));
    return {};
  });
}

Checked<void> read_aliases(const Fields& fields, const toml::node& node, ProxySettings& out) {
  return fields.table("alias", node, [&](std::string_view name, const toml::node& value) -> Checked<void> {
    proxy::Alias alias{{}, value.source().begin.line};
    if (auto read = take_text("alias '" + std::string(name) + "'", fields, value, alias.to); !read) return read;
    out.policy.aliases.insert_or_assign(std::string(name), std::move(alias));
    return {};
  });
}

Checked<void> read_emergency(const Fields& fields, const toml::node& node, ProxySettings& out) {
  out.policy.emergency.line = node.source().begin.line;
  return fields.table("emergency", node, [&](std::string_view name, const toml::node& value) -> Checked<void> {
    if (name == "numbers") return take_texts(name, fields, value, out.policy.emergency.numbers);
    if (name == "trunks") return take_texts(name, fields, value, out.policy.emergency.trunks);
    return fields.unknown(name, "[emergency]", "numbers, trunks", value);
  });
}

Checked<void> read_identity(const Fields& fields, const toml::node& node, ProxySettings& out) {
  return fields.table("identity", node, [&](std::string_view name, const toml::node& value) -> Checked<void> {
    if (name == "assert") return fields.flag(name, value, out.policy.asserts_identity);
    return fields.unknown(name, "[identity]", "assert", value);
  });
}

Checked<void> read_redirect(const Fields& fields, const toml::node& node, ProxySettings& out) {
  const std::string text = node.value_or(std::string{});
  if (text != "pass" && text != "recurse") return fields.wrong("redirect", R"("pass" or "recurse")", node);
  out.policy.redirects = text == "pass" ? proxy::Redirects::Pass : proxy::Redirects::Recurse;
  return {};
}

Checked<void> read_stateless(const Fields& fields, const toml::node& node, ProxySettings& out) {
  return fields.flag("stateless", node, out.policy.stateless);
}

Checked<void> read_next_hops(const Fields& fields, const toml::node& node, ProxySettings& out) {
  const auto* list = node.as_array();
  if (list == nullptr || list->empty()) return fields.wrong("next_hops", "a list of SIP URIs", node);
  for (const auto& item : *list)
    if (auto read = take_sip_uri("next_hops", fields, item, false, out.policy.next_hops.emplace_back()); !read)
      return read;
  return {};
}

// The first line counts: what follows is often its consequence.
Checked<void> check_policy(const Fields& fields, const ProxySettings& settings) {
  for (const proxy::Finding& finding : settings.lint())
    if (finding.severity == proxy::Finding::Severity::Error)
      return complain(finding.text, finding.line == 0 ? settings.file : fields.place(finding.line));
  return {};
}

}  // namespace offhook::io
