// [guard]
#include "tables.hpp"

namespace offhook::io {
namespace {

constexpr std::int64_t kMostOften = 1'000'000;
constexpr std::string_view kKnown =
    "exempt, failures, scans, period, ban, longest_ban, source_rate, source_burst, user_rate, user_burst, packet_rate, "
    "packet_burst";

struct Number {
  std::string_view name;
  std::int64_t least, most;
  std::size_t proxy::GuardSettings::* into;
};
constexpr Number kNumbers[] = {
    {"failures", 0, 1000, &proxy::GuardSettings::failures},
    {"scans", 0, 1000, &proxy::GuardSettings::scans},
    {"source_rate", 0, kMostOften, &proxy::GuardSettings::source_rate},
    {"source_burst", 1, kMostOften, &proxy::GuardSettings::source_burst},
    {"user_rate", 0, kMostOften, &proxy::GuardSettings::user_rate},
    {"user_burst", 1, kMostOften, &proxy::GuardSettings::user_burst},
    {"packet_rate", 0, kMostOften, &proxy::GuardSettings::packet_rate},
    {"packet_burst", 1, kMostOften, &proxy::GuardSettings::packet_burst},
};

// An empty list is one: nobody is exempt then.
Checked<void> read_exempt(const Fields& fields, const toml::node& node, proxy::GuardSettings& out) {
  out.exempt.clear();
  if (const auto* list = node.as_array(); list != nullptr && list->empty()) return {};
  return fields.strings("exempt", node, [&](std::string_view text) -> Checked<void> {
    const auto range = proxy::AddressRange::parse(text);
    if (!range) return complain("exempt wants addresses and networks such as 192.0.2.0/24", std::string(text));
    out.exempt.push_back(*range);
    return {};
  });
}

}  // namespace

Checked<void> read_guard(const Fields& fields, const toml::node& node, ProxySettings& out) {
  const auto field = [&](std::string_view name, const toml::node& value) -> Checked<void> {
    if (name == "exempt") return read_exempt(fields, value, out.guard);
    if (name == "period") return fields.period(name, value, out.guard.period);
    if (name == "ban") return fields.period(name, value, out.guard.ban);
    if (name == "longest_ban") return fields.period(name, value, out.guard.longest_ban);
    for (const Number& number : kNumbers)
      if (number.name == name) return fields.number(name, value, number.least, number.most, out.guard.*number.into);
    return fields.unknown(name, "[guard]", kKnown, value);
  };
  if (auto read = fields.table("guard", node, field); !read) return read;
  if (out.guard.ban > out.guard.longest_ban) return complain("ban is above longest_ban", fields.place(node.source()));
  return {};
}

}  // namespace offhook::io
