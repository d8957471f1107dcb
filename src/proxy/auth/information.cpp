// Authentication-Info and Proxy-Authentication-Info. RFC 7616 §3.5, RFC 7615.
//
// Said when it is of use: a nonce past half of its time gets a successor, so that a phone which refreshes in time is
// never challenged again; a nonce without count is good once, so its successor follows at once; auth-int asks for the
// proof in any case. A -sess session ends with its nonce: its key would outlive it otherwise.
#include "auth/authenticator.hpp"
#include "sip/header/authentication_info.hpp"
#include "sip/params.hpp"

namespace offhook::proxy {

std::string Authenticator::information(TimePoint now, const sip::Message& request, Realm where, std::string_view body) {
  const auto field = where == Realm::Registrar ? sip::HeaderId::Authorization : sip::HeaderId::ProxyAuthorization;
  for (std::size_t i = 0; i < request.header_count(); ++i) {
    const auto header = request.header(i);
    if (header.id != field) continue;
    const auto view = sip::CredentialsView::parse(header.value);
    if (!view || !is_ours(*view)) continue;
    const auto credentials = sip::DigestResponse::read(*view);
    if (credentials) return information(now, *credentials, body);
  }
  return {};
}

// Does that nonce get its successor?
bool Authenticator::renews(TimePoint now, const sip::DigestResponse& credentials,
                           const sip::NonceMaker::Nonce& nonce) const {
  const bool aging = age_of(now, nonce) > lifetime_ / 2;
  return !sip::is_session(credentials.algorithm) && (aging || credentials.qop == sip::Qop::None);
}

std::string Authenticator::information(TimePoint now, const sip::DigestResponse& credentials, std::string_view body) {
  const bool session = sip::is_session(credentials.algorithm);
  const auto nonce = nonces_.check(credentials.text.nonce);
  const User* user = users_.find(credentials);
  if (!nonce || user == nullptr) return {};
  const bool counted = credentials.qop != sip::Qop::None;
  const bool renew = renews(now, credentials, *nonce);
  if (!renew && credentials.qop != sip::Qop::AuthInt) return {};

  sip::AuthenticationInfo info;
  const std::string& ha1 = user->ha1.at(sip::hash_index(credentials.algorithm));
  sip::HexDigest proof;
  if (counted) {
    const std::string* first = session ? replays_.first_cnonce(nonce->salt) : nullptr;
    const std::string key =
        first == nullptr ? ha1
                         : sip::session_key(hasher_, credentials.algorithm, ha1, credentials.text.nonce, *first).text();
    proof = sip::response_digest(hasher_, credentials, key, {}, body);
    info.qop = credentials.text.qop;
    info.rspauth = proof.view();
    info.cnonce = credentials.text.cnonce;
    info.nc = credentials.text.nc;
  }
  const std::string next = renew ? fresh_nonce(now, nonce->salt & kMark) : std::string{};
  if (renew) info.nextnonce = next;
  return info.text();
}

}  // namespace offhook::proxy
