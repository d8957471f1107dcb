// When two URIs are the same, and the key of an address-of-record. RFC 3261 §19.1.4, §10.3 step 5; RFC 3966 §4.
// Comparing copies nothing; only an address inside a URI's header fields is unescaped first.
#include <algorithm>
#include <array>

#include "base/endpoint.hpp"
#include "escaped.hpp"
#include "phone_digits.hpp"
#include "scan.hpp"
#include "sip/header/name_addr.hpp"
#include "sip/header_id.hpp"
#include "sip/uri.hpp"
#include "sip/uri_headers.hpp"

namespace offhook::sip {
namespace {

// Order means nothing in these lists, so comparing two of them costs the product of their lengths. Longer ones are the
// same only when they are the same text.
constexpr std::size_t kMembers = 64;

std::size_t count_members(std::string_view text, char separator) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), separator));
}

std::optional<Param> find_param(const Params& params, std::string_view name) {
  std::string_view rest = params.text();
  while (const auto param = Params::next(rest))
    if (escaped_equal(param->name, name, Case::Folds)) return param;
  return std::nullopt;
}

// Parameters that matter when only one of the two URIs has them.
bool weighs_alone(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames{"user", "ttl", "method", "maddr", "transport"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [name](std::string_view n) { return escaped_equal(n, name, Case::Folds); });
}

// Every parameter of `a` that `b` has too must agree.
bool params_agree(const Params& a, const Params& b) {
  std::string_view rest = a.text();
  while (const auto param = Params::next(rest)) {
    const auto other = find_param(b, param->name);
    if (!other) {
      if (weighs_alone(param->name)) return false;
    } else if (!escaped_equal(param->value.value_or(std::string_view{}), other->value.value_or(std::string_view{}),
                              Case::Folds)) {
      return false;
    }
  }
  return true;
}

bool same_params(const Params& a, const Params& b) {
  if (a.text() == b.text()) return true;
  if (count_members(a.text(), ';') > kMembers || count_members(b.text(), ';') > kMembers) return false;
  return params_agree(a, b) && params_agree(b, a);
}

bool same_uri(const Uri& a, const Uri& b, bool inner);

// How §20 compares the values of a field that may stand in a URI.
enum class Rule : std::uint8_t { Exact, Folded, Address };

// Call-IDs, methods, event packages, bodies and free text: octet by octet is never wrong about two being the same.
Rule rule_of(std::string_view name) {
  constexpr std::array kAddresses{HeaderId::From,    HeaderId::To,         HeaderId::Contact,
                                  HeaderId::ReferTo, HeaderId::ReferredBy, HeaderId::ReplyTo};
  constexpr std::array kFolded{HeaderId::Accept,
                               HeaderId::AcceptEncoding,
                               HeaderId::AcceptLanguage,
                               HeaderId::ContentEncoding,
                               HeaderId::ContentDisposition,
                               HeaderId::ContentLanguage,
                               HeaderId::ContentType,
                               HeaderId::Expires,
                               HeaderId::Priority,
                               HeaderId::Privacy,
                               HeaderId::ProxyRequire,
                               HeaderId::Require,
                               HeaderId::Supported};
  const HeaderId id = header_id(name);
  if (std::find(kAddresses.begin(), kAddresses.end(), id) != kAddresses.end()) return Rule::Address;
  return std::find(kFolded.begin(), kFolded.end(), id) != kFolded.end() ? Rule::Folded : Rule::Exact;
}

bool same_address(const std::string& a, const std::string& b) {
  const auto left = NameAddr::parse(a), right = NameAddr::parse(b);
  if (!left || !right) return a == b;
  const auto left_uri = left->parse_uri(), right_uri = right->parse_uri();
  return left_uri && right_uri && same_uri(*left_uri, *right_uri, true) && left->tag() == right->tag();
}

bool same_header(const UriHeader& a, const UriHeader& b, bool inner) {
  if (!escaped_equal(a.name, b.name, Case::Folds)) return false;
  switch (rule_of(a.name)) {
    case Rule::Folded: return escaped_equal(a.value, b.value, Case::Folds);
    // One level of addresses within addresses is enough: below it, they are the same or they are not.
    case Rule::Address:
      return escaped_equal(a.value, b.value, Case::Matters) ||
             (!inner && same_address(unescape(a.value), unescape(b.value)));
    case Rule::Exact: break;
  }
  return escaped_equal(a.value, b.value, Case::Matters);
}

std::size_t count_same(std::string_view headers, const UriHeader& wanted, bool inner) {
  std::size_t n = 0;
  while (const auto header = next_uri_header(headers)) n += same_header(*header, wanted, inner) ? 1 : 0;
  return n;
}

// Empty ones between two ampersands are none.
std::size_t count_headers(std::string_view headers) {
  std::size_t n = 0;
  while (next_uri_header(headers)) ++n;
  return n;
}

// Each header as often in one as in the other.
bool same_headers(std::string_view a, std::string_view b, bool inner) {
  if (a == b) return true;
  if (count_members(a, '&') > kMembers || count_members(b, '&') > kMembers) return false;
  if (count_headers(a) != count_headers(b)) return false;
  std::string_view rest = a;
  while (const auto header = next_uri_header(rest))
    if (count_same(a, *header, inner) != count_same(b, *header, inner)) return false;
  return true;
}

// RFC 5954 §4.2: IPv6 references are the same when the addresses are.
bool same_host(std::string_view a, std::string_view b) {
  if (iequals(a, b)) return true;
  if (!a.starts_with('[') || !b.starts_with('[')) return false;
  const auto left = IpAddress::parse(a), right = IpAddress::parse(b);
  return left && right && *left == *right;
}

// "sip:a:@h" has a password, an empty one; "sip:a@h" has none.
bool has_password(const Uri& uri) {
  const std::string_view info = uri.text.substr(uri.text.find(':') + 1);
  return !uri.user.empty() && info.starts_with(uri.user) && info.substr(uri.user.size()).starts_with(':');
}

bool same_uri(const Uri& a, const Uri& b, bool inner) {
  if (a.scheme != b.scheme) return false;
  switch (a.scheme) {
    case Scheme::Other:
      return a.opaque == b.opaque && iequals(a.text.substr(0, a.text.find(':')), b.text.substr(0, b.text.find(':')));
    case Scheme::Tel: return same_telephone(a.user, a.params, b.user, b.params);
    case Scheme::Sip:
    case Scheme::Sips: break;
  }
  return same_host(a.host, b.host) && a.port == b.port && escaped_equal(a.user, b.user, Case::Matters) &&
         has_password(a) == has_password(b) && escaped_equal(a.password, b.password, Case::Matters) &&
         same_params(a.params, b.params) && same_headers(a.headers, b.headers, inner);
}

bool same_digits(std::string_view a, std::string_view b) {
  EscapedReader left(a), right(b);
  const auto next = [](EscapedReader& reader) {
    while (!reader.done()) {
      const char c = ascii_lower(reader.next().value);
      if (!is_visual_separator(c)) return c;
    }
    return '\0';
  };
  for (;;) {
    const char x = next(left), y = next(right);
    if (x != y) return false;
    if (x == '\0') return true;
  }
}

bool same_tel_param(const Param& a, const Param& b) {
  if (a.value.has_value() != b.value.has_value()) return false;
  if (!a.value) return true;
  const bool digits = iequals(a.name, "ext") ||
                      (iequals(a.name, "phone-context") && a.value->starts_with('+') && b.value->starts_with('+'));
  return digits ? same_digits(*a.value, *b.value) : escaped_equal(*a.value, *b.value, Case::Folds);
}

bool tel_params_agree(const Params& a, const Params& b) {
  std::string_view rest = a.text();
  while (const auto param = Params::next(rest)) {
    const auto other = find_param(b, param->name);
    if (!other || !same_tel_param(*param, *other)) return false;
  }
  return true;
}

}  // namespace

std::string phone_digits(std::string_view number) {
  std::string out;
  for (EscapedReader reader(number); !reader.done();) {
    const char c = ascii_lower(reader.next().value);
    if (!is_visual_separator(c)) out += c;
  }
  return out;
}

bool same_telephone(std::string_view a, const Params& a_params, std::string_view b, const Params& b_params) {
  if (!same_digits(a, b)) return false;
  if (a_params.text() == b_params.text()) return true;
  if (count_members(a_params.text(), ';') > kMembers || count_members(b_params.text(), ';') > kMembers) return false;
  return tel_params_agree(a_params, b_params) && tel_params_agree(b_params, a_params);
}

bool equal(const Uri& a, const Uri& b) { return same_uri(a, b, false); }

std::string aor_key(const Uri& uri) {
  switch (uri.scheme) {
    case Scheme::Other: return to_lower(uri.text.substr(0, uri.text.find(':'))) + ':' + std::string(uri.opaque);
    case Scheme::Tel: return "tel:" + phone_digits(uri.user);
    case Scheme::Sip:
    case Scheme::Sips: break;
  }
  std::string out = "sip:";
  if (!uri.user.empty()) {
    out += unescape(uri.user);
    out += '@';
  }
  const auto address = uri.host.starts_with('[') ? IpAddress::parse(uri.host) : std::nullopt;
  out += address ? address->uri_host() : to_lower(uri.host);
  if (uri.port) out += ':' + std::to_string(*uri.port);
  return out;
}

}  // namespace offhook::sip
