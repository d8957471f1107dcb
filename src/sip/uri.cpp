#include "sip/uri.hpp"

#include "scan.hpp"

namespace offhook::sip {
namespace {

bool is_scheme_char(char c) { return c == '+' || (is_host_char(c) && c != '_'); }

Scheme scheme_of(std::string_view name) {
  if (iequals(name, "sip")) return Scheme::Sip;
  if (iequals(name, "sips")) return Scheme::Sips;
  return iequals(name, "tel") ? Scheme::Tel : Scheme::Other;
}

// phone digits and their visual separators; RFC 3966 §3
bool is_tel_char(char c) {
  return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f') || c == '*' || c == '#' || c == '-' ||
         c == '.' || c == '(' || c == ')';
}

Result<Uri> parse_tel(Uri uri, Cursor cursor) {
  const std::string_view number = cursor.rest;
  cursor.take('+');
  if (cursor.take_while(is_tel_char).empty()) return fail(Module::Sip, "tel URI without a number", cursor.offset());
  uri.user = number.substr(0, number.size() - cursor.rest.size());
  uri.params = Params(cursor.rest);
  if (!uri.params.well_formed()) return fail(Module::Sip, "bad tel URI parameters", cursor.offset());
  return uri;
}

Result<Uri> parse_sip(Uri uri, Cursor cursor) {
  // Neither host, parameters nor headers may hold an unescaped '@', while the user may hold ';', '?' and ',': so it
  // comes first.
  if (const std::size_t at = cursor.rest.find('@'); at != std::string_view::npos) {
    const std::string_view info = cursor.rest.substr(0, at);
    const std::size_t colon = std::min(info.find(':'), info.size());
    uri.user = info.substr(0, colon);
    if (uri.user.empty()) return fail(Module::Sip, "empty user in a URI", cursor.offset());
    uri.password = info.substr(std::min(colon + 1, info.size()));
    cursor.rest.remove_prefix(at + 1);
  }
  uri.host = take_host(cursor);
  if (uri.host.empty()) return fail(Module::Sip, "bad host in a URI", cursor.offset());
  if (cursor.take(':')) {
    uri.port = parse_number<std::uint16_t>(cursor.take_while(is_digit));
    if (!uri.port) return fail(Module::Sip, "bad port in a URI", cursor.offset());
  }
  if (!cursor.done() && !cursor.at(';') && !cursor.at('?'))
    return fail(Module::Sip, "text behind the host of a URI", cursor.offset());
  const std::size_t question = std::min(cursor.rest.find('?'), cursor.rest.size());
  uri.params = Params(cursor.rest.substr(0, question));
  uri.headers = cursor.rest.substr(std::min(question + 1, cursor.rest.size()));
  if (!uri.params.well_formed()) return fail(Module::Sip, "bad URI parameters", cursor.offset());
  if (cursor.rest.substr(question) == "?") return fail(Module::Sip, "empty headers in a URI", cursor.offset());
  return uri;
}

}  // namespace

Result<Uri> Uri::parse(std::string_view text) {
  Uri uri;
  uri.text = text;
  Cursor cursor(text);
  const auto scheme = cursor.take_while(is_scheme_char);
  if (scheme.empty() || !is_alpha(scheme.front()) || !cursor.take(':'))
    return fail(Module::Sip, "URI without a scheme", cursor.offset());
  if (Cursor rest(cursor.rest); rest.take_while(is_uri_char).size() != cursor.rest.size())
    return fail(Module::Sip, "character that no URI may hold", cursor.offset() + rest.offset());
  uri.scheme = scheme_of(scheme);
  switch (uri.scheme) {
    case Scheme::Sip:
    case Scheme::Sips: return parse_sip(uri, cursor);
    case Scheme::Tel: return parse_tel(uri, cursor);
    case Scheme::Other: break;
  }
  uri.opaque = cursor.rest;
  if (uri.opaque.empty()) return fail(Module::Sip, "empty URI", cursor.offset());
  return uri;
}

}  // namespace offhook::sip
