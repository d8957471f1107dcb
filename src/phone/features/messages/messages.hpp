// Messages that wait (guide: Message Waiting): what a voice mail server says of an account's mailbox. Shown with the
// account, and heard in the dial tone (features/tones).
#pragma once
#include "base/time.hpp"
#include "ua/events.hpp"

namespace offhook::phone {
class Desk;
}
namespace offhook::phone::messages {

void on_event(Desk& desk, Now now, const ua::Event& event);
// At any account that shows them.
[[nodiscard]] bool wait(const Desk& desk);

}  // namespace offhook::phone::messages
