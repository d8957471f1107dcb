// Header fields that are one number. RFC 3261 §20.14, §20.19, §20.22, §20.23, §20.33.
#pragma once
#include <cstdint>
#include <optional>

#include "sip/message.hpp"

namespace offhook::sip {

[[nodiscard]] std::optional<std::uint32_t> max_forwards(const Message& message);  // nothing when absent or not a number
[[nodiscard]] std::optional<std::uint32_t> expires(const Message& message);
[[nodiscard]] std::optional<std::uint32_t> min_expires(const Message& message);
[[nodiscard]] std::optional<std::uint32_t> retry_after(
    const Message& message);  // the seconds; comment and parameters ignored

}  // namespace offhook::sip
