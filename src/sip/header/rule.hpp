// Shapes that many header fields share. Errors carry the offset into the value that was given.
#pragma once
#include <algorithm>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "scan.hpp"
#include "sip/header/name_addr.hpp"
#include "sip/params.hpp"

namespace offhook::sip::rule {

// *( SEMI generic-param ) up to the end of the value.
[[nodiscard]] inline Result<Params> params(Cursor& cursor, std::string_view what) {
  cursor.skip_space();
  const Params out(trim(cursor.rest));
  if ((!cursor.done() && !cursor.at(';')) || !out.well_formed()) return fail(Module::Sip, what, cursor.offset());
  return out;
}

// The whole value is one token.
[[nodiscard]] inline Result<std::string_view> token(std::string_view value, std::string_view what) {
  Cursor cursor(value);
  cursor.skip_space();
  const auto out = cursor.take_token();
  cursor.skip_space();
  if (out.empty() || !cursor.done()) return fail(Module::Sip, what, cursor.offset());
  return out;
}

// The whole value is one number.
template <class T>
[[nodiscard]] Result<T> number(std::string_view value, std::string_view what) {
  const auto out = parse_number<T>(trim(value));
  if (!out) return fail(Module::Sip, what);
  return *out;
}

struct Worded {
  std::string_view word;
  Params params;
};

// token *( SEMI generic-param )
[[nodiscard]] inline Result<Worded> worded(std::string_view value, std::string_view what) {
  Cursor cursor(value);
  cursor.skip_space();
  const auto word = cursor.take_token();
  if (word.empty()) return fail(Module::Sip, what, cursor.offset());
  const auto tail = params(cursor, what);
  if (!tail) return tl::unexpected(tail.error());
  return Worded{word, *tail};
}

// word = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~" / "(" / ")" / "<" / ">" / ":" / "\" /
//           DQUOTE / "/" / "[" / "]" / "?" / "{" / "}" )
[[nodiscard]] constexpr bool is_word_char(char c) {
  return is_token_char(c) || std::string_view("()<>:\\\"/[]?{}").find(c) != std::string_view::npos;
}

// callid = word [ "@" word ]; "" and the cursor unmoved behind what was read when there is none.
[[nodiscard]] constexpr std::string_view take_call_id(Cursor& cursor) {
  const std::string_view before = cursor.rest;
  const std::size_t left = cursor.take_while(is_word_char).size();
  if (left == 0) return {};
  std::size_t size = left;
  if (cursor.take('@')) {
    const std::size_t right = cursor.take_while(is_word_char).size();
    if (right == 0) return {};
    size += 1 + right;
  }
  return before.substr(0, size);
}

// language-tag = 1*8ALPHA *( "-" 1*8ALPHA ); digits in the subtags pass (RFC 5646: es-419).
[[nodiscard]] constexpr bool is_language_tag(std::string_view text) {
  for (bool primary = true;; primary = false) {
    const std::size_t end = std::min(text.find('-'), text.size());
    if (end == 0 || end > 8) return false;
    for (const char c : text.substr(0, end))
      if (!is_alpha(c) && (primary || !is_digit(c))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

// name-addr *( SEMI generic-param ) whose brackets must be there.
[[nodiscard]] inline Result<NameAddr> bracketed(std::string_view value, std::string_view what) {
  auto address = NameAddr::parse(value);
  if (!address) return address;
  // The bracket stands right before the URI exactly when there is one.
  if (address->uri.data() == value.data() || *(address->uri.data() - 1) != '<') return fail(Module::Sip, what);
  return address;
}

// qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ), in thousandths
[[nodiscard]] constexpr std::optional<int> qvalue(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int value = (text[0] - '0') * 1000;
  int weight = 100;
  for (std::size_t i = 2; i < text.size(); ++i, weight /= 10) {
    if (!is_digit(text[i])) return std::nullopt;
    value += (text[i] - '0') * weight;
  }
  return value <= 1000 ? std::optional(value) : std::nullopt;
}

}  // namespace offhook::sip::rule
