// Do not disturb (guide: Do Not Disturb): refuses calls with features.dnd_refuse_code; callers on the emergency list
// pass. State is the phone's (features.dnd_mode 0) or each account's (1).
#pragma once
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "features/incoming.hpp"
#include "phone/command.hpp"

namespace offhook::config {
struct DndConfig;
}
namespace offhook::phone {
class Desk;
struct Line;
}  // namespace offhook::phone
namespace offhook::phone::dnd {

[[nodiscard]] bool applies(const config::DndConfig& config, std::string_view caller);
[[nodiscard]] std::optional<IncomingVerdict> decide(const IncomingFacts& facts, const Desk& desk, const Line& line);

// Phone mode: every account; custom mode: the default account.
Checked<void> set(Desk& desk, const SetDnd& command);
[[nodiscard]] bool is_on(const Desk& desk);  // on any account

}  // namespace offhook::phone::dnd
