// Priority = "emergency" / "urgent" / "normal" / "non-urgent" / token. RFC 3261 §20.26.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

enum class Priority : std::uint8_t { NonUrgent, Normal, Urgent, Emergency };

// A token that is none of the four is Normal (§20.26 defines no order for others).
[[nodiscard]] Result<Priority> parse_priority(std::string_view value);

}  // namespace offhook::sip
