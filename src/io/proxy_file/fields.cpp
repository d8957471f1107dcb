#include "fields.hpp"

namespace offhook::io {

std::string Fields::place(std::uint32_t line) const { return std::string(file_) + ":" + std::to_string(line); }

tl::unexpected<Complaint> Fields::wrong(std::string_view name, std::string_view wants, const toml::node& node) const {
  return complain(std::string(name) + " must be " + std::string(wants), place(node.source()));
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

Checked<void> Fields::period_or_never(std::string_view name, const toml::node& node, seconds& out) const {
  if (!node.is_integer() || node.as_integer()->get() < 0 || node.as_integer()->get() > 86400)
    return wrong(name, "a number of seconds up to 86400; 0 is never", node);
  out = seconds(node.as_integer()->get());
  return {};
}

}  // namespace offhook::io
