#include "sip/params.hpp"

#include "scan.hpp"

namespace offhook::sip {
namespace {

std::string_view trimmed_tail(std::string_view s) {
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return s;
}

// One parameter behind its ';'. `strict` turns false where the grammar is broken; what can be read is read all the
// same.
Param take_param(Cursor& cursor, bool& strict) {
  Param out;
  cursor.skip_space();
  out.name = trimmed_tail(cursor.take_while([](char c) { return c != ';' && c != '='; }));
  if (out.name.empty() || has_space(out.name)) strict = false;
  if (!cursor.take('=')) return out;
  cursor.skip_space();
  if (const std::size_t n = cursor.at('"') ? quoted_length(cursor.rest) : 0; n != 0) {
    out.value = cursor.rest.substr(0, n);
    cursor.rest.remove_prefix(n);
    // Between the closing quote and the next ';' there is nothing but white space.
    if (!trimmed_tail(cursor.take_while([](char c) { return c != ';'; })).empty()) strict = false;
    return out;
  }
  out.value = trimmed_tail(cursor.take_while([](char c) { return c != ';'; }));
  if (Cursor text(*out.value);
      text.done() || text.take_while([](char c) { return !is_space(c) && c != '"'; }).size() != out.value->size())
    strict = false;
  return out;
}

}  // namespace

std::optional<Param> Params::next(std::string_view& rest) {
  Cursor cursor(rest);
  bool strict = true;
  std::optional<Param> out;
  // Empty parameters (";;") are passed over here; well_formed() is where they count.
  while (!out && !cursor.done()) {
    cursor.skip_space();
    if (!cursor.take(';')) {
      cursor.take_while([](char c) { return c != ';'; });
      continue;
    }
    const Param param = take_param(cursor, strict);
    if (!param.name.empty()) out = param;
  }
  rest = cursor.rest;
  return out;
}

bool Params::has(std::string_view name) const {
  std::string_view rest = text_;
  while (const auto param = next(rest))
    if (iequals(param->name, name)) return true;
  return false;
}

std::optional<std::string_view> Params::find(std::string_view name) const {
  std::string_view rest = text_;
  while (const auto param = next(rest)) {
    if (!iequals(param->name, name)) continue;
    std::string_view value = param->value.value_or(std::string_view{});
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

bool Params::well_formed() const {
  Cursor cursor(text_);
  bool strict = true;
  cursor.skip_space();
  while (strict && !cursor.done()) {
    if (!cursor.take(';')) return false;
    (void)take_param(cursor, strict);
    cursor.skip_space();
  }
  return strict;
}

std::string unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  text = text.substr(1, text.size() - 2);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

std::string quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
  return out;
}

}  // namespace offhook::sip
