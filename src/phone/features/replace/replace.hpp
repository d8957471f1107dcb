// A call that takes the place of one of ours (RFC 3891): somebody picks up the call that we are making, takes us out of
// park, or is connected to us by a transfer with consultation. It does not ring; the audio moves over to it, and who
// was on hold stays on hold.
#pragma once
#include <cstddef>

#include "base/time.hpp"
#include "ua/events.hpp"

namespace offhook::phone {
class Desk;
}
namespace offhook::phone::replace {

// Takes the call at `line` (place in Desk::lines), which event.replaces another one.
void take(Desk& desk, Now now, std::size_t line, const ua::IncomingCall& event);
// The other one's end: whom a transfer wants to hear of it hears of the new call instead.
void on_event(Desk& desk, Now now, const ua::Event& event);

}  // namespace offhook::phone::replace
