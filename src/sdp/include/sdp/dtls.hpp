// What a description says of a DTLS association: a=fingerprint (RFC 8122), a=setup and a=connection (RFC 4145), their
// use for SRTP (RFC 5763).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sdp/inline_list.hpp"

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

// a=connection: true for "new", false for "existing".
[[nodiscard]] std::optional<bool> parse_new_connection(std::string_view value);

}  // namespace offhook::sdp
