#include "features/dnd/dnd.hpp"

#include <algorithm>

#include "desk.hpp"

namespace offhook::phone::dnd {

bool applies(const config::DndConfig& config, std::string_view caller) {
  if (!config.allowed || !config.enabled) return false;
  return !config.emergency_enabled ||
         std::ranges::find(config.emergency_callers, caller) == config.emergency_callers.end();
}

std::optional<IncomingVerdict> decide(const IncomingFacts& facts, const Desk& desk, const Line&) {
  if (!facts.do_not_disturb) return std::nullopt;
  return Refuse{desk.settings.refuse.dnd_code, "refused: do not disturb"};
}

Checked<void> set(Desk& desk, const SetDnd& command) {
  const Line* chosen = desk.default_line();
  if (chosen == nullptr) return complain("the phone has no account");
  if (!chosen->dnd.allowed) return complain("do not disturb is not allowed", "features.dnd.allow");
  const bool custom = chosen->dnd.mode == config::FeatureMode::Custom;
  for (auto& line : desk.lines)
    if (!custom || &line == chosen) line.dnd.enabled = command.on;
  desk.changed(Change::Settings);
  return {};
}

bool is_on(const Desk& desk) {
  return std::ranges::any_of(desk.lines, [](const Line& line) { return line.dnd.allowed && line.dnd.enabled; });
}

}  // namespace offhook::phone::dnd
