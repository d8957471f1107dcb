#include "auth/authenticator.hpp"

#include <algorithm>
#include <cstring>

#include "sip/header/authentication_info.hpp"
#include "sip/params.hpp"

namespace offhook::proxy {
namespace {

using sip::DigestAlgorithm;
using sip::HeaderId;

constexpr std::size_t kSecretLength = 32;
HeaderId field_of(Realm where) {
  return where == Realm::Registrar ? HeaderId::Authorization : HeaderId::ProxyAuthorization;
}

}  // namespace

seconds Authenticator::age_of(TimePoint now, const sip::NonceMaker::Nonce& nonce) {
  return seconds(static_cast<std::int64_t>(stamp(now) - nonce.at));
}

std::uint64_t Authenticator::stamp(TimePoint now) {
  return static_cast<std::uint64_t>(std::chrono::floor<seconds>(now.time_since_epoch()).count());
}

// An entry of the replay window outlives its nonce, whose age is counted in whole seconds: one more.
Authenticator::Authenticator(const Config& config, const Names& names, Random& random)
    : lifetime_(config.nonce_lifetime),
      names_(&names),
      random_(&random),
      mark_secret_(random.next()),
      users_(config.users, config.realm, config.digest, config.userhash),
      nonces_(random.token(kSecretLength)),
      replays_(config.nonce_lifetime + seconds(1)) {
  take(config);
}

void Authenticator::reconfigure(const Config& config) {
  Users users(config.users, config.realm, config.digest, config.userhash);
  users.adopt_stored(std::move(users_));
  users_ = std::move(users);
  // Its entry in the replay window may be gone when a nonce is given more time than it had.
  if (config.nonce_lifetime > lifetime_) nonces_ = sip::NonceMaker(random_->token(kSecretLength));
  lifetime_ = config.nonce_lifetime;
  replays_.set_keep(lifetime_ + seconds(1));
  take(config);
}

void Authenticator::take(const Config& config) {
  realm_ = config.realm;
  realm_quoted_ = sip::quote(realm_);
  realm_quoted_ = realm_quoted_.substr(1, realm_quoted_.size() - 2);
  only_integrity_ = config.qop == std::vector{sip::Qop::AuthInt};
  offers_.clear();
  for (const DigestAlgorithm algorithm : config.digest)
    if (!is_offered(algorithm)) offers_.push_back(offer(algorithm, config));
  for (const Offer& offered : offers_)
    nobody_.at(sip::hash_index(offered.algorithm)) =
        hasher_.hash(offered.algorithm, random_->token(kSecretLength)).text();
}

Authenticator::Offer Authenticator::offer(DigestAlgorithm algorithm, const Config& config) const {
  sip::Challenge challenge;
  challenge.realm = realm_;
  challenge.nonce = std::string(sip::NonceMaker::kLength, '*');
  challenge.algorithm = algorithm;
  challenge.qop_auth = !only_integrity_;
  challenge.qop_auth_int = std::ranges::find(config.qop, sip::Qop::AuthInt) != config.qop.end();
  challenge.userhash = config.userhash;
  challenge.utf8 = true;
  Offer out{algorithm, challenge.text(), 0};
  out.nonce_at = out.text.rfind(challenge.nonce);
  return out;
}

bool Authenticator::is_offered(DigestAlgorithm algorithm) const {
  return std::ranges::find(offers_, algorithm, &Offer::algorithm) != offers_.end();
}

bool Authenticator::is_ours(const sip::CredentialsView& credentials) const {
  return credentials.realm.data() != nullptr && credentials.realm == realm_quoted_;
}

// Several credentials may stand there, one a realm (§22.3): ours count, the first that is accepted decides.
Authenticator::Outcome Authenticator::check(TimePoint now, const sip::Message& request, const transport::Flow& flow,
                                            Realm where) {
  Outcome outcome;
  if (!request.find(field_of(where))) return outcome;
  for (std::size_t i = 0; i < request.header_count(); ++i) {
    const auto header = request.header(i);
    if (header.id != field_of(where)) continue;
    const auto view = sip::CredentialsView::parse(header.value);
    if (!view || !is_ours(*view)) continue;
    // Nothing was asked yet, and the client says so (RFC 8760 §2.7).
    if (view->response.data() != nullptr && view->response.empty()) continue;
    const auto credentials = sip::DigestResponse::read(*view);
    outcome = credentials ? judge(now, *credentials, request, flow) : Outcome{Verdict::Malformed};
    if (outcome.verdict == Verdict::Accepted) break;
  }
  return outcome;
}

Authenticator::Outcome Authenticator::judge(TimePoint now, const sip::DigestResponse& credentials,
                                            const sip::Message& request, const transport::Flow& flow) {
  // What was not offered is not accepted: nobody may fall back to the weaker one (RFC 8760 §3).
  if (!is_offered(credentials.algorithm) || (only_integrity_ && credentials.qop != sip::Qop::AuthInt))
    return {Verdict::Rejected};
  const std::size_t hash = sip::hash_index(credentials.algorithm);
  const User* user = users_.find(credentials);
  const bool known = user != nullptr && !user->ha1.at(hash).empty();
  const auto nonce = nonces_.check(credentials.text.nonce);
  if (!nonce || (nonce->salt & kMark) != mark_of(flow.remote.address)) return {Verdict::Stale};
  const bool right = is_right(credentials, known ? user->ha1.at(hash) : nobody_.at(hash), request, nonce);
  if (!known || !right) return {Verdict::Rejected};
  // Only now, for the rest is said to those who know the password (RFC 7616 §3.3).
  if (!is_about_us(credentials, request, flow.local)) return {Verdict::Malformed};
  if (age_of(now, *nonce) > lifetime_) return {Verdict::Stale};
  // Without qop there is no count: such a nonce is good once.
  if (!replays_.accept(now, nonce->salt, credentials.qop == sip::Qop::None ? 1 : credentials.nc))
    return {Verdict::Stale};
  if (sip::is_session(credentials.algorithm))
    replays_.keep_cnonce(nonce->salt, sip::unescape_quoted(credentials.text.cnonce));
  return {Verdict::Accepted, user, credentials.qop == sip::Qop::AuthInt || renews(now, credentials, *nonce)};
}

// A -sess session is begun by the cnonce that came first with its nonce. Most clients keep that one; those that draw a
// new one for each request hash their HA1 either with the first or with the new one.
bool Authenticator::is_right(const sip::DigestResponse& credentials, std::string_view ha1, const sip::Message& request,
                             const std::optional<sip::NonceMaker::Nonce>& nonce) {
  const auto fits = [&](std::string_view key) {
    const auto expected = sip::response_digest(hasher_, credentials, key, request.method_text(), request.body());
    return sip::same_digest(expected.view(), credentials.text.response);
  };
  if (!sip::is_session(credentials.algorithm)) return fits(ha1);
  const std::string given = sip::unescape_quoted(credentials.text.cnonce);
  const std::string* first = nonce ? replays_.first_cnonce(nonce->salt) : nullptr;
  const auto key_with = [&](const std::string& cnonce) {
    return sip::session_key(hasher_, credentials.algorithm, ha1, sip::unescape_quoted(credentials.text.nonce), cnonce)
        .text();
  };
  return fits(key_with(given)) || (first != nullptr && *first != given && fits(key_with(*first)));
}

// RFC 8760 §2.6: the digest-uri is the Request-URI, or what that was before somebody on the way changed it, as long as
// we serve it. Some clients write the server's address there.
bool Authenticator::is_about_us(const sip::DigestResponse& credentials, const sip::Message& request,
                                const Endpoint& local) const {
  if (credentials.text.uri == request.request_uri()) return true;
  const std::string text = sip::unescape_quoted(credentials.text.uri);
  const auto digest_uri = sip::Uri::parse(text), request_uri = sip::Uri::parse(request.request_uri());
  return digest_uri && (names_->is_us(*digest_uri, local) || (request_uri && sip::equal(*digest_uri, *request_uri)));
}

std::uint64_t Authenticator::mark_of(const IpAddress& source) const {
  std::uint64_t head = 0;  // a /64, or an IPv4 address
  std::memcpy(&head, source.bytes().data(), source.is_v6() ? sizeof head : sizeof(std::uint32_t));
  std::uint64_t x = (head ^ mark_secret_) * 0x9e3779b97f4a7c15ULL;
  x = (x ^ x >> 32) + mark_secret_;
  x *= 0xd6e8feb86659fd93ULL;
  return x >> 48;
}

Reply Authenticator::challenge(TimePoint now, const transport::Flow& flow, Realm where, bool stale) {
  const bool registrar = where == Realm::Registrar;
  Reply reply{registrar ? 401 : 407};
  const std::string nonce = fresh_nonce(now, mark_of(flow.remote.address));
  reply.headers.reserve(offers_.size());
  for (const Offer& offered : offers_) {
    std::string text;
    text.reserve(offered.text.size() + 12);
    text += offered.text;
    text.replace(offered.nonce_at, nonce.size(), nonce);
    if (stale) text += ", stale=true";
    reply.headers.emplace_back(registrar ? HeaderId::WwwAuthenticate : HeaderId::ProxyAuthenticate, std::move(text));
  }
  return reply;
}

}  // namespace offhook::proxy
