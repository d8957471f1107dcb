// Call waiting (guide: Call Waiting; SIP flows 6.5): a second call may come in while one is up, and only one call
// speaks at a time. Answering, resuming or dialling while another call talks puts that one on hold FIRST, and goes on
// when its re-INVITE has been answered: in flow 6.5 the hold (F13-F18) is complete before the 200 to the waiting caller
// (F19) leaves.
#pragma once
#include <optional>

#include "base/result.hpp"
#include "base/time.hpp"
#include "features/incoming.hpp"
#include "ua/events.hpp"

namespace offhook::config {
struct CallWaitingConfig;
}
namespace offhook::phone {
class Desk;
struct Deferred;
struct Line;
}  // namespace offhook::phone
namespace offhook::phone::call_waiting {

// No further call may come in: call waiting is off and a call is up, or every appearance of the line key is taken.
[[nodiscard]] bool is_busy(int live_calls, int appearances, const config::CallWaitingConfig& config);
// Busy: 486.
[[nodiscard]] std::optional<IncomingVerdict> decide(const IncomingFacts& facts, const Desk& desk, const Line& line);

// Does `step`, at once or after the active call is on hold. A hold that fails does not stop it: the person's wish
// counts, and the call left behind is muted (features/hold).
Checked<void> with_the_line_free(Desk& desk, Now now, Deferred step);
void on_event(Desk& desk, Now now, const ua::Event& event);

}  // namespace offhook::phone::call_waiting
