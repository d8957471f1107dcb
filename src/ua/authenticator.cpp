#include "authenticator.hpp"

#include <algorithm>

namespace offhook::ua {
namespace {

using sip::HeaderId;

// A server that calls every nonce stale would keep us busy for ever.
constexpr std::ptrdiff_t kMaxAnswersPerRealm = 3;

std::string_view auth_user(const Account& account) {
  return account.auth_user.empty() ? account.user : account.auth_user;
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
  const sip::RequestFacts facts{request.method_text(), request.request_uri()};
  for (Realm& realm : realms_) {
    const auto credentials =
        sip::answer_challenge(realm.challenge, auth_user(account), realm.ha1, facts, random.token(16), ++realm.uses);
    edit.append(realm.proxy ? HeaderId::ProxyAuthorization : HeaderId::Authorization, credentials.text());
  }
}

// True when at least one challenge can be answered and none of them came twice.
bool Authenticator::learn(const Account& account, Sent& sent, const sip::Message& response) {
  std::vector<std::string>
      seen;  // several challenges of one realm are one question in several algorithms, the best first (RFC 8760 §2.4)
  bool usable = false;
  for (std::size_t i = 0; i < response.header_count(); ++i) {
    const auto field = response.header(i);
    const bool proxy = field.id == HeaderId::ProxyAuthenticate;
    if (!proxy && field.id != HeaderId::WwwAuthenticate) continue;
    auto challenge = sip::Challenge::parse(field.value);
    if (!challenge) continue;
    std::string name = (proxy ? "p " : "w ") + challenge->realm;
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
    seen.push_back(std::move(name));
    if (!learn_one(account, sent, proxy, std::move(*challenge))) return false;
    usable = true;
  }
  return usable;
}

bool Authenticator::learn_one(const Account& account, Sent& sent, bool proxy, sip::Challenge challenge) {
  const std::string name = (proxy ? "p " : "w ") + challenge.realm;
  const auto answered = std::count(sent.answered_realms.begin(), sent.answered_realms.end(), name);
  if (answered >= kMaxAnswersPerRealm || (answered > 0 && !challenge.stale)) return false;
  sent.answered_realms.push_back(name);
  auto it = std::find_if(realms_.begin(), realms_.end(),
                         [&](const Realm& r) { return r.proxy == proxy && r.challenge.realm == challenge.realm; });
  if (it == realms_.end()) it = realms_.insert(realms_.end(), Realm{proxy, {}, {}, 0});
  if (it->challenge.nonce != challenge.nonce) it->uses = 0;
  if (it->ha1.empty() || it->challenge.algorithm != challenge.algorithm)
    it->ha1 = sip::ha1(challenge.algorithm, auth_user(account), challenge.realm, account.password);
  it->challenge = std::move(challenge);
  return true;
}

}  // namespace offhook::ua
