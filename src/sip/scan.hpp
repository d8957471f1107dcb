// Character classes and small steps over a string_view that the parsers of this module share. RFC 3261 §25.1.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ascii.hpp"

namespace offhook::sip {

namespace detail {

enum Class : std::uint8_t { kSpace = 1, kTokenChar = 2, kHostChar = 4, kIpv6Char = 8, kUriChar = 16 };

constexpr std::array<std::uint8_t, 256> class_table() {
  std::array<std::uint8_t, 256> table{};
  const auto mark = [&table](std::string_view characters, Class bit) {
    for (const char c : characters) table[static_cast<unsigned char>(c)] |= bit;
  };
  for (unsigned c = 0; c < 256; ++c) {
    const char letter = static_cast<char>(c);
    if (is_digit(letter) || is_alpha(letter)) table[c] |= kTokenChar | kHostChar;
    if (is_digit(letter) || (ascii_lower(letter) >= 'a' && ascii_lower(letter) <= 'f')) table[c] |= kIpv6Char;
    if (c > ' ' && c != 0x7f && c != '"' && c != '<' && c != '>') table[c] |= kUriChar;
  }
  mark(" \t\r\n", kSpace);
  mark("-.!%*_+`'~", kTokenChar);
  mark("-._", kHostChar);
  mark(":.", kIpv6Char);
  return table;
}
inline constexpr std::array<std::uint8_t, 256> kClasses = class_table();

[[nodiscard]] constexpr bool has(char c, Class bit) {
  return (kClasses.data()[static_cast<unsigned char>(c)] & bit) != 0;
}

}  // namespace detail

// LWS as it stands in a message: a fold is CRLF and white space, so CR and LF inside a value are always part of one.
[[nodiscard]] constexpr bool is_space(char c) { return detail::has(c, detail::kSpace); }
[[nodiscard]] constexpr bool is_token_char(char c) { return detail::has(c, detail::kTokenChar); }
// What no URI may hold, whatever its scheme, are controls, white space, quotes and brackets. Octets beyond ASCII ought
// to be escaped but are let through.
[[nodiscard]] constexpr bool is_uri_char(char c) { return detail::has(c, detail::kUriChar); }
// Letters, digits, dots and hyphens, and the underscore that names in the field carry.
[[nodiscard]] constexpr bool is_host_char(char c) { return detail::has(c, detail::kHostChar); }
[[nodiscard]] constexpr bool is_ipv6_char(char c) { return detail::has(c, detail::kIpv6Char); }

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
    const char* const begin = rest.data();
    const char* const end = begin + rest.size();
    const char* at = begin;
    while (at != end && allowed(*at)) ++at;
    rest = {at, static_cast<std::size_t>(end - at)};
    return {begin, static_cast<std::size_t>(at - begin)};
  }
  constexpr std::string_view take_token() { return take_while(is_token_char); }
};

// Length of the quoted-string at the front of `s` (which begins with a quote), both quotes counted; 0 when it does not
// end.
[[nodiscard]] constexpr std::size_t quoted_length(std::string_view s) {
  for (std::size_t i = 1; i < s.size(); ++i) {
    if (s[i] == '\\')
      ++i;
    else if (s[i] == '"')
      return i + 1;
  }
  return 0;
}

// Takes a host off the cursor: a name, an IPv4 address, or an IPv6 reference with its brackets; "" when there is none.
// Three colons in a row inside the brackets are let through: RFC 5118 §4.10.
[[nodiscard]] constexpr std::string_view take_host(Cursor& cursor) {
  const std::string_view before = cursor.rest;
  if (!cursor.take('[')) return cursor.take_while(is_host_char);
  const auto address = cursor.take_while(is_ipv6_char);
  if (address.empty() || !cursor.take(']')) return {};
  return before.substr(0, address.size() + 2);
}

}  // namespace offhook::sip
