// Blind transfer (guide: Call Transfer; SIP flows 6.6; RFC 3515, RFC 3892, RFC 5589), both sides.
//
// Transferor: REFER; the user agent hangs up as soon as it is accepted, the notes follow the NOTIFYs.
// Transferee: takes every transfer. Its INVITE leaves when the transferor's BYE has come (F13-F16 before F17), or after
// kPatience when none comes. How the new call goes is told to the transferor; when it is established, a first call that
// still stands is ended (RFC 5589 §6: the transferee must not be left with two).
#pragma once
#include "call.hpp"
#include "ua/events.hpp"

namespace offhook::phone {
class Desk;
}
namespace offhook::phone::transfer {

inline constexpr milliseconds kPatience{500};

void request(Desk& desk, Now now, Call& call, const std::string& target);
void on_event(Desk& desk, Now now, const ua::Event& event);
void on_timer(Desk& desk, Now now, Call& call, CallTimer timer);
// A call that we make for a transferor ends by the person's hand, in any state: the transferor hears 487.
void abandoned(Desk& desk, Now now, Call& call);

}  // namespace offhook::phone::transfer
