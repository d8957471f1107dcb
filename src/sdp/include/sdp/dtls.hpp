// What a description says of a DTLS association: a=fingerprint (RFC 8122), a=setup and a=connection (RFC 4145),
// a=tls-id (RFC 8842), their use for SRTP (RFC 5763).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sdp/inline_list.hpp"
#include "sdp/session_description.hpp"

namespace offhook::sdp {

// a=fingerprint:<hash> <byte>:<byte>…
struct Fingerprint {
  std::string_view hash;  // "sha-256", compared without regard to case
  InlineList<std::uint8_t, 64> bytes;
  // The number of bytes must be that of the hash where we know it.
  [[nodiscard]] static Result<Fingerprint> parse(std::string_view value, std::size_t offset = 0);
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool matches(const Fingerprint& other) const;
};

enum class Setup : std::uint8_t { Active, Passive, ActPass, HoldConn };
[[nodiscard]] std::optional<Setup> parse_setup(std::string_view value);
[[nodiscard]] std::string_view setup_text(Setup setup);
// What to answer to an offered one (RFC 4145 §4.1; RFC 5763 §5 prefers to be active).
[[nodiscard]] Setup answer_setup(Setup offered);

// A fingerprint that outlives its description: what a certificate must hash to.
struct CertificateDigest {
  std::string hash;  // "sha-256", in lower case
  std::vector<std::uint8_t> bytes;
  friend bool operator==(const CertificateDigest&, const CertificateDigest&) = default;
};

// The peer's end of an association, as its description has it.
struct RemoteDtls {
  Setup setup = Setup::Active;
  // Those of the best hash that it names (RFC 8122 §5): its certificate has one of them. Never empty.
  std::vector<CertificateDigest> digests;
  std::string tls_id;  // empty: not said
};
// Media level before session level; `absent` is what no a=setup means (RFC 4145 §4). Nothing without a fingerprint; an
// Error when none of them is well formed and of a hash that counts (SHA-1 and up), or a line says what it may not.
[[nodiscard]] Result<std::optional<RemoteDtls>> read_dtls(const SessionDescription& description, const Media& m,
                                                          Setup absent);
// RFC 8842 §4: 20 to 255 letters, digits, "+", "/", "-", "_".
[[nodiscard]] bool is_tls_id(std::string_view value);

// What both sides agreed on of an association. Another value is another association, with keys of its own (RFC 8842
// §3.1).
struct DtlsTerms {
  Setup role = Setup::Passive;  // ours: Active sends the ClientHello; HoldConn: no media for now
  std::vector<CertificateDigest> remote;
  std::string local_id, remote_id;  // a=tls-id; empty: not said
  friend bool operator==(const DtlsTerms&, const DtlsTerms&) = default;
};

// a=connection: true for "new", false for "existing".
[[nodiscard]] std::optional<bool> parse_new_connection(std::string_view value);

}  // namespace offhook::sdp
