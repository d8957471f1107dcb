// generic-param lists: *( SEMI token [ EQUAL ( token / host / quoted-string ) ] ). RFC 3261 §25.1.
// A view; `text` begins at the first ';' or is empty. Names compare case-insensitively.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace offhook::sip {

struct Param {
  std::string_view name;
  std::optional<std::string_view> value;  // raw: a quoted-string keeps its quotes; nothing for a flag
};

class Params {
 public:
  Params() = default;
  explicit Params(std::string_view text) : text_(text) {}

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool has(std::string_view name) const;
  // Value without quotes around it (escapes untouched); nothing when absent; "" for a flag.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  // Iteration: takes the next parameter off `rest` (start with text()); nothing at the end.
  [[nodiscard]] static std::optional<Param> next(std::string_view& rest);
  // True when the list is well formed: no empty names, no empty values, quotes balanced.
  [[nodiscard]] bool well_formed() const;

 private:
  std::string_view text_;
};

// Content of a quoted-string, its escapes taken away; anything else as it is.
[[nodiscard]] std::string unquote(std::string_view text);
// A quoted-string with " and \ escaped.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace offhook::sip
