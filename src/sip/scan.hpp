// Character classes and small steps over a string_view that the parsers of this module share. RFC 3261 §25.1.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

#include "base/ascii.hpp"

namespace offhook::sip {

// LWS as it stands in a message: a fold is CRLF and white space, so CR and LF inside a value are always part of one.
[[nodiscard]] constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

namespace detail {
constexpr std::array<bool, 256> token_table() {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const char letter = static_cast<char>(c);
    table[c] = c < 128 && (is_alpha(letter) || is_digit(letter));
  }
  for (const char c : std::string_view{"-.!%*_+`'~"}) table[static_cast<unsigned char>(c)] = true;
  return table;
}
inline constexpr std::array<bool, 256> kToken = token_table();
}  // namespace detail

[[nodiscard]] constexpr bool is_token_char(char c) { return detail::kToken[static_cast<unsigned char>(c)]; }
[[nodiscard]] constexpr bool is_token(std::string_view s) {
  if (s.empty()) return false;
  for (const char c : s)
    if (!is_token_char(c)) return false;
  return true;
}

[[nodiscard]] constexpr bool has_space(std::string_view s) {
  for (const char c : s)
    if (is_space(c)) return true;
  return false;
}

// A cursor over one value: each step takes something off the front of `rest`.
struct Cursor {
  std::string_view whole;
  std::string_view rest;

  explicit constexpr Cursor(std::string_view value) : whole(value), rest(value) {}

  [[nodiscard]] constexpr std::size_t offset() const { return whole.size() - rest.size(); }
  [[nodiscard]] constexpr bool done() const { return rest.empty(); }
  [[nodiscard]] constexpr bool at(char c) const { return !rest.empty() && rest.front() == c; }

  constexpr void skip_space() {
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
  }
  constexpr bool take(char c) {
    if (!at(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  // The longest prefix whose characters satisfy `allowed`; may be empty.
  template <class Predicate>
  constexpr std::string_view take_while(Predicate allowed) {
    std::size_t n = 0;
    while (n < rest.size() && allowed(rest[n])) ++n;
    const auto taken = rest.substr(0, n);
    rest.remove_prefix(n);
    return taken;
  }
  constexpr std::string_view take_token() { return take_while(is_token_char); }
};

// Length of the quoted-string at the front of `s` (which begins with a quote), both quotes counted; 0 when it does not end.
[[nodiscard]] constexpr std::size_t quoted_length(std::string_view s) {
  for (std::size_t i = 1; i < s.size(); ++i) {
    if (s[i] == '\\') ++i;
    else if (s[i] == '"') return i + 1;
  }
  return 0;
}

// host [ ":" port ]: an IPv6 reference in brackets, or letters, digits, dots and hyphens (and the underscore that names in
// the field carry). Three colons in a row inside brackets are let through: RFC 5118 §4.10.
[[nodiscard]] constexpr bool is_host_char(char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; }
[[nodiscard]] constexpr bool is_ipv6_char(char c) {
  return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f') || c == ':' || c == '.';
}
// Takes a host off the cursor; "" when there is none.
[[nodiscard]] constexpr std::string_view take_host(Cursor& cursor) {
  const std::string_view before = cursor.rest;
  if (!cursor.take('[')) return cursor.take_while(is_host_char);
  const auto address = cursor.take_while(is_ipv6_char);
  if (address.empty() || !cursor.take(']')) return {};
  return before.substr(0, address.size() + 2);
}

}  // namespace offhook::sip
