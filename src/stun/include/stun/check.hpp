// Connectivity checks of ICE (RFC 8445 §7) as a lite agent answers them: Binding requests with short-term credentials
// (RFC 8489 §9.1), judged and answered without state.
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

struct CheckAnswer {
  std::string bytes;       // to where the check came from
  bool good = false;       // it knew the password: the source is the peer
  bool nominates = false;  // and it shall be the address from now on
};
// `username` of a good one is `local_ufrag`, ":", and what the other agent calls itself. The answer: success with
// XOR-MAPPED-ADDRESS; 400, 401, 420, or 487 to an agent that thinks it is the controlled one, which we always are.
// Nothing for anything but a Binding request with its right fingerprint.
[[nodiscard]] std::optional<CheckAnswer> answer_check(std::string_view datagram, const Endpoint& source,
                                                      std::string_view local_ufrag, std::string_view local_password);

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
