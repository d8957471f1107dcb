#include "sip/digest.hpp"

#include <openssl/crypto.h>

#include <charconv>

#include "base/ascii.hpp"
#include "sip/params.hpp"
#include "sip/uri.hpp"

namespace offhook::sip {
namespace {

// nc is "exactly 8 hex digits"; fewer are taken from peers that leave out zeros.
std::optional<std::uint32_t> nonce_count(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// qop-value; nothing for one that nobody knows.
std::optional<Qop> qop_of(std::string_view text) {
  if (text.data() == nullptr) return Qop::None;
  if (iequals(text, "auth")) return Qop::Auth;
  if (iequals(text, "auth-int")) return Qop::AuthInt;
  return std::nullopt;
}

// userhash: "true", "false" or absent.
bool read_flag(std::string_view text, bool& out) {
  out = iequals(text, "true");
  return out || text.data() == nullptr || iequals(text, "false");
}

// RFC 8187 ext-value in the only form that RFC 7616 §3.4 allows: UTF-8''text with percent escapes.
std::string decode_extended(std::string_view value) {
  constexpr std::string_view kCharset = "UTF-8'";
  if (!iequals(value.substr(0, kCharset.size()), kCharset)) return {};
  value.remove_prefix(kCharset.size());
  const auto quote = value.find('\'');  // behind the language
  return quote == std::string_view::npos ? std::string{} : unescape(value.substr(quote + 1));
}

// Credentials of our own making: no escapes in them.
DigestResponse view_of(const Credentials& c, const std::string& nc) {
  DigestResponse out;
  out.escaped = false;
  out.algorithm = c.algorithm;
  out.qop = c.qop;
  out.text.nonce = c.nonce;
  out.text.uri = c.uri;
  out.text.cnonce = c.cnonce;
  out.text.qop = c.qop == Qop::AuthInt ? "auth-int" : "auth";
  out.text.nc = nc;
  return out;
}

std::string response_of(const Credentials& c, std::string_view ha1, std::string_view method, std::string_view body) {
  Hasher hasher;
  const std::string nc = nonce_count_text(c.nc.value_or(0));
  const auto view = view_of(c, nc);
  if (!is_session(c.algorithm)) return response_digest(hasher, view, ha1, method, body).text();
  const HexDigest key = session_key(hasher, c.algorithm, ha1, c.nonce, c.cnonce);
  return response_digest(hasher, view, key.view(), method, body).text();
}

}  // namespace

std::string nonce_count_text(std::uint32_t nc) {
  HexDigest out;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out.append(static_cast<unsigned char>(nc >> shift));
  return out.text();
}

Result<DigestResponse> DigestResponse::read(const CredentialsView& text) {
  DigestResponse out;
  out.text = text;
  if (text.algorithm.data() != nullptr) {
    const auto algorithm = digest_algorithm(text.algorithm);
    if (!algorithm) return fail(Module::Sip, "unknown digest algorithm");
    out.algorithm = *algorithm;
  }
  const auto qop = qop_of(text.qop);
  if (!qop) return fail(Module::Sip, "unknown qop");
  out.qop = *qop;
  if (!read_flag(text.userhash, out.userhash)) return fail(Module::Sip, "userhash is neither true nor false");
  if ((text.username.data() == nullptr) == (text.username_ext.data() == nullptr))
    return fail(Module::Sip, "not one user name");
  if (out.userhash && text.username.data() == nullptr) return fail(Module::Sip, "a hash in username*");
  for (const auto needed : {text.realm, text.nonce, text.uri, text.response})
    if (needed.data() == nullptr) return fail(Module::Sip, "incomplete Digest credentials");
  const auto nc = nonce_count(text.nc);
  if (out.qop == Qop::None) {
    // A -sess algorithm is of no use without a cnonce.
    if (is_session(out.algorithm) && text.cnonce.empty()) return fail(Module::Sip, "session without cnonce");
    return out;
  }
  if (text.cnonce.empty()) return fail(Module::Sip, "qop without cnonce");
  if (!nc) return fail(Module::Sip, "bad nonce count");
  out.nc = *nc;
  return out;
}

std::string DigestResponse::username() const {
  if (text.username.data() == nullptr) return decode_extended(text.username_ext);
  return escaped ? unescape_quoted(text.username) : std::string(text.username);
}

HexDigest session_key(Hasher& hasher, DigestAlgorithm algorithm, std::string_view ha1, std::string_view nonce,
                      std::string_view cnonce) {
  return hasher.hash(algorithm, ha1, nonce, cnonce);
}

HexDigest response_digest(Hasher& hasher, const DigestResponse& response, std::string_view key, std::string_view method,
                          std::string_view body) {
  const auto& text = response.text;
  const auto add = [&](std::string_view part) {
    response.escaped ? hasher.add_unescaped(part) : hasher.add(part);
    return &hasher;
  };
  HexDigest body_hash;
  if (response.qop == Qop::AuthInt) body_hash = hasher.hash(response.algorithm, body);
  hasher.begin(response.algorithm);
  hasher.add(method).add(":");
  add(text.uri);
  if (response.qop == Qop::AuthInt) hasher.add(":").add(body_hash.view());
  const HexDigest a2 = response.qop == Qop::AuthInt ? hasher.end() : hasher.end_of_public();
  hasher.begin(response.algorithm);
  hasher.add(key).add(":");
  add(text.nonce)->add(":");
  if (response.qop != Qop::None) {
    hasher.add(text.nc).add(":");
    add(text.cnonce)->add(":").add(text.qop).add(":");
  }
  return hasher.add(a2.view()).end();
}

bool same_digest(std::string_view expected, std::string_view received) {
  std::array<char, 64> lower;
  if (expected.empty() || expected.size() != received.size() || expected.size() > lower.size()) return false;
  if (CRYPTO_memcmp(expected.data(), received.data(), expected.size()) == 0) return true;
  for (std::size_t i = 0; i < received.size(); ++i) lower[i] = ascii_lower(received[i]);
  return CRYPTO_memcmp(expected.data(), lower.data(), expected.size()) == 0;
}

Credentials answer_challenge(const Challenge& challenge, std::string_view user, std::string_view ha1,
                             const RequestFacts& request, std::string_view cnonce, std::uint32_t nc) {
  Credentials out;
  out.userhash = challenge.userhash;
  out.username = challenge.userhash ? Hasher().hash(challenge.algorithm, user, challenge.realm).text() : user;
  out.realm = challenge.realm;
  out.nonce = challenge.nonce;
  out.opaque = challenge.opaque;
  out.uri = request.uri;
  out.algorithm = challenge.algorithm;
  // Of both, auth: what stands between may touch bodies.
  out.qop = challenge.qop_auth ? Qop::Auth : challenge.qop_auth_int ? Qop::AuthInt : Qop::None;
  if (out.qop != Qop::None || is_session(out.algorithm)) out.cnonce = cnonce;
  if (out.qop != Qop::None) out.nc = nc;
  out.response = response_of(out, ha1, request.method, request.body);
  return out;
}

bool verify(const Credentials& credentials, std::string_view ha1, std::string_view method, std::string_view body) {
  return same_digest(response_of(credentials, ha1, method, body), credentials.response);
}

}  // namespace offhook::sip
