// HTTP Digest for SIP, both sides. RFC 3261 §22, RFC 7616, RFC 8760. HA1 is what is stored, never the password.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

enum class DigestAlgorithm : std::uint8_t { Md5, Sha256, Sha512_256 };
[[nodiscard]] std::string_view algorithm_name(DigestAlgorithm algorithm);  // "MD5", "SHA-256", "SHA-512-256"

// Hash of `data` in lower-case hex.
[[nodiscard]] std::string hash_hex(DigestAlgorithm algorithm, std::string_view data);
// Eight hex digits, as nc= carries them.
[[nodiscard]] std::string nonce_count_text(std::uint32_t nc);
// H(user ":" realm ":" password)
[[nodiscard]] std::string ha1(DigestAlgorithm algorithm, std::string_view user, std::string_view realm,
                              std::string_view password);

// WWW-Authenticate / Proxy-Authenticate
struct Challenge {
  std::string realm, nonce, opaque;
  DigestAlgorithm algorithm = DigestAlgorithm::Md5;
  bool qop_auth = false;  // qop offers auth
  bool stale = false;
  // Errors: another scheme than Digest, unknown algorithm, no realm or nonce.
  [[nodiscard]] static Result<Challenge> parse(std::string_view value);
  [[nodiscard]] std::string text() const;  // header value
};

// Authorization / Proxy-Authorization
struct Credentials {
  std::string username, realm, nonce, uri, response, opaque, cnonce;
  DigestAlgorithm algorithm = DigestAlgorithm::Md5;
  std::optional<std::uint32_t> nc;  // with qop=auth
  bool qop_auth = false;
  [[nodiscard]] static Result<Credentials> parse(std::string_view value);
  [[nodiscard]] std::string text() const;
};

struct RequestFacts {
  std::string_view method, uri;  // the Request-URI as sent
};

// Client: credentials for one challenge; nc counts the uses of that nonce from 1.
[[nodiscard]] Credentials answer_challenge(const Challenge& challenge, std::string_view user, std::string_view ha1,
                                           const RequestFacts& request, std::string_view cnonce, std::uint32_t nc);
// Server: is `response` right for this HA1? Constant-time comparison. The nonce's own age and replay are the caller's
// to check.
[[nodiscard]] bool verify(const Credentials& credentials, std::string_view ha1, std::string_view method);

// Server: nonces that need no memory: a time stamp and its keyed hash. RFC 7616 §5.4.
class NonceMaker {
 public:
  explicit NonceMaker(std::string secret) : secret_(std::move(secret)) {}
  // `at` in seconds of the caller's choice of clock; `salt` from the Random.
  [[nodiscard]] std::string make(std::uint64_t at, std::uint64_t salt) const;
  // The time stamp of a nonce of ours; nothing for a forged one.
  [[nodiscard]] std::optional<std::uint64_t> check(std::string_view nonce) const;

 private:
  std::string secret_;
};

}  // namespace offhook::sip
