// Digest, the server's side. RFC 3261 §22, RFC 7616, RFC 8760: stateless nonces with an age limit, a replay window for
// their counts, one challenge for each algorithm in the order of the configuration.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "answers.hpp"
#include "auth/replay_window.hpp"
#include "base/random.hpp"
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
    Missing,   // no credentials for our realm
    Stale,     // right password, but the nonce is too old, not of this run, or its count was used: try again without
               // asking the user
    Rejected,  // unknown user, wrong password
  };
  struct Outcome {
    Verdict verdict = Verdict::Missing;
    const User* user = nullptr;  // when accepted
  };

  Authenticator(std::string realm, std::vector<User> users, std::vector<sip::DigestAlgorithm> algorithms,
                Random& random);

  // The digest-uri is hashed but not compared with the Request-URI: clients write the server's address there, and what
  // lies between may have changed the Request-URI. Method, nonce and count bind the credentials to one request.
  [[nodiscard]] Outcome check(TimePoint now, const sip::Message& request, Realm where);
  // 401 or 407 with a fresh nonce.
  [[nodiscard]] Reply challenge(TimePoint now, Realm where, bool stale);

  [[nodiscard]] const User* find(std::string_view name) const;
  [[nodiscard]] const std::string& realm() const { return realm_; }

 private:
  [[nodiscard]] Outcome judge(TimePoint now, const sip::Credentials& credentials, std::string_view method);
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
  };
  std::string realm_;
  std::unordered_map<std::string, User, Hash, std::equal_to<>> users_;
  std::vector<sip::DigestAlgorithm> algorithms_;
  Random* random_;
  sip::NonceMaker nonces_;
  ReplayWindow replays_;
};

}  // namespace offhook::proxy
