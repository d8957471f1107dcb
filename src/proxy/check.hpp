// What a request must satisfy before it is forwarded: RFC 3261 §16.3. Each check gives the refusal, or nothing when the
// request may go on. (Syntax is the transport layer's; loops are in loop.hpp; who may relay is decided by `policy`.)
#pragma once
#include <optional>

#include "answers.hpp"
#include "sip/message.hpp"
#include "sip/uri.hpp"

namespace offhook::proxy {

// 416: a scheme that we cannot route.
[[nodiscard]] std::optional<Reply> check_scheme(const sip::Uri& request_uri);
// 483: Max-Forwards is used up. An OPTIONS is refused as well (the RFC would let us answer it).
[[nodiscard]] std::optional<Reply> check_max_forwards(const sip::Message& request);
// 440: Max-Breadth leaves no branch at all.
[[nodiscard]] std::optional<Reply> check_max_breadth(const sip::Message& request);
// 420 with Unsupported: each option tag in `field` (Require for us as registrar, Proxy-Require as proxy) that is not
// ours.
[[nodiscard]] std::optional<Reply> check_options(const sip::Message& request, sip::HeaderId field);

// What decides whether a stranger may use us.
struct Relaying {
  bool to_us = false;      // the Request-URI is one of ours and no Route leads elsewhere
  bool in_dialog = false;  // a To tag, and it came along our Record-Route
  bool from_us = false;    // From is in our domain (and was authenticated, where we ask for that)
};
// 403: neither the caller, nor the callee, nor the dialog is ours.
[[nodiscard]] std::optional<Reply> check_relaying(const Relaying& facts);

}  // namespace offhook::proxy
