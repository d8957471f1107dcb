// Which call a command means.
#pragma once
#include "base/result.hpp"
#include "call.hpp"
#include "desk.hpp"

namespace offhook::phone {

// `id` 0: the one that the action fits. A call that talks (or is being dialled) goes before those on hold: it is the
// one in the person's hand. Two of equal standing are a Complaint that names them.
[[nodiscard]] Checked<Call*> choose_call(Desk& desk, Action action, int id);

}  // namespace offhook::phone
