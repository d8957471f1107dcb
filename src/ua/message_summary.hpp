// Messages that wait, told by a server that nobody had to ask: NOTIFY of the package message-summary outside of any
// subscription, as voice mail servers send it (RFC 3842; guide account.X.subscribe_mwi = 0).
#pragma once
#include "core.hpp"
#include "transaction/layer.hpp"

namespace offhook::ua {

// Is the request one of that package?
[[nodiscard]] bool is_message_summary(const sip::Message& request);
// Answers it, and tells MessagesWaiting when it says something: 415 for another body, 400 for one that cannot be read.
// RFC 3842 §3.5: without a body it says nothing.
void take_message_summary(Core& core, Now now, AccountId account, const transaction::RequestReceived& event);

}  // namespace offhook::ua
