// The caller's side of a 302 (SIP flows 6.8, F7): the user agent has already sent the new INVITE; the screen follows
// it.
#pragma once
#include "base/time.hpp"
#include "ua/events.hpp"

namespace offhook::phone {
class Desk;
}
namespace offhook::phone::redirect {

void on_event(Desk& desk, Now now, const ua::Event& event);

}  // namespace offhook::phone::redirect
