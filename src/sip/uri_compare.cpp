// When two URIs are the same, and the key of an address-of-record. RFC 3261 §19.1.4, §10.3 step 5; RFC 3966 §4.
#include <algorithm>
#include <array>
#include <vector>

#include "scan.hpp"
#include "sip/uri.hpp"

namespace offhook::sip {
namespace {

// Parameters that matter when only one of the two URIs has them.
bool weighs_alone(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames{"user", "ttl", "method", "maddr", "transport"};
  return std::any_of(kNames.begin(), kNames.end(), [name](std::string_view n) { return iequals(n, name); });
}

// Every parameter of `a` that `b` has too must agree; with `all` each must be in both.
bool params_agree(const Params& a, const Params& b, bool all) {
  std::string_view rest = a.text();
  while (const auto param = Params::next(rest)) {
    const auto other = b.find(param->name);
    if (!other) {
      if (all || weighs_alone(param->name)) return false;
    } else if (!iequals(unescape(*a.find(param->name)), unescape(*other))) {
      return false;
    }
  }
  return true;
}

std::vector<std::string> sorted_headers(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view header = text.substr(0, end);
    const std::size_t equals = std::min(header.find('='), header.size());
    // Names compare without case; values as they are, for no one knows the rules of every field.
    out.push_back(to_lower(unescape(header.substr(0, equals))) + unescape(header.substr(equals)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::sort(out.begin(), out.end());
  return out;
}

// The number without its visual separators.
std::string digits(std::string_view number) {
  std::string out;
  for (const char c : number)
    if (c != '-' && c != '.' && c != '(' && c != ')') out += ascii_lower(c);
  return out;
}

}  // namespace

bool equal(const Uri& a, const Uri& b) {
  if (a.scheme != b.scheme) return false;
  switch (a.scheme) {
    case Scheme::Other: return a.text == b.text;
    case Scheme::Tel:
      return digits(a.user) == digits(b.user) && params_agree(a.params, b.params, true) &&
             params_agree(b.params, a.params, true);
    case Scheme::Sip:
    case Scheme::Sips: break;
  }
  return iequals(a.host, b.host) && a.port == b.port && unescape(a.user) == unescape(b.user) &&
         unescape(a.password) == unescape(b.password) && params_agree(a.params, b.params, false) &&
         params_agree(b.params, a.params, false) &&
         (a.headers == b.headers || sorted_headers(a.headers) == sorted_headers(b.headers));
}

std::string aor_key(const Uri& uri) {
  switch (uri.scheme) {
    case Scheme::Other: return std::string(uri.text);
    case Scheme::Tel: return "tel:" + digits(uri.user);
    case Scheme::Sip:
    case Scheme::Sips: break;
  }
  std::string out = "sip:";
  if (!uri.user.empty()) {
    out += unescape(uri.user);
    out += '@';
  }
  out += to_lower(uri.host);
  if (uri.port) out += ':' + std::to_string(*uri.port);
  return out;
}

}  // namespace offhook::sip
