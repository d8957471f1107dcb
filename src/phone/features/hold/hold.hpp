// Hold and resume (guide: Call Hold; SIP flows 6.4). On hold neither side sends audio: there is no music here, so our
// leg goes silent although its SDP says sendonly (flow 6.4 and 6.5: "no RTP packets are being sent").
#pragma once
#include "call.hpp"
#include "ua/events.hpp"

namespace offhook::phone {
class Desk;
}
namespace offhook::phone::hold {

// Silent from now on; the re-INVITE leaves. When the far end refuses it the call is muted here instead: who pressed
// Hold is not heard.
void request(Desk& desk, Now now, Call& call);
// The audio comes back when the far end has agreed. The caller sees to it that no other call is talking (call_waiting).
void resume(Desk& desk, Now now, Call& call);
void on_event(Desk& desk, Now now, const ua::Event& event);

// What our leg may send and hear, when `negotiated` is what the SDP says.
[[nodiscard]] sdp::Direction audible(const CallFacts& facts, sdp::Direction negotiated);

}  // namespace offhook::phone::hold
