// POST /api/phones/A/<action>: which actions there are and the phone command that each makes of its arguments.
#pragma once
#include <span>
#include <string_view>

#include "arguments.hpp"
#include "base/result.hpp"
#include "phone/command.hpp"

namespace offhook::api {

struct ActionRow {
  std::string_view name;
  Checked<phone::Command> (*command)(const Arguments&);
};

// One row an action; the order is that of docs/api.md.
[[nodiscard]] std::span<const ActionRow> actions();
// nullptr: no such action.
[[nodiscard]] const ActionRow* find_action(std::string_view name);

}  // namespace offhook::api
