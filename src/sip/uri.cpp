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

// What is wrong, "" when nothing is: so it is with each reader here.
std::string_view read_tel(Uri& uri, Cursor& cursor) {
  const std::string_view number = cursor.rest;
  cursor.take('+');
  if (cursor.take_while(is_tel_char).empty()) return "tel URI without a number";
  uri.user = number.substr(0, number.size() - cursor.rest.size());
  uri.params = Params(cursor.rest);
  return uri.params.well_formed() ? std::string_view{} : "bad tel URI parameters";
}

// Neither host, parameters nor headers may hold an unescaped '@', while the user may hold ';', '?' and ',': so it comes
// first. `at` is the first '@', or null.
std::string_view read_user(Uri& uri, Cursor& cursor, const char* at) {
  const char* const begin = cursor.rest.data();
  const char* const colon = find_stop<AnyOf<':'>>(cursor.whole.data(), begin, at);
  uri.user = between(begin, colon);
  if (uri.user.empty()) return "empty user in a URI";
  if (colon != at) uri.password = between(colon + 1, at);
  cursor.rest.remove_prefix(static_cast<std::size_t>(at + 1 - begin));
  return {};
}

// What follows the host: uri-parameters and headers.
std::string_view read_tail(Uri& uri, Cursor& cursor) {
  if (!cursor.at(';') && !cursor.at('?')) return "text behind the host of a URI";
  const char* const begin = cursor.rest.data();
  const char* const end = begin + cursor.rest.size();
  const char* const question = find_stop<AnyOf<'?'>>(cursor.whole.data(), begin, end);
  uri.params = Params(between(begin, question));
  if (!uri.params.well_formed()) return "bad URI parameters";
  if (question == end) return {};
  uri.headers = between(question + 1, end);
  return uri.headers.empty() ? "empty headers in a URI" : std::string_view{};
}

std::string_view read_sip(Uri& uri, Cursor& cursor, const char* at) {
  if (at != nullptr)
    if (const auto wrong = read_user(uri, cursor, at); !wrong.empty()) return wrong;
  uri.host = take_host(cursor);
  if (uri.host.empty()) return "bad host in a URI";
  if (cursor.take(':')) {
    uri.port = cursor.take_number<std::uint16_t>();
    if (!uri.port) return "bad port in a URI";
  }
  return cursor.done() ? std::string_view{} : read_tail(uri, cursor);
}

// Takes the scheme and its colon. "sip:" is worth a look of its own.
std::string_view read_scheme(Uri& uri, Cursor& cursor) {
  if (cursor.rest.starts_with("sip:")) {
    uri.scheme = Scheme::Sip;
    cursor.rest.remove_prefix(4);
    return {};
  }
  const auto scheme = cursor.take_while(is_scheme_char);
  if (scheme.empty() || !is_alpha(scheme.front()) || !cursor.take(':')) return "URI without a scheme";
  uri.scheme = scheme_of(scheme);
  return {};
}

// '@' ends the user, and no URI may hold the rest.
struct UserStop {
  template <class B>
  static unsigned in(const B& block) {
    return (NoUriChar::marks(block) | block.equal('@')).bits();
  }
  static bool is(char c) { return NoUriChar::is(c) || c == '@'; }
};

// Where the parts of a URI of at most 63 octets end.
struct UriMarks {
  std::uint64_t at_signs = 0, colons = 0;
  ParamMarks params;
  std::uint64_t hard = 0;  // what no URI may hold, '?', and some octets that are not worth more marks

  explicit UriMarks(std::string_view text) {
    for_each_block(text.data(), text.size(), [this](const Block& block, unsigned shift) {
      const auto equal = block.equal('=');
      // Between '#' and '~' no URI may hold '<' and '>'; outside are controls, quotes, and what is legal but rare.
      const auto easy = block.between('#', '~') ^ block.between('<', '?') ^ equal;
      at_signs |= std::uint64_t{block.equal('@').bits()} << shift;
      colons |= std::uint64_t{block.equal(':').bits()} << shift;
      params.semicolons |= std::uint64_t{block.equal(';').bits()} << shift;
      params.equals |= std::uint64_t{equal.bits()} << shift;
      hard |= std::uint64_t{easy.bits() ^ 0xffffU} << shift;
    });
    hard &= within(text.size());
  }
};

// The form that nearly all have: "sip:" [ user "@" ] host [ ":" port ] with parameters that are easy to read, no
// headers, at most 63 octets. One look at all of them marks where the parts end. False: it must be read the long way.
bool read_plain(std::string_view text, Uri& uri) {
  constexpr std::size_t kScheme = 4;
  if (text.size() > kMostMarked || !text.starts_with("sip:")) return false;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  UriMarks marks(text);
  if (marks.hard != 0) return false;
  const char* host = begin + kScheme;
  if (marks.at_signs != 0) {
    const auto at = static_cast<std::size_t>(__builtin_ctzll(marks.at_signs));
    const std::uint64_t colons = marks.colons >> kScheme << kScheme & within(at);
    const std::size_t user_end = colons == 0 ? at : static_cast<std::size_t>(__builtin_ctzll(colons));
    if (user_end == kScheme) return false;
    uri.user = between(host, begin + user_end);
    if (colons != 0) uri.password = between(begin + user_end + 1, begin + at);
    host = begin + at + 1;
  }
  const char* tail = find_stop<NoHostChar>(begin, host, end);
  uri.host = between(host, tail);
  if (tail != end && *tail == ':') {
    ++tail;
    uri.port = take_number<std::uint16_t>(tail, end);
    if (!uri.port) return false;
  }
  if (tail != end) {
    const auto done = static_cast<unsigned>(tail - begin);
    marks.params.semicolons >>= done;
    marks.params.equals >>= done;
    if (*tail != ';' || !marks.params.well_formed(static_cast<std::size_t>(end - tail))) return false;
    uri.params = Params(between(tail, end), marks.params.semicolons, marks.params.equals);
  }
  uri.scheme = Scheme::Sip;
  return !uri.host.empty();
}

std::string_view read(Uri& uri, Cursor& cursor) {
  if (const auto wrong = read_scheme(uri, cursor); !wrong.empty()) return wrong;
  const char* const base = cursor.whole.data();
  const char* const end = cursor.rest.data() + cursor.rest.size();
  const char* at = find_stop<UserStop>(base, cursor.rest.data(), end);
  const char* bad = at;
  if (at != end && *at == '@')
    bad = find_stop<NoUriChar>(base, at, end);
  else
    at = nullptr;
  if (bad != end) {
    cursor.rest = between(bad, end);
    return "character that no URI may hold";
  }
  switch (uri.scheme) {
    case Scheme::Sip:
    case Scheme::Sips: return read_sip(uri, cursor, at);
    case Scheme::Tel: return read_tel(uri, cursor);
    case Scheme::Other: break;
  }
  uri.opaque = cursor.rest;
  return uri.opaque.empty() ? "empty URI" : std::string_view{};
}

}  // namespace

Result<Uri> Uri::parse(std::string_view text) {
  Result<Uri> result;
  result->text = text;
  if (read_plain(text, *result)) return result;
  *result = Uri{};
  result->text = text;
  Cursor cursor(text);
  if (const auto wrong = read(*result, cursor); !wrong.empty()) result = fail(Module::Sip, wrong, cursor.offset());
  return result;
}

}  // namespace offhook::sip
