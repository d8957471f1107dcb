// What a server writes into the top Via of a request it has received: RFC 3261 §18.2.1 (received), RFC 3581 §4 (rport).
#pragma once
#include "sip/header/via.hpp"
#include "sip/message.hpp"
#include "transport/flow.hpp"

namespace offhook::transport {

// Fills in rport when it was asked for, and received when the source differs from sent-by or rport was asked for. What
// the sender wrote into these parameters itself is overruled by the packet's source, so that nobody can point our
// answers at a third party. A message that needs no change stays as it is. `top` is its top Via, and is again when it
// has changed.
void stamp_source(sip::Message& message, sip::Via& top, const Endpoint& source);

}  // namespace offhook::transport
