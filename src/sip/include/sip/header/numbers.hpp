// Header fields that are one number: Max-Forwards, Expires, Min-Expires (RFC 3261 §20.22, §20.19, §20.23), Max-Breadth
// (RFC 5393 §5.3), Flow-Timer (RFC 5626 §12); and the seconds of Retry-After (§20.33) and Min-SE (RFC 4028 §5).
//   Max-Forwards, Max-Breadth, Flow-Timer = 1*DIGIT ;  Expires, Min-Expires = delta-seconds
#pragma once
#include <cstdint>
#include <optional>

#include "sip/message.hpp"

namespace offhook::sip {

[[nodiscard]] std::optional<std::uint32_t> max_forwards(const Message& message);  // nothing when absent or not a number
[[nodiscard]] std::optional<std::uint32_t> expires(const Message& message);
[[nodiscard]] std::optional<std::uint32_t> min_expires(const Message& message);
[[nodiscard]] std::optional<std::uint32_t> max_breadth(const Message& message);
[[nodiscard]] std::optional<std::uint32_t> flow_timer(const Message& message);
[[nodiscard]] std::optional<std::uint32_t> min_se(const Message& message);
// The seconds; retry_after.hpp has the rest.
[[nodiscard]] std::optional<std::uint32_t> retry_after(const Message& message);

}  // namespace offhook::sip
