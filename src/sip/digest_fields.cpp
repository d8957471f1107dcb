// Challenges and credentials as values of their own: out of the views, and as text. RFC 3261 §25.1, RFC 7616 §3.3,
// §3.4.
#include "sip/digest.hpp"
#include "sip/header/challenge.hpp"
#include "sip/message.hpp"
#include "sip/params.hpp"

#include "base/ascii.hpp"

namespace offhook::sip {
namespace {

Result<Challenge> challenge_of(const ChallengeView& view) {
  Challenge out;
  if (view.algorithm.data() != nullptr) {
    const auto algorithm = digest_algorithm(view.algorithm);
    if (!algorithm) return fail(Module::Sip, "unknown digest algorithm");
    out.algorithm = *algorithm;
  }
  if (view.realm.data() == nullptr || view.nonce.empty()) return fail(Module::Sip, "challenge without realm or nonce");
  CommaSplitter options(view.qop);
  while (const auto option = options.next()) {
    out.qop_auth = out.qop_auth || iequals(*option, "auth");
    out.qop_auth_int = out.qop_auth_int || iequals(*option, "auth-int");
  }
  if (!view.qop.empty() && !out.qop_auth && !out.qop_auth_int)
    return fail(Module::Sip, "challenge does not offer a qop that we know");
  out.realm = unescape_quoted(view.realm);
  out.nonce = unescape_quoted(view.nonce);
  out.opaque = unescape_quoted(view.opaque);
  out.domain = unescape_quoted(view.domain);
  out.stale = iequals(view.stale, "true");
  out.userhash = iequals(view.userhash, "true");
  out.utf8 = iequals(view.charset, "UTF-8");
  return out;
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

Result<Challenge> Challenge::parse(std::string_view value) {
  return ChallengeView::parse(value).and_then(challenge_of);
}

std::vector<Challenge> Challenge::parse_all(std::string_view value) {
  std::vector<Challenge> out;
  ChallengeSplitter challenges(value);
  while (const auto view = challenges.next())
    if (auto challenge = challenge_of(*view)) out.push_back(std::move(*challenge));
  return out;
}

std::string Challenge::text() const {
  std::string out;
  put(out, "realm", realm, true);
  if (!domain.empty()) put(out, "domain", domain, true);
  put(out, "nonce", nonce, true);
  if (!opaque.empty()) put(out, "opaque", opaque, true);
  put(out, "algorithm", algorithm_name(algorithm), false);
  if (qop_auth || qop_auth_int) put(out, "qop", !qop_auth ? "auth-int" : qop_auth_int ? "auth,auth-int" : "auth", true);
  if (stale) put(out, "stale", "true", false);
  if (utf8) put(out, "charset", "UTF-8", false);
  if (userhash) put(out, "userhash", "true", false);
  return out;
}

Result<Credentials> Credentials::parse(std::string_view value) {
  const auto view = CredentialsView::parse(value);
  if (!view) return tl::unexpected(view.error());
  const auto read = DigestResponse::read(*view);
  if (!read) return tl::unexpected(read.error());
  Credentials out;
  out.username = read->username();
  out.realm = unescape_quoted(view->realm);
  out.nonce = unescape_quoted(view->nonce);
  out.uri = unescape_quoted(view->uri);
  out.response = to_lower(unescape_quoted(view->response));
  out.opaque = unescape_quoted(view->opaque);
  out.cnonce = unescape_quoted(view->cnonce);
  out.algorithm = read->algorithm;
  if (read->qop != Qop::None) out.nc = read->nc;
  out.qop = read->qop;
  out.userhash = read->userhash;
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
  if (!cnonce.empty()) put(out, "cnonce", cnonce, true);
  if (qop != Qop::None) {
    put(out, "qop", qop == Qop::AuthInt ? "auth-int" : "auth", false);
    put(out, "nc", nonce_count_text(nc.value_or(0)), false);
  }
  if (userhash) put(out, "userhash", "true", false);
  return out;
}

}  // namespace offhook::sip
