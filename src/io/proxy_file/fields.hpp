// One field of proxy.toml at a time: each reader takes a node and complains with file:line about what does not fit.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace offhook::io {

class Fields {
 public:
  // `file` is what complaints name; it must outlive this.
  explicit Fields(std::string_view file) : file_(file) {}

  // "proxy.toml:12"
  [[nodiscard]] std::string place(const toml::source_region& source) const { return place(source.begin.line); }
  [[nodiscard]] std::string place(std::uint32_t line) const;
  // "dscp must be a number from 0 to 63 (64) (proxy.toml:12)"; a secret is not repeated.
  [[nodiscard]] tl::unexpected<Complaint> wrong(std::string_view name, std::string_view wants,
                                                const toml::node& node) const;
  // The complaint of somebody who knows no file.
  [[nodiscard]] tl::unexpected<Complaint> at(const Complaint& complaint, const toml::node& node) const;
  // `of`: "[registrar]", "" for the top; `known`: "a, b, c".
  [[nodiscard]] tl::unexpected<Complaint> unknown(std::string_view name, std::string_view of, std::string_view known,
                                                  const toml::node& node) const;

  [[nodiscard]] Checked<void> text(std::string_view name, const toml::node& node, std::string& out) const;
  [[nodiscard]] Checked<void> flag(std::string_view name, const toml::node& node, bool& out) const;
  [[nodiscard]] Checked<void> number(std::string_view name, const toml::node& node, std::int64_t least,
                                     std::int64_t most, std::size_t& out) const;
  // From one second on; the second form takes 0, of which `zero` says what it does, and nothing above a day.
  [[nodiscard]] Checked<void> period(std::string_view name, const toml::node& node, seconds& out) const;
  [[nodiscard]] Checked<void> period_or_never(std::string_view name, const toml::node& node, seconds& out,
                                              std::string_view zero = "is never") const;

  // take(text) → Checked<void>, for each text of a list that is not empty.
  template <class Take>
  [[nodiscard]] Checked<void> strings(std::string_view name, const toml::node& node, Take&& take) const {
    const auto* list = node.as_array();
    if (list == nullptr || list->empty()) return wrong(name, "a list of texts", node);
    for (const auto& item : *list) {
      if (!item.is_string()) return wrong(name, "a list of texts", item);
      if (auto taken = take(std::string_view(item.as_string()->get())); !taken) return at(taken.error(), item);
    }
    return {};
  }
  // take(key, node) → Checked<void>, for each field of a table: [name].
  template <class Take>
  [[nodiscard]] Checked<void> table(std::string_view name, const toml::node& node, Take&& take) const {
    const auto* table = node.as_table();
    if (table == nullptr) return wrong(name, "a table: [" + std::string(name) + "]", node);
    for (const auto& [key, value] : *table)
      if (auto taken = take(key.str(), value); !taken) return taken;
    return {};
  }
  // take(table) → Checked<void>, for each of [[name]].
  template <class Take>
  [[nodiscard]] Checked<void> tables(std::string_view name, const toml::node& node, Take&& take) const {
    const auto* list = node.as_array();
    if (list == nullptr || !list->is_array_of_tables())
      return wrong(name, "written as [[" + std::string(name) + "]] tables", node);
    for (const auto& item : *list)
      if (auto taken = take(*item.as_table()); !taken) return taken;
    return {};
  }

 private:
  std::string_view file_;
};

}  // namespace offhook::io
