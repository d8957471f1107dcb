// The strict judge of a description that parse() took: order and number of its lines and the grammar of each, as RFC
// 8866 §5, §6 and §9 have them. For those who test what others send; the phone itself asks no more than parse().
#pragma once
#include "base/result.hpp"
#include "sdp/session_description.hpp"

namespace offhook::sdp {

// The first deviation, with its byte offset.
[[nodiscard]] Result<void> check_conformance(const SessionDescription& description);

// An attribute of RFC 8866 §6 or of the RFCs that this module reads, at its level; attributes that we do not know are
// good at both.
enum class Level : std::uint8_t { Session, Media };
[[nodiscard]] Result<void> check_attribute(const Attribute& attribute, Level level);

// 20, 2.5: packet times (ptime, maxptime, §6.4, §6.5) and frame rates in thousandths. Nothing for 0 and for what is no
// number.
[[nodiscard]] std::optional<std::uint64_t> parse_thousandths(std::string_view value);

}  // namespace offhook::sdp
