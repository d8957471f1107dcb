// WWW-Authenticate and Authorization as text. RFC 3261 §25.1, RFC 7616 §3.3 and §3.4.
#include <array>
#include <charconv>

#include "scan.hpp"
#include "sip/digest.hpp"
#include "sip/message.hpp"
#include "sip/params.hpp"

namespace offhook::sip {
namespace {

constexpr std::array<std::string_view, 3> kAlgorithms{"MD5", "SHA-256", "SHA-512-256"};

// "Digest" LWS name = ( token / quoted-string ) *( COMMA … ): calls each(name, value without quotes). False when it is
// not that.
template <class Each>
bool for_each_digest_param(std::string_view value, Each each) {
  Cursor cursor(value);
  cursor.skip_space();
  if (!iequals(cursor.take_token(), "Digest") || cursor.done() || !is_space(cursor.rest.front())) return false;
  for (;;) {
    while (!cursor.done() && (is_space(cursor.rest.front()) || cursor.at(','))) cursor.rest.remove_prefix(1);
    if (cursor.done()) return true;
    const auto name = cursor.take_token();
    cursor.skip_space();
    if (name.empty() || !cursor.take('=')) return false;
    cursor.skip_space();
    if (cursor.at('"')) {
      const std::size_t n = quoted_length(cursor.rest);
      if (n == 0) return false;
      each(name, unquote(cursor.rest.substr(0, n)));
      cursor.rest.remove_prefix(n);
    } else {
      each(name, std::string(cursor.take_while([](char c) { return c != ',' && !is_space(c); })));
    }
    cursor.skip_space();
    if (!cursor.done() && !cursor.at(',')) return false;
  }
}

bool set_algorithm(DigestAlgorithm& out, std::string_view name) {
  for (std::size_t i = 0; i < kAlgorithms.size(); ++i) {
    if (!iequals(kAlgorithms[i], name)) continue;
    out = static_cast<DigestAlgorithm>(i);
    return true;
  }
  return false;
}

// qop-options: is plain "auth" among them?
bool offers_auth(std::string_view options) {
  CommaSplitter elements(options);
  while (const auto option = elements.next())
    if (iequals(*option, "auth")) return true;
  return false;
}

std::optional<std::uint32_t> nonce_count(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void put(std::string& out, std::string_view name, std::string_view text, bool quoted) {
  out += out.empty() ? "Digest " : ", ";
  out += name;
  out += '=';
  if (quoted)
    out += quote(text);
  else
    out += text;
}

}  // namespace

std::string_view algorithm_name(DigestAlgorithm algorithm) { return kAlgorithms[static_cast<std::size_t>(algorithm)]; }

Result<Challenge> Challenge::parse(std::string_view value) {
  Challenge out;
  bool known = true, has_qop = false;
  const bool parsed = for_each_digest_param(value, [&](std::string_view name, std::string text) {
    if (iequals(name, "realm"))
      out.realm = std::move(text);
    else if (iequals(name, "nonce"))
      out.nonce = std::move(text);
    else if (iequals(name, "opaque"))
      out.opaque = std::move(text);
    else if (iequals(name, "stale"))
      out.stale = iequals(text, "true");
    else if (iequals(name, "algorithm"))
      known = set_algorithm(out.algorithm, text);
    else if (iequals(name, "qop"))
      has_qop = true, out.qop_auth = offers_auth(text);
  });
  if (!parsed) return fail(Module::Sip, "no Digest challenge");
  if (!known) return fail(Module::Sip, "unknown digest algorithm");
  if (out.realm.empty() || out.nonce.empty()) return fail(Module::Sip, "challenge without realm or nonce");
  if (has_qop && !out.qop_auth) return fail(Module::Sip, "challenge does not offer qop auth");
  return out;
}

std::string Challenge::text() const {
  std::string out;
  put(out, "realm", realm, true);
  put(out, "nonce", nonce, true);
  if (!opaque.empty()) put(out, "opaque", opaque, true);
  put(out, "algorithm", algorithm_name(algorithm), false);
  if (qop_auth) put(out, "qop", "auth", true);
  if (stale) put(out, "stale", "true", false);
  return out;
}

Result<Credentials> Credentials::parse(std::string_view value) {
  Credentials out;
  bool known = true, counted = true, other_qop = false;
  const bool parsed = for_each_digest_param(value, [&](std::string_view name, std::string text) {
    if (iequals(name, "username"))
      out.username = std::move(text);
    else if (iequals(name, "realm"))
      out.realm = std::move(text);
    else if (iequals(name, "nonce"))
      out.nonce = std::move(text);
    else if (iequals(name, "uri"))
      out.uri = std::move(text);
    else if (iequals(name, "response"))
      out.response = to_lower(text);
    else if (iequals(name, "opaque"))
      out.opaque = std::move(text);
    else if (iequals(name, "cnonce"))
      out.cnonce = std::move(text);
    else if (iequals(name, "algorithm"))
      known = set_algorithm(out.algorithm, text);
    else if (iequals(name, "qop"))
      out.qop_auth = iequals(text, "auth"), other_qop = !out.qop_auth;
    else if (iequals(name, "nc"))
      out.nc = nonce_count(text), counted = out.nc.has_value();
  });
  if (!parsed) return fail(Module::Sip, "no Digest credentials");
  if (!known) return fail(Module::Sip, "unknown digest algorithm");
  if (other_qop) return fail(Module::Sip, "unsupported qop");
  if (!counted || (out.qop_auth && !out.nc)) return fail(Module::Sip, "bad nonce count");
  if (out.username.empty() || out.realm.empty() || out.nonce.empty() || out.uri.empty() || out.response.empty())
    return fail(Module::Sip, "incomplete Digest credentials");
  return out;
}

std::string Credentials::text() const {
  std::string out;
  put(out, "username", username, true);
  put(out, "realm", realm, true);
  put(out, "nonce", nonce, true);
  put(out, "uri", uri, true);
  put(out, "response", response, true);
  put(out, "algorithm", algorithm_name(algorithm), false);
  if (!opaque.empty()) put(out, "opaque", opaque, true);
  if (qop_auth) {
    put(out, "cnonce", cnonce, true);
    put(out, "qop", "auth", false);
    put(out, "nc", nonce_count_text(nc.value_or(0)), false);
  }
  return out;
}

}  // namespace offhook::sip
