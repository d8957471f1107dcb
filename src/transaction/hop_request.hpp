// The two requests that an INVITE client transaction makes by itself, for the next hop only.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sip/message.hpp"

namespace offhook::transaction {

// The ACK to a 3xx-6xx (§17.1.1.3). `invite` is the request as sent.
[[nodiscard]] sip::Message make_ack(const sip::Message& invite, const sip::Message& response);
// The CANCEL (§9.1); `reason` is the value of a Reason header field (RFC 3326) or "".
[[nodiscard]] sip::Message make_cancel(const sip::Message& invite, std::string_view reason);
// Our own message, indexed again, whose body has lost its last `cut` octets (spaces stand in for them); nothing when it
// is none (it always is one).
[[nodiscard]] std::optional<sip::Message> reread(std::string bytes, std::size_t cut = 0);

}  // namespace offhook::transaction
