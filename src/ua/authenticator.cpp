#include "authenticator.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "sip/params.hpp"

namespace offhook::ua {
namespace {

using sip::HeaderId;

// A server that calls every nonce stale would keep us busy for ever.
constexpr std::ptrdiff_t kMaxAnswersPerRealm = 3;

std::string_view auth_user(const Account& account) {
  return account.auth_user.empty() ? account.user : account.auth_user;
}

// As it stands in Sent::answered_realms.
std::string name_of(bool proxy, std::string_view realm) { return (proxy ? "p " : "w ") + std::string(realm); }

// Is `proof` what a server with our HA1 says to these credentials? §3.5
bool is_proof(std::string_view proof, const sip::DigestResponse& sent, std::string_view ha1, std::string_view body) {
  sip::Hasher hasher;
  std::string key(ha1);
  if (sip::is_session(sent.algorithm))
    key = sip::session_key(hasher, sent.algorithm, ha1, sip::unescape_quoted(sent.text.nonce),
                           sip::unescape_quoted(sent.text.cnonce))
              .text();
  const sip::HexDigest expected = sip::response_digest(hasher, sent, key, {}, body);
  return sip::same_digest(expected.view(), proof);
}

}  // namespace

std::optional<sip::Message> Authenticator::answer(const Account& account, Random& random, Sent& sent,
                                                  const sip::Message& response, std::uint32_t cseq) {
  if (account.password.empty() || !learn(account, sent, response)) return std::nullopt;
  sip::Edit edit(sent.request);
  edit.set(HeaderId::CSeq, std::to_string(cseq) + ' ' + std::string(sent.request.method_text()));
  edit.remove(HeaderId::Authorization).remove(HeaderId::ProxyAuthorization);
  add_credentials(account, random, sent.request, edit);
  return edit.apply();
}

sip::Message Authenticator::sign(const Account& account, Random& random, sip::Message request) {
  if (realms_.empty()) return request;
  sip::Edit edit(request);
  add_credentials(account, random, request, edit);
  return edit.apply();
}

void Authenticator::add_credentials(const Account& account, Random& random, const sip::Message& request,
                                    sip::Edit& edit) {
  const sip::RequestFacts facts{request.method_text(), request.request_uri(), request.body()};
  for (Realm& realm : realms_) {
    if (realm.cnonce.empty() || !sip::is_session(realm.challenge.algorithm)) realm.cnonce = random.token(16);
    const auto credentials =
        sip::answer_challenge(realm.challenge, auth_user(account), realm.ha1, facts, realm.cnonce, ++realm.uses);
    edit.append(realm.proxy ? HeaderId::ProxyAuthorization : HeaderId::Authorization, credentials.text());
  }
}

// True when at least one challenge can be answered and none of them came twice.
bool Authenticator::learn(const Account& account, Sent& sent, const sip::Message& response) {
  // Several challenges of one realm are one question in several algorithms, the best first (RFC 8760 §2.4).
  std::vector<std::string> seen;
  bool usable = false;
  for (std::size_t i = 0; i < response.header_count(); ++i) {
    const auto field = response.header(i);
    const bool proxy = field.id == HeaderId::ProxyAuthenticate;
    if (!proxy && field.id != HeaderId::WwwAuthenticate) continue;
    for (sip::Challenge& challenge : sip::Challenge::parse_all(field.value)) {
      std::string name = name_of(proxy, challenge.realm);
      if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
      seen.push_back(std::move(name));
      if (!learn_one(account, sent, proxy, std::move(challenge))) return false;
      usable = true;
    }
  }
  return usable;
}

Authenticator::Realm* Authenticator::find(bool proxy, std::string_view realm) {
  const auto it = std::find_if(realms_.begin(), realms_.end(), [&](const Realm& known) {
    return known.proxy == proxy && known.challenge.realm == realm;
  });
  return it == realms_.end() ? nullptr : &*it;
}

bool Authenticator::learn_one(const Account& account, Sent& sent, bool proxy, sip::Challenge challenge) {
  std::string name = name_of(proxy, challenge.realm);
  const auto answered = std::count(sent.answered_realms.begin(), sent.answered_realms.end(), name);
  if (answered >= kMaxAnswersPerRealm || (answered > 0 && !challenge.stale)) {
    std::erase_if(realms_, [&](const Realm& r) { return r.proxy == proxy && r.challenge.realm == challenge.realm; });
    return false;
  }
  sent.answered_realms.push_back(std::move(name));
  Realm* realm = find(proxy, challenge.realm);
  if (realm == nullptr) realm = &realms_.emplace_back(Realm{proxy, {}, {}, 0, {}});
  if (realm->challenge.nonce != challenge.nonce) realm->uses = 0, realm->cnonce.clear();
  if (realm->ha1.empty() || realm->challenge.algorithm != challenge.algorithm)
    realm->ha1 = sip::ha1(challenge.algorithm, auth_user(account), challenge.realm, account.password);
  realm->challenge = std::move(challenge);
  return true;
}

bool Authenticator::take_information(const sip::Message& request, const sip::Message& response) {
  for (std::size_t i = 0; i < response.header_count(); ++i) {
    const auto field = response.header(i);
    const bool proxy = field.id == HeaderId::Other && iequals(field.name, "Proxy-Authentication-Info");
    if (!proxy && field.id != HeaderId::AuthenticationInfo) continue;
    const auto info = sip::AuthenticationInfo::parse(field.value);
    if (info && !take_information(proxy, *info, request, response.body())) return false;
  }
  return true;
}

// It names no realm: it belongs to the credentials whose cnonce it repeats, or to the only ones there are.
bool Authenticator::take_information(bool proxy, const sip::AuthenticationInfo& info, const sip::Message& request,
                                     std::string_view body) {
  const HeaderId kind = proxy ? HeaderId::ProxyAuthorization : HeaderId::Authorization;
  const bool only = request.count(kind) == 1;
  for (const std::string_view field : request.values(kind)) {
    const auto view = sip::CredentialsView::parse(field);
    const auto sent = view ? sip::DigestResponse::read(*view) : tl::unexpected(view.error());
    if (!sent || (info.cnonce.data() == nullptr ? !only : info.cnonce != view->cnonce)) continue;
    Realm* realm = find(proxy, sip::unescape_quoted(view->realm));
    if (realm == nullptr) continue;
    if (info.rspauth.data() != nullptr && !is_proof(info.rspauth, *sent, realm->ha1, body)) return false;
    // The key of a -sess session would outlive its nonce, and servers differ in whether it does: such a session ends
    // with the next challenge.
    if (info.nextnonce.empty() || sip::is_session(realm->challenge.algorithm)) return true;
    realm->challenge.nonce = sip::unescape_quoted(info.nextnonce);
    realm->uses = 0;
    return true;
  }
  return true;
}

}  // namespace offhook::ua
