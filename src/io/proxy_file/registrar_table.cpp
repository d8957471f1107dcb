// [registrar]
#include "sip/header/route.hpp"
#include "tables.hpp"

namespace offhook::io {
namespace {

constexpr std::size_t kShortestSecret = 16;
constexpr std::int64_t kMostOfAnything = 1000;
constexpr std::string_view kKnown =
    "max_contacts, max_subscriptions, service_route, strict_path, flow_timer, keep_alive, keep_alive_failures, secret";

Checked<void> field(const Fields& fields, std::string_view name, const toml::node& node, ProxySettings& out) {
  if (name == "max_contacts") return fields.number(name, node, 1, kMostOfAnything, out.max_contacts);
  if (name == "max_subscriptions") return fields.number(name, node, 0, kMostOfAnything, out.max_subscriptions);
  if (name == "keep_alive_failures") return fields.number(name, node, 0, kMostOfAnything, out.keep_alive_failures);
  if (name == "keep_alive") return fields.period_or_never(name, node, out.keep_alive);
  if (name == "flow_timer") return fields.period_or_never(name, node, out.flow_timer);
  if (name == "strict_path") return fields.flag(name, node, out.strict_path);
  if (name == "secret") {
    if (!node.is_string() || node.as_string()->get().size() < kShortestSecret)
      return fields.wrong(name, "a text of at least 16 octets", node);
    out.secret = node.as_string()->get();
    return {};
  }
  if (name == "service_route")
    return fields.strings(name, node, [&](std::string_view text) -> Checked<void> {
      const auto route = sip::RouteParam::parse(text);
      if (!route || !route->loose())
        return complain("service_route wants routes such as <sip:proxy.example.test;lr>", std::string(text));
      out.service_route.emplace_back(text);
      return {};
    });
  return fields.unknown(name, "[registrar]", kKnown, node);
}

}  // namespace

Checked<void> read_registrar(const Fields& fields, const toml::node& node, ProxySettings& out) {
  return fields.table("registrar", node,
                      [&](std::string_view name, const toml::node& value) { return field(fields, name, value, out); });
}

}  // namespace offhook::io
