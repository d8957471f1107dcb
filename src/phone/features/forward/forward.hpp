// Call forward always, busy and no answer (guide: Call Forward; SIP flows 6.8): a 302 with the new target in Contact
// and, when features.fwd_diversion_enable is on, Diversion (draft-levy-sip-diversion-08, RFC 5806). The caller's phone
// makes the new call.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "call.hpp"
#include "features/incoming.hpp"
#include "phone/command.hpp"

namespace offhook::config {
struct ForwardConfig;
struct ForwardRule;
}  // namespace offhook::config
namespace offhook::phone {
class Desk;
struct Line;
}  // namespace offhook::phone
namespace offhook::phone::forward {

// Pure decisions over one account's settings.
[[nodiscard]] std::optional<Forward> always(const config::ForwardConfig& config);
// Busy, or do-not-disturb is on (then without a 180 first).
// A call that the person rejects is not forwarded: the guide speaks of a busy phone only.
[[nodiscard]] std::optional<Forward> busy(const IncomingFacts& facts, const config::ForwardConfig& config);
[[nodiscard]] std::optional<Forward> no_answer(const config::ForwardConfig& config);

// Hooks (features.hpp).
[[nodiscard]] std::optional<IncomingVerdict> decide(const IncomingFacts& facts, const Desk& desk, const Line& line);
void on_alert(Desk& desk, Now now, Call& call);
void on_timer(Desk& desk, Now now, Call& call, CallTimer timer);

// Sends the 302; the call is over for us.
void send(Desk& desk, Now now, Call& call, const Forward& verdict);
// "sip:1003@pbx" for a number, the URI itself for a URI.
[[nodiscard]] std::string target_uri(std::string_view target, std::string_view domain);
[[nodiscard]] std::string diversion(const Line& line, ForwardReason reason);

// Phone mode: every account; custom mode: the default account. Switching on without a target takes the one that is set.
Checked<void> set(Desk& desk, const SetForward& command);
// "always 1003, busy 1004" of the default account; "" when none is on.
[[nodiscard]] std::string describe(const Line& line);

}  // namespace offhook::phone::forward
