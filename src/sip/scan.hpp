// Character classes and small steps over a string_view that the parsers of this module share. RFC 3261 §25.1.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "base/ascii.hpp"
#include "block.hpp"

namespace offhook::sip {

namespace detail {

enum Class : std::uint8_t { kSpace = 1, kTokenChar = 2, kHostChar = 4, kIpv6Char = 8, kUriChar = 16, kParamStop = 32 };

constexpr std::array<std::uint8_t, 256> class_table() {
  std::array<std::uint8_t, 256> table{};
  const auto mark = [&table](std::string_view characters, Class bit) {
    for (const char c : characters) table[static_cast<unsigned char>(c)] |= bit;
  };
  for (unsigned c = 0; c < 256; ++c) {
    const char letter = static_cast<char>(c);
    if (is_digit(letter) || is_alpha(letter)) table[c] |= kTokenChar | kHostChar;
    if (is_digit(letter) || (ascii_lower(letter) >= 'a' && ascii_lower(letter) <= 'f')) table[c] |= kIpv6Char;
    if (c <= ' ' || c == ';') table[c] |= kParamStop;
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
// All that NoUriChar does not stop at.
[[nodiscard]] constexpr bool is_uri_char(char c) { return detail::has(c, detail::kUriChar); }
// All that NoHostChar does not stop at.
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

// Length of the quoted-string at the front of `s` (which begins with a quote), both quotes counted; 0 when it does not
// end.
[[nodiscard]] constexpr std::size_t quoted_length(std::string_view s) {
  const char* const begin = s.data();
  const char* const end = begin + s.size();
  const char* at = begin + 1;
  while (at < end) {
    at = find_stop<AnyOf<'"', '\\'>>(begin, at, end);
    if (at == end) return 0;
    if (*at == '"') return static_cast<std::size_t>(at - begin) + 1;
    at += 2;
  }
  return 0;
}

// Takes digits off [at, end) as a number of type T; nothing when there is none or it does not fit. `at` stands behind
// the digits in either case.
template <class T>
[[nodiscard]] inline std::optional<T> take_number(const char*& at, const char* end) {
  static_assert(sizeof(T) <= 4);
  const char* const begin = at;
  std::uint64_t value = 0;
  for (; at != end && is_digit(*at); ++at)
    if (value <= std::numeric_limits<T>::max()) value = value * 10 + static_cast<std::uint64_t>(*at - '0');
  if (at == begin || value > std::numeric_limits<T>::max()) return std::nullopt;
  return static_cast<T>(value);
}

[[nodiscard]] inline std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

// Marks of the separators of a list of parameters, which lies within 63 octets. Its text ends at `end`.
struct ParamMarks {
  std::uint64_t semicolons = 0, equals = 0;
  // Neither a name nor a value is empty. (The list begins with ';', and has neither white space nor quotes: that is for
  // the caller to see.)
  [[nodiscard]] constexpr bool well_formed(std::size_t end) const {
    const std::uint64_t behind = std::uint64_t{1} << end;
    return ((semicolons << 1 & (semicolons | equals | behind)) | (equals << 1 & (semicolons | behind))) == 0;
  }
};
inline constexpr std::size_t kMostMarked = 63;

// A cursor over one value: each step takes something off the front of `rest`.
struct Cursor {
  std::string_view whole;
  std::string_view rest;

  explicit constexpr Cursor(std::string_view value) : whole(value), rest(value) {}

  [[nodiscard]] constexpr std::size_t offset() const { return whole.size() - rest.size(); }
  [[nodiscard]] constexpr bool done() const { return rest.empty(); }
  [[nodiscard]] constexpr bool at(char c) const { return !rest.empty() && *rest.data() == c; }

  constexpr void skip_space() { (void)take_while(is_space); }
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
  template <class T>
  std::optional<T> take_number();
  constexpr std::string_view take_token() { return take_while(is_token_char); }
};

template <class T>
std::optional<T> Cursor::take_number() {
  const char* at = rest.data();
  const char* const end = at + rest.size();
  const auto number = sip::take_number<T>(at, end);
  rest = between(at, end);
  return number;
}

// Takes a host off the cursor: a name, an IPv4 address, or an IPv6 reference with its brackets; "" when there is none.
// Three colons in a row inside the brackets are let through: RFC 5118 §4.10.
[[nodiscard]] inline std::string_view take_host(Cursor& cursor) {
  const std::string_view before = cursor.rest;
  if (!cursor.take('[')) {
    const char* const end = before.data() + before.size();
    const char* const stop = find_stop<NoHostChar>(cursor.whole.data(), before.data(), end);
    cursor.rest = between(stop, end);
    return between(before.data(), stop);
  }
  const auto address = cursor.take_while(is_ipv6_char);
  if (address.empty() || !cursor.take(']')) return {};
  return before.substr(0, address.size() + 2);
}

}  // namespace offhook::sip
