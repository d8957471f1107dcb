#include "sip/header/name_addr.hpp"

#include "scan.hpp"

namespace offhook::sip {
namespace {

// Tokens and white space; octets beyond ASCII pass, they are what phones in the field send unquoted.
bool is_display_char(char c) { return is_token_char(c) || is_space(c) || static_cast<unsigned char>(c) >= 0x80; }

Result<NameAddr> finish(NameAddr out, const Cursor& cursor) {
  if (Cursor uri(out.uri); uri.done() || uri.take_while(is_uri_char).size() != out.uri.size())
    return fail(Module::Sip, "bad URI in an address", cursor.offset());
  out.params = Params(cursor.rest);
  if (!out.params.well_formed()) return fail(Module::Sip, "bad parameters behind an address", cursor.offset());
  return out;
}

}  // namespace

Result<NameAddr> NameAddr::parse(std::string_view value) {
  value = trim(value);
  Cursor cursor(value);
  NameAddr out;
  if (cursor.at('"')) {
    const std::size_t n = quoted_length(value);
    if (n == 0) return fail(Module::Sip, "quoted string does not end");
    out.display = value.substr(0, n);
    cursor.rest.remove_prefix(n);
    cursor.skip_space();
    if (!cursor.at('<')) return fail(Module::Sip, "no URI behind the display name", cursor.offset());
  } else if (value.find('<') != std::string_view::npos) {
    const auto display = cursor.take_while(is_display_char);
    // A '<' further on may stand inside a quoted parameter: then this is a bare addr-spec.
    if (cursor.at('<'))
      out.display = trim(display);
    else
      cursor = Cursor(value);
  }
  if (cursor.take('<')) {
    const std::size_t close = cursor.rest.find('>');
    if (close == std::string_view::npos) return fail(Module::Sip, "no > behind the URI", cursor.offset());
    out.uri = cursor.rest.substr(0, close);
    cursor.rest.remove_prefix(close + 1);
    cursor.skip_space();
    return finish(out, cursor);
  }
  out.uri = cursor.take_while([](char c) { return c != ';' && !is_space(c); });
  cursor.skip_space();
  // §20: a URI with comma, question mark or semicolon must stand in brackets.
  if (out.uri.find_first_of(",?") != std::string_view::npos || out.uri.find(':') == std::string_view::npos)
    return fail(Module::Sip, "URI needs brackets", cursor.offset());
  return finish(out, cursor);
}

std::string name_addr(std::string_view display, std::string_view uri) {
  std::string out;
  if (!display.empty()) {
    out = quote(display);
    out += ' ';
  }
  out += '<';
  out += uri;
  out += '>';
  return out;
}

}  // namespace offhook::sip
