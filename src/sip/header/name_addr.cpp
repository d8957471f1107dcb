#include "sip/header/name_addr.hpp"

#include "scan.hpp"

namespace offhook::sip {
namespace {

// Tokens and white space; octets beyond ASCII pass, they are what phones in the field send unquoted.
bool is_display_char(char c) { return is_token_char(c) || is_space(c) || static_cast<unsigned char>(c) >= 0x80; }

// The header parameters and the end; "" when all is well.
std::string_view finish(NameAddr& out, const Cursor& cursor) {
  if (cursor.done()) return {};
  const ParamReader reader{Params(cursor.rest)};
  out.params = reader.params();
  return reader.check() ? std::string_view{} : "bad parameters behind an address";
}

// '>' and '<', and what lies outside of '#' to '~': most of that no URI may hold.
struct BracketStop {
  template <class B>
  static unsigned in(const B& block) {
    return (block.between('#', '~') ^ (block.equal('<') | block.equal('>'))).bits() ^ 0xffffU;
  }
  static bool is(char c) { return c < '#' || c > '~' || c == '<' || c == '>'; }
};

// "<" addr-spec ">" behind the display name. One search finds the end of the URI and what may not stand in it.
std::string_view read_brackets(NameAddr& out, Cursor& cursor) {
  const char* const begin = cursor.rest.data() + 1;
  const char* const end = cursor.rest.data() + cursor.rest.size();
  const char* stop = find_stop<BracketStop>(cursor.whole.data(), begin, end);
  if (stop != end && *stop != '>') stop = find_stop<NoUriChar>(cursor.whole.data(), stop, end);
  if (stop == begin || stop == end || *stop != '>') {
    const bool closed = cursor.rest.find('>') != std::string_view::npos;
    cursor.rest = between(stop, end);
    return closed ? "bad URI in an address" : "no > behind the URI";
  }
  out.uri = between(begin, stop);
  cursor.rest = between(stop + 1, end);
  cursor.skip_space();
  return finish(out, cursor);
}

// addr-spec alone: every parameter is the header's.
std::string_view read_bare(NameAddr& out, Cursor& cursor) {
  out.uri = cursor.take_while([](char c) { return c != ';' && is_uri_char(c); });
  if (!cursor.done() && !cursor.at(';') && !is_space(*cursor.rest.data())) return "bad URI in an address";
  cursor.skip_space();
  // §20: a URI with comma, question mark or semicolon must stand in brackets.
  if (out.uri.find_first_of(",?") != std::string_view::npos || out.uri.find(':') == std::string_view::npos)
    return "URI needs brackets";
  return finish(out, cursor);
}

// Each form of display name; "" when all is well.
std::string_view read(NameAddr& out, Cursor& cursor) {
  if (cursor.at('"')) {
    const std::size_t n = quoted_length(cursor.rest);
    if (n == 0) return "quoted string does not end";
    out.display = cursor.rest.substr(0, n);
    cursor.rest.remove_prefix(n);
    cursor.skip_space();
    if (!cursor.at('<')) return "no URI behind the display name";
  } else if (!cursor.at('<')) {
    const auto display = cursor.take_while(is_display_char);
    if (!cursor.at('<')) {
      // A '<' further on may stand inside a quoted parameter: this is a bare addr-spec.
      cursor = Cursor(cursor.whole);
      return read_bare(out, cursor);
    }
    out.display = trim(display);
  }
  return read_brackets(out, cursor);
}

}  // namespace

Result<NameAddr> NameAddr::parse(std::string_view value) {
  Result<NameAddr> result;
  Cursor cursor(trim(value));
  if (const auto wrong = read(*result, cursor); !wrong.empty()) result = fail(Module::Sip, wrong, cursor.offset());
  return result;
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
