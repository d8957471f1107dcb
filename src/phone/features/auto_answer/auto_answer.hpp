// Auto answer (guide: Auto Answer): a call to an account with account.X.auto_answer is answered by itself, after
// features.auto_answer_delay, and the phone beeps (features.auto_answer_tone.enable). While another call is up, or a
// page is on, it rings as usual; with features.auto_answer.first_call_only = 0 the other call is held.
#pragma once
#include "base/time.hpp"
#include "call.hpp"

namespace offhook::phone {
class Desk;
}
namespace offhook::phone::auto_answer {

void on_alert(Desk& desk, Now now, Call& call);
void on_timer(Desk& desk, Now now, Call& call, CallTimer timer);

}  // namespace offhook::phone::auto_answer
