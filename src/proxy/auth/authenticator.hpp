// Digest, the server's side. RFC 3261 §22, RFC 7616, RFC 8760: stateless nonces with an age limit, a replay window for
// their counts, one challenge for each algorithm in the order of the configuration.
//
// What an answer must not tell: every challenge lists the algorithms of the configuration, whichever of them a user has
// an HA1 for, and credentials of a user who is not there are hashed like anybody's, against an HA1 of nobody.
//
// A nonce is bound to this run of this engine, its realm, its time and the address that it was sent to (of IPv6 the
// /64): whoever uses it has read our answer there, so that a forged sender address gets nobody banned. Sent from
// elsewhere, for phones move, it is stale, as any nonce is that is not ours; the password is not looked at, and nobody
// learns whether it was right. So it is at the other nodes of a cluster and the other shards of a process: only who
// made it knows which of its counts were used, and what was used once is good nowhere again, nor after a restart. Its
// count binds credentials to one request, the hash to that request's method and digest-uri (and body, with auth-int).
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answers.hpp"
#include "auth/replay_window.hpp"
#include "auth/users.hpp"
#include "base/random.hpp"
#include "names.hpp"
#include "proxy/core.hpp"
#include "sip/digest.hpp"
#include "sip/message.hpp"

namespace offhook::proxy {

// Where the exchange takes place: registrar (401, Authorization) or proxy (407, Proxy-Authorization). §22.2, §22.3.
enum class Realm : std::uint8_t { Registrar, Proxy };

class Authenticator {
 public:
  enum class Verdict : std::uint8_t {
    Accepted,
    Missing,    // no credentials for our realm
    Stale,      // a nonce that was not made for the sender in this run; or the right password, but the nonce is too old
                // or its count was used: try again without asking the user
    Rejected,   // unknown user, wrong password
    Malformed,  // 400: a parameter is missing or wrong, or the digest-uri names something that is not ours
  };
  struct Outcome {
    Verdict verdict = Verdict::Missing;
    const User* user = nullptr;  // when accepted
    bool informs = false;        // the 2xx has something to say: information()
  };

  // `names` must outlive it, as must `random`.
  Authenticator(const Config& config, const Names& names, Random& random);
  // Other users and settings. Nonces that are out stay good, but not for longer than they were meant to be.
  void reconfigure(const Config& config);

  // `flow`: that the request came over.
  [[nodiscard]] Outcome check(TimePoint now, const sip::Message& request, const transport::Flow& flow, Realm where);
  // 401 or 407 with a fresh nonce for who sent the request over `flow`.
  [[nodiscard]] Reply challenge(TimePoint now, const transport::Flow& flow, Realm where, bool stale);
  // Authentication-Info (of a proxy: Proxy-Authentication-Info) for the 2xx, with that body, to a request that was
  // accepted: the proof that we know the password too (rspauth), and the next nonce. "" when there is nothing to say.
  // information.cpp.
  [[nodiscard]] std::string information(TimePoint now, const sip::Message& request, Realm where,
                                        std::string_view body = {});

  [[nodiscard]] const User* find(std::string_view name) const { return users_.find(name); }
  [[nodiscard]] Users& users() { return users_; }
  [[nodiscard]] const std::string& realm() const { return realm_; }
  [[nodiscard]] bool is_ours(const sip::CredentialsView& credentials) const;

 private:
  struct Offer {
    sip::DigestAlgorithm algorithm;
    std::string text;  // the challenge with room for a nonce
    std::size_t nonce_at;
  };
  void take(const Config& config);
  [[nodiscard]] Offer offer(sip::DigestAlgorithm algorithm, const Config& config) const;
  [[nodiscard]] bool is_offered(sip::DigestAlgorithm algorithm) const;
  [[nodiscard]] Outcome judge(TimePoint now, const sip::DigestResponse& credentials, const sip::Message& request,
                              const transport::Flow& flow);
  [[nodiscard]] bool is_right(const sip::DigestResponse& credentials, std::string_view ha1, const sip::Message& request,
                              const std::optional<sip::NonceMaker::Nonce>& nonce);
  [[nodiscard]] bool is_about_us(const sip::DigestResponse& credentials, const sip::Message& request,
                                 const Endpoint& local) const;
  [[nodiscard]] std::string information(TimePoint now, const sip::DigestResponse& credentials, std::string_view body);
  [[nodiscard]] bool renews(TimePoint now, const sip::DigestResponse& credentials,
                            const sip::NonceMaker::Nonce& nonce) const;
  // The low bits of a salt tell whom its nonce is for.
  [[nodiscard]] std::uint64_t mark_of(const IpAddress& source) const;
  [[nodiscard]] std::string fresh_nonce(TimePoint now, std::uint64_t mark) {
    return nonces_.make(stamp(now), (random_->next() & ~kMark) | mark);
  }
  [[nodiscard]] static seconds age_of(TimePoint now, const sip::NonceMaker::Nonce& nonce);
  [[nodiscard]] static std::uint64_t stamp(TimePoint now);

  static constexpr std::uint64_t kMark = 0xffff;

  std::string realm_, realm_quoted_;  // the latter as it stands between quotes
  bool only_integrity_ = false;       // nothing but auth-int is offered
  seconds lifetime_;
  const Names* names_;
  Random* random_;
  std::uint64_t mark_secret_;
  Users users_;
  std::vector<Offer> offers_;
  std::array<std::string, sip::kDigestHashes> nobody_;  // HA1 of a user who does not exist
  sip::NonceMaker nonces_;
  ReplayWindow replays_;
  sip::Hasher hasher_;
};

}  // namespace offhook::proxy
