// HTTP Digest for SIP, both sides. RFC 3261 §22, RFC 7616, RFC 8760. HA1 is what is stored, never the password.
//
//   client   Challenge::parse, answer_challenge, Credentials::text
//   server   CredentialsView::parse, DigestResponse::read, verify: views all along
//   and back AuthenticationInfo (sip/header/authentication_info.hpp) with response_digest of an empty method (§3.5)
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/siphash.hpp"
#include "sip/digest_hash.hpp"
#include "sip/header/credentials.hpp"

namespace offhook::sip {

// Eight hex digits, as nc= carries them.
[[nodiscard]] std::string nonce_count_text(std::uint32_t nc);

// Quality of protection. None is the form of RFC 2069 that RFC 3261 §22.4 keeps for old peers.
enum class Qop : std::uint8_t { None, Auth, AuthInt };

// WWW-Authenticate / Proxy-Authenticate
struct Challenge {
  std::string realm, nonce, opaque;
  DigestAlgorithm algorithm = DigestAlgorithm::Md5;
  bool qop_auth = false;  // qop offers auth
  bool stale = false;
  bool qop_auth_int = false;  // qop offers auth-int
  bool userhash = false;      // the server takes H(user:realm) for the user's name
  bool utf8 = false;          // charset=UTF-8
  std::string domain = {};    // URIs of the protection space (§3.3); means nothing in Proxy-Authenticate

  // One challenge. Errors: another scheme than Digest, unknown algorithm, no realm or nonce, a qop we do not know.
  [[nodiscard]] static Result<Challenge> parse(std::string_view value);
  // The challenges of one field that can be answered, in their order: other schemes, unknown algorithms and broken ones
  // are passed over (RFC 8760 §2.4).
  [[nodiscard]] static std::vector<Challenge> parse_all(std::string_view value);
  [[nodiscard]] std::string text() const;  // header value
};

// Authorization / Proxy-Authorization as the client writes it, and as tests read it
struct Credentials {
  std::string username, realm, nonce, uri, response, opaque, cnonce;
  DigestAlgorithm algorithm = DigestAlgorithm::Md5;
  std::optional<std::uint32_t> nc;  // with qop
  Qop qop = Qop::None;
  bool userhash = false;  // `username` is H(user:realm)
  // Errors: those of CredentialsView::parse and DigestResponse::read.
  [[nodiscard]] static Result<Credentials> parse(std::string_view value);
  [[nodiscard]] std::string text() const;
};

// Credentials as the server judges them: views into the message, each parameter in its range. RFC 7616 §3.4.
struct DigestResponse {
  CredentialsView text;
  DigestAlgorithm algorithm = DigestAlgorithm::Md5;
  Qop qop = Qop::None;
  std::uint32_t nc = 0;  // with qop
  bool userhash = false;
  bool escaped = true;  // the views are contents of quoted-strings, with their escapes

  // Errors, each of which is a 400 (§3.4, last part but one): unknown algorithm or qop; no user name, realm, nonce, uri
  // or response; qop without cnonce or nc; nc that is no hex number; username and username* at once.
  [[nodiscard]] static Result<DigestResponse> read(const CredentialsView& text);
  // The name without escapes; username* decoded, "" when it is not UTF-8''….
  [[nodiscard]] std::string username() const;
};

struct RequestFacts {
  std::string_view method, uri = {};  // the Request-URI as sent
  std::string_view body = {};         // of the message; auth-int protects it
};

// H(A1) of the -sess algorithms: HA1 bound to the nonce and cnonce that began the session. §3.4.2.
[[nodiscard]] HexDigest session_key(Hasher& hasher, DigestAlgorithm algorithm, std::string_view ha1,
                                    std::string_view nonce, std::string_view cnonce);
// request-digest (§3.4.1) for H(A1) = `key`; with an empty method that of rspauth (§3.5), `body` being the response's.
[[nodiscard]] HexDigest response_digest(Hasher& hasher, const DigestResponse& response, std::string_view key,
                                        std::string_view method, std::string_view body);
// In time that depends on the lengths alone; hex in any case. False for "".
[[nodiscard]] bool same_digest(std::string_view expected, std::string_view received);

// Client: credentials for one challenge; nc counts the uses of that nonce from 1. For a -sess algorithm `cnonce` is the
// same for all uses of the nonce.
[[nodiscard]] Credentials answer_challenge(const Challenge& challenge, std::string_view user, std::string_view ha1,
                                           const RequestFacts& request, std::string_view cnonce, std::uint32_t nc);
// Server: is `response` right for this HA1? Constant-time comparison. The nonce's own age and replay are the caller's
// to check. A -sess session begins with the cnonce of these credentials.
[[nodiscard]] bool verify(const Credentials& credentials, std::string_view ha1, std::string_view method,
                          std::string_view body = {});

// Server: nonces that need no memory: a time stamp, a number, and their keyed hash. RFC 7616 §5.4.
class NonceMaker {
 public:
  struct Nonce {
    std::uint64_t at = 0, salt = 0;
    bool operator==(const Nonce&) const = default;
  };
  static constexpr std::size_t kLength = 64;  // characters of a nonce

  explicit NonceMaker(std::string_view secret);
  // `at` in seconds of the caller's choice of clock; `salt` from the Random.
  [[nodiscard]] std::string make(std::uint64_t at, std::uint64_t salt) const;
  // What a nonce of ours was made of; nothing for a forged one.
  [[nodiscard]] std::optional<Nonce> check(std::string_view nonce) const;

 private:
  [[nodiscard]] HexDigest mac(std::string_view text) const;
  SipKey key_;
};

}  // namespace offhook::sip
