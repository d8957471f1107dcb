// Connectivity checks of ICE (RFC 8445 §7) as agents answer them, lite and full: Binding requests with short-term
// credentials (RFC 8489 §9.1), judged and answered without state.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "stun/message.hpp"

namespace offhook::stun {

enum CheckAttribute : std::uint16_t {
  kUsername = 0x0006,
  kMessageIntegrity = 0x0008,
  kPriority = 0x0024,
  kUseCandidate = 0x0025,
  kIceControlled = 0x8029,
  kIceControlling = 0x802a,
};

// Adds MESSAGE-INTEGRITY (HMAC-SHA1) over what stands in `message`, a header with attributes.
void put_integrity(std::string& message, std::string_view password);
// False also where there is none.
[[nodiscard]] bool integrity_is_right(std::string_view datagram, const Message& message, std::string_view password);
// The message without what stands behind its MESSAGE-INTEGRITY: anybody may have put that there (RFC 8489 §14.5).
[[nodiscard]] Message without_unprotected(Message message);

inline constexpr int kRoleConflict = 487;
// Of an error response; 0 where it names none.
[[nodiscard]] int error_code(const Message& response);

// What a full agent is at the moment (RFC 8445 §7.3.1.1).
struct CheckRole {
  bool controlling = false;
  std::uint64_t tie_breaker = 0;
};

struct CheckAnswer {
  std::string bytes;           // to where the check came from
  bool good = false;           // it knew the password: the source is the peer
  bool nominates = false;      // and it shall be the address from now on
  bool switches_role = false;  // a full agent gives in: the other role is ours from now on
  std::uint32_t priority = 0;  // that the peer gives to the candidate
  std::string peer{};          // what it calls itself: several branches of a forked call know our name
};
// `username` of a good one is `local_ufrag`, ":", and what the other agent calls itself. The answer: success with
// XOR-MAPPED-ADDRESS; 400, 401, 420, or 487 to an agent that thinks it is the controlled one, which a lite one always
// is; of two full ones the larger tie-breaker keeps its role. Nothing for anything but a Binding request with its right
// fingerprint.
[[nodiscard]] std::optional<CheckAnswer> answer_check(std::string_view datagram, const Endpoint& source,
                                                      std::string_view local_ufrag, std::string_view local_password,
                                                      std::optional<CheckRole> full = std::nullopt);

// A check of our own, for a full agent or a test: `username` is "theirs:ours".
struct CheckRequest {
  TransactionId id{};
  std::string username, password;  // the password of who is asked
  std::uint32_t priority = 0;
  bool use_candidate = false;
  bool controlling = true;
  std::uint64_t tie_breaker = 0;
};
[[nodiscard]] std::string check_request(const CheckRequest& request);

}  // namespace offhook::stun
