#include "auth/authenticator.hpp"

#include <algorithm>

namespace offhook::proxy {
namespace {

using sip::DigestAlgorithm;
using sip::HeaderId;

constexpr seconds kNonceAge{300};
constexpr std::size_t kSecretLength = 32;

std::uint64_t stamp(TimePoint now) {
  return static_cast<std::uint64_t>(std::chrono::floor<seconds>(now.time_since_epoch()).count());
}

std::string_view ha1_of(const User& user, DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::Md5: return user.ha1_md5;
    case DigestAlgorithm::Sha256: return user.ha1_sha256;
    case DigestAlgorithm::Sha512_256: break;  // never offered
  }
  return {};
}

}  // namespace

User make_user(std::string_view name, std::string_view password, std::string_view realm) {
  return {std::string(name), sip::ha1(DigestAlgorithm::Md5, name, realm, password),
          sip::ha1(DigestAlgorithm::Sha256, name, realm, password)};
}

Authenticator::Authenticator(std::string realm, std::vector<User> users, std::vector<DigestAlgorithm> algorithms,
                             Random& random)
    : realm_(std::move(realm)),
      algorithms_(std::move(algorithms)),
      random_(&random),
      nonces_(random.token(kSecretLength)),
      replays_(kNonceAge) {
  for (User& user : users) {
    std::string name = user.name;
    users_.insert_or_assign(std::move(name), std::move(user));
  }
}

const User* Authenticator::find(std::string_view name) const {
  const auto found = users_.find(name);
  return found == users_.end() ? nullptr : &found->second;
}

// Several credentials may stand there, one a realm (§22.3): ours count, the first that is accepted decides.
Authenticator::Outcome Authenticator::check(TimePoint now, const sip::Message& request, Realm where) {
  const HeaderId field = where == Realm::Registrar ? HeaderId::Authorization : HeaderId::ProxyAuthorization;
  Outcome outcome;
  for (std::size_t i = 0; i < request.header_count(); ++i) {
    const auto header = request.header(i);
    if (header.id != field) continue;
    const auto credentials = sip::Credentials::parse(header.value);
    if (!credentials || credentials->realm != realm_) continue;
    outcome = judge(now, *credentials, request.method_text());
    if (outcome.verdict == Verdict::Accepted) break;
  }
  return outcome;
}

Authenticator::Outcome Authenticator::judge(TimePoint now, const sip::Credentials& credentials,
                                            std::string_view method) {
  // What was not offered is not accepted: nobody may fall back to the weaker one (RFC 8760 §2.6).
  if (std::ranges::find(algorithms_, credentials.algorithm) == algorithms_.end()) return {Verdict::Rejected};
  const User* user = find(credentials.username);
  const std::string_view ha1 = user == nullptr ? std::string_view{} : ha1_of(*user, credentials.algorithm);
  if (ha1.empty() || !sip::verify(credentials, ha1, method)) return {Verdict::Rejected};
  // Only now, for stale=true is said to those who know the password (RFC 7616 §3.3).
  const auto at = nonces_.check(credentials.nonce);
  const std::uint64_t clock = stamp(now);
  if (!at || *at > clock || clock - *at > static_cast<std::uint64_t>(kNonceAge.count())) return {Verdict::Stale};
  // Without qop there is no count: such a nonce is good once.
  if (!replays_.accept(now, credentials.nonce, credentials.nc.value_or(1))) return {Verdict::Stale};
  return {Verdict::Accepted, user};
}

Reply Authenticator::challenge(TimePoint now, Realm where, bool stale) {
  const bool registrar = where == Realm::Registrar;
  Reply reply{registrar ? 401 : 407};
  sip::Challenge challenge;
  challenge.realm = realm_;
  challenge.nonce = nonces_.make(stamp(now), random_->next());
  challenge.qop_auth = true;
  challenge.stale = stale;
  for (const DigestAlgorithm algorithm : algorithms_) {
    challenge.algorithm = algorithm;
    reply.headers.emplace_back(registrar ? HeaderId::WwwAuthenticate : HeaderId::ProxyAuthenticate, challenge.text());
  }
  return reply;
}

}  // namespace offhook::proxy
