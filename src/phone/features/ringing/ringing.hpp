// Nobody rings for ever: phone_setting.ringing_timeout ends an incoming call with 480 (it counts as missed),
// phone_setting.ringback_timeout gives an outgoing one up with CANCEL. The outgoing one counts from the INVITE, and
// anew from the first 180 and after a redirection.
#pragma once
#include "call.hpp"
#include "ua/events.hpp"

namespace offhook::phone {
class Desk;
}
namespace offhook::phone::ringing {

void on_alert(Desk& desk, Now now, Call& call);
void on_event(Desk& desk, Now now, const ua::Event& event);
void on_timer(Desk& desk, Now now, Call& call, CallTimer timer);

}  // namespace offhook::phone::ringing
