#include "fields.hpp"

#include <algorithm>
#include <array>

namespace offhook::io {
namespace {

// What stands there, for a complaint; "" for what is not to be repeated in a log.
std::string shown(std::string_view name, const toml::node& node) {
  constexpr std::array<std::string_view, 4> kSecrets{"ha1", "password", "secret", "token"};
  constexpr std::size_t kLongest = 80;
  if (std::ranges::any_of(kSecrets, [&](std::string_view secret) { return name.starts_with(secret); })) return {};
  if (const auto* text = node.as_string()) return text->get().size() > kLongest ? "a longer text" : text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* list = node.as_array()) return list->empty() ? "an empty list" : "a list";
  if (node.is_table()) return "a table";
  return node.is_floating_point() ? "a fraction" : "a date or time";
}

}  // namespace

std::string Fields::place(std::uint32_t line) const { return std::string(file_) + ":" + std::to_string(line); }

tl::unexpected<Complaint> Fields::wrong(std::string_view name, std::string_view wants, const toml::node& node) const {
  return at(Complaint{std::string(name) + " must be " + std::string(wants), shown(name, node)}, node);
}

tl::unexpected<Complaint> Fields::at(const Complaint& complaint, const toml::node& node) const {
  return complain(complaint.text(), place(node.source()));
}

tl::unexpected<Complaint> Fields::unknown(std::string_view name, std::string_view of, std::string_view known,
                                          const toml::node& node) const {
  std::string what = "unknown field '" + std::string(name) + "'";
  if (!of.empty()) what += " of " + std::string(of);
  return complain(what + "; known are " + std::string(known), place(node.source()));
}

Checked<void> Fields::text(std::string_view name, const toml::node& node, std::string& out) const {
  if (!node.is_string()) return wrong(name, "a text", node);
  out = node.as_string()->get();
  return {};
}

Checked<void> Fields::flag(std::string_view name, const toml::node& node, bool& out) const {
  if (!node.is_boolean()) return wrong(name, "true or false", node);
  out = node.as_boolean()->get();
  return {};
}

Checked<void> Fields::number(std::string_view name, const toml::node& node, std::int64_t least, std::int64_t most,
                             std::size_t& out) const {
  if (!node.is_integer() || node.as_integer()->get() < least || node.as_integer()->get() > most)
    return wrong(name, "a number from " + std::to_string(least) + " to " + std::to_string(most), node);
  out = static_cast<std::size_t>(node.as_integer()->get());
  return {};
}

Checked<void> Fields::period(std::string_view name, const toml::node& node, seconds& out) const {
  if (!node.is_integer() || node.as_integer()->get() < 1 || node.as_integer()->get() > 4294967295)
    return wrong(name, "a number of seconds", node);
  out = seconds(node.as_integer()->get());
  return {};
}

Checked<void> Fields::period_or_never(std::string_view name, const toml::node& node, seconds& out,
                                      std::string_view zero) const {
  if (!node.is_integer() || node.as_integer()->get() < 0 || node.as_integer()->get() > 86400)
    return wrong(name, "a number of seconds up to 86400; 0 " + std::string(zero), node);
  out = seconds(node.as_integer()->get());
  return {};
}

}  // namespace offhook::io
