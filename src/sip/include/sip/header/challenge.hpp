// WWW-Authenticate and Proxy-Authenticate (RFC 3261 §20.44, §20.27) as views into the field. RFC 7616 §3.3, RFC 8760.
//
//   challenge = "Digest" LWS digest-cln *( COMMA digest-cln )
//   digest-cln = realm / domain / nonce / opaque / stale / algorithm / qop-options / charset / userhash / auth-param
//
// One field may hold several challenges, of several schemes. Values come without quotes and with their escapes; data()
// is null for what is absent.
#pragma once
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

struct ChallengeView {
  std::string_view realm, domain, nonce, opaque, stale, algorithm, qop, charset, userhash;

  // Exactly one Digest challenge. Errors: another scheme, broken text, a parameter twice, more than one.
  [[nodiscard]] static Result<ChallengeView> parse(std::string_view value);
};

// The Digest challenges of one field in their order. Other schemes and broken challenges are passed over.
class ChallengeSplitter {
 public:
  explicit ChallengeSplitter(std::string_view value) : rest_(value) {}
  [[nodiscard]] std::optional<ChallengeView> next();

 private:
  std::string_view rest_;
};

}  // namespace offhook::sip
