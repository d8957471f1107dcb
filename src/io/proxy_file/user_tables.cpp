// [[user]]
#include <unordered_set>

#include "base/ascii.hpp"
#include "policy_tables.hpp"
#include "tables.hpp"

namespace offhook::io {
namespace {

// { MD5 = "32 hex digits", SHA-256 = "64 hex digits" }
Checked<void> hashes(const Fields& fields, const toml::node& node, ProxyUser& out) {
  const auto* table = node.as_table();
  if (table == nullptr || table->empty()) return fields.wrong("ha1", "a table of hashes", node);
  for (const auto& [key, value] : *table) {
    const auto algorithm = sip::digest_algorithm(key.str());
    if (!algorithm || sip::is_session(*algorithm))
      return complain("ha1 wants MD5, SHA-256 or SHA-512-256, not '" + std::string(key.str()) + "'",
                      fields.place(value.source()));
    const std::size_t digits = *algorithm == sip::DigestAlgorithm::Md5 ? 32 : 64;
    const std::string hash = to_lower(value.value_or(std::string{}));
    if (hash.size() != digits || hash.find_first_not_of("0123456789abcdef") != std::string::npos)
      return fields.wrong("ha1 of " + std::string(key.str()), std::to_string(digits) + " hex digits", value);
    out.ha1.at(sip::hash_index(*algorithm)) = hash;
  }
  return {};
}

Checked<void> read_field(const Fields& fields, std::string_view name, const toml::node& node, ProxyUser& out) {
  if (name == "ha1") return hashes(fields, node, out);
  if (name == "name") return take_text(name, fields, node, out.name);
  if (name != "password") return fields.unknown(name, "[[user]]", "name, password, ha1", node);
  out.has_password = true;
  return fields.text(name, node, out.password);
}

Checked<ProxyUser> read_user(const Fields& fields, const toml::table& table) {
  ProxyUser out;
  out.place = fields.place(table.source());
  for (const auto& [key, value] : table)
    if (auto read = read_field(fields, key.str(), value, out); !read) return tl::unexpected(read.error());
  if (out.name.empty() || out.has_password == table.contains("ha1"))
    return complain("a [[user]] needs a name and either a password or ha1", out.place);
  return out;
}

}  // namespace

Checked<void> read_users(const Fields& fields, const toml::node& node, ProxySettings& out) {
  std::unordered_set<std::string> names;
  return fields.tables("user", node, [&](const toml::table& table) -> Checked<void> {
    auto user = read_user(fields, table);
    if (!user) return tl::unexpected(user.error());
    if (!names.insert(user->name).second)
      return complain("user '" + user->name + "' is there twice", fields.place(table.source()));
    out.users.push_back(std::move(*user));
    return {};
  });
}

}  // namespace offhook::io
