// How messages find their transactions: RFC 3261 §17.1.3 (responses), §17.2.3 (requests), §9.2 (CANCEL). A key is text
// for a hash table. Peers without the magic cookie have no key: old_peers.hpp.
#pragma once
#include <string>
#include <string_view>

#include "sip/header/via.hpp"
#include "sip/message.hpp"
#include "transport/layer.hpp"

namespace offhook::transaction {

// Branch of the top Via and method of CSeq.
[[nodiscard]] std::string client_key(std::string_view branch, std::string_view method);
// That of a response with that top Via; "" when it has no branch or no CSeq.
[[nodiscard]] std::string client_key(const sip::Via& top, const sip::Message& response);

// The top Via, read now when nobody has read it yet; null when it does not parse.
[[nodiscard]] const sip::Via* top_via(transport::Incoming& incoming);

// True when the branch begins with the magic cookie: it alone then identifies, with sent-by and method. Otherwise the
// peer speaks RFC 2543.
[[nodiscard]] bool has_cookie(const sip::Via& via);

// The key of the server transaction that a request of `method` with that top Via would have. For an ACK or a CANCEL
// that looks for its INVITE pass "INVITE".
[[nodiscard]] std::string server_key(const sip::Via& top, std::string_view method);

}  // namespace offhook::transaction
