// [log]
#include "tables.hpp"

namespace offhook::io {
namespace {

constexpr std::int64_t kMostLines = 1'000'000;

// One of some words.
template <class T>
Checked<void> word(const Fields& fields, std::string_view name, std::string_view wants, const toml::node& node,
                   std::optional<T> (*parse)(std::string_view), std::optional<T>& out) {
  if (node.is_string()) out = parse(node.as_string()->get());
  return node.is_string() && out ? Checked<void>{} : fields.wrong(name, wants, node);
}

}  // namespace

Checked<void> read_log(const Fields& fields, const toml::node& node, ProxySettings& out) {
  return fields.table("log", node, [&](std::string_view name, const toml::node& value) -> Checked<void> {
    LogSettings& log = out.log;
    if (name == "level")
      return word(fields, name, "\"error\", \"warning\", \"info\" or \"debug\"", value, parse_log_level, log.level);
    if (name == "format")
      return word(fields, name, "\"text\", \"json\" or \"logfmt\"", value, parse_log_format, log.format);
    if (name == "rate") return fields.number(name, value, 0, kMostLines, log.rate);
    if (name == "calls") return fields.flag(name, value, log.calls);
    if (name == "registrations") return fields.flag(name, value, log.registrations);
    if (name == "requests") return fields.flag(name, value, log.requests);
    return fields.unknown(name, "[log]", "level, format, rate, calls, registrations, requests", value);
  });
}

}  // namespace offhook::io
