// The text that challenges and credentials share, taken apart without a copy. RFC 7235 §2.1, RFC 3261 §25.1:
//
//   challenge = auth-scheme 1*SP ( token68 / auth-param *( COMMA auth-param ) )     auth-param = token EQUAL ( token /
//   quoted-string )
//
// A field may hold several, joined by commas that also separate the parameters: what follows a comma is a parameter
// when an "=" follows its first token, and a scheme otherwise.
#pragma once
#include <optional>
#include <string_view>

#include "scan.hpp"

namespace offhook::sip {

// Commas and white space between elements.
constexpr void skip_commas(Cursor& cursor) {
  cursor.take_while([](char c) { return c == ',' || is_space(c); });
}

[[nodiscard]] constexpr bool at_scheme(Cursor cursor) {
  if (cursor.take_token().empty()) return false;
  cursor.skip_space();
  return !cursor.at('=');
}

// The value behind an "=", without its quotes and with its escapes; nothing when its quote does not end or an escape
// stands outside of quotes. Peers leave out quotes where they belong (uri=sip:a): all but space and comma is taken.
[[nodiscard]] constexpr std::optional<std::string_view> take_auth_value(Cursor& cursor) {
  if (cursor.at('"')) {
    // Hardly any value has escapes: its quote is the first one, and no backslash stands before it.
    std::size_t n = cursor.rest.find('"', 1) + 1;
    if (n == 0) return std::nullopt;
    if (cursor.rest.substr(0, n).find('\\') != std::string_view::npos) n = quoted_length(cursor.rest);
    if (n == 0) return std::nullopt;
    const auto value = cursor.rest.substr(1, n - 2);
    cursor.rest.remove_prefix(n);
    return value;
  }
  const auto value = cursor.take_while([](char c) { return c != ',' && c != '"' && c != '\\' && !is_space(c); });
  if (cursor.at('"') || cursor.at('\\')) return std::nullopt;
  return value;
}

// The parameters of one scheme, up to the end or the next scheme: each(name, value) says whether it likes them. False,
// with the cursor at the fault, when it does not or the text is broken.
template <class Each>
[[nodiscard]] constexpr bool take_auth_params(Cursor& cursor, Each each) {
  for (;;) {
    skip_commas(cursor);
    if (cursor.done()) return true;
    const Cursor before = cursor;
    const auto name = cursor.take_token();
    cursor.skip_space();
    if (name.empty()) return false;
    if (!cursor.take('=')) {  // a scheme
      cursor = before;
      return true;
    }
    cursor.skip_space();
    const auto value = take_auth_value(cursor);
    if (!value || !each(name, *value)) return false;
    cursor.skip_space();
    if (!cursor.done() && !cursor.at(',')) return false;
  }
}

// "Digest" and what has to separate it from its parameters.
[[nodiscard]] constexpr bool take_digest(Cursor& cursor) {
  cursor.skip_space();
  return iequals(cursor.take_token(), "Digest") && !cursor.done() && is_space(cursor.rest.front());
}

// Leaves the cursor at the next scheme: over parameters, token68 and what cannot be read.
constexpr void skip_to_scheme(Cursor& cursor) {
  while (!cursor.done()) {
    if (cursor.at('"')) {
      const std::size_t n = quoted_length(cursor.rest);
      cursor.rest.remove_prefix(n == 0 ? cursor.rest.size() : n);
    } else if (cursor.take(',')) {
      skip_commas(cursor);
      if (at_scheme(cursor)) return;
    } else {
      cursor.rest.remove_prefix(1);
    }
  }
}

}  // namespace offhook::sip
