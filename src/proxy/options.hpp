// OPTIONS to the proxy itself. RFC 3261 §11.2.
#pragma once
#include "answers.hpp"

namespace offhook::proxy {

// All that we answer or relay.
inline constexpr std::string_view kAllow =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, SUBSCRIBE, NOTIFY, PUBLISH, INFO, REFER, MESSAGE, UPDATE";

// What we can do: the methods that we answer or relay, and the extensions.
[[nodiscard]] Reply options_reply();

}  // namespace offhook::proxy
