// What this user agent can do, how it says so, and what it refuses before any room looks at a request. RFC 3261
// §8.2.1-§8.2.3, §11.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core.hpp"
#include "sip/builder.hpp"
#include "sip/message.hpp"
#include "ua/allow.hpp"

namespace offhook::ua {

inline constexpr std::string_view kSipfragType = "message/sipfrag;version=2.0";

// The response that refuses a request whose method, scheme, Require or Content-Encoding we do not take, in the order of
// §8.2; nothing when it may go on.
[[nodiscard]] std::optional<sip::Message> refuse(const sip::Message& request, std::string_view to_tag);
// 415 with what we take, when the body of an INVITE or UPDATE is no SDP (§8.2.3); 406 when the answer to it would be
// SDP and its Accept has no room for that (§21.4.7).
[[nodiscard]] std::optional<sip::Message> refuse_body(const sip::Message& request, std::string_view to_tag);
// The answer to OPTIONS (§11.2), the codecs of `account` in its SDP with port 0.
[[nodiscard]] sip::Message options_answer(const Core& core, AccountId account, const sip::Message& request,
                                          std::string_view to_tag);
// Is the body of that media type? Parameters and case do not matter; a message without body has none.
[[nodiscard]] bool has_content_type(const sip::Message& message, std::string_view type);
// Does its Accept take that type? Without an Accept it takes session descriptions (§20.1); an empty one takes nothing.
[[nodiscard]] bool accepts(const sip::Message& request, std::string_view type);
// User-Agent, when the account has one.
void add_user_agent(sip::Builder& builder, const Account& account);

}  // namespace offhook::ua
