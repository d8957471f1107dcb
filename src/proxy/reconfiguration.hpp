// Core::reconfigure(): what cannot change while we run.
#pragma once
#include "base/result.hpp"
#include "proxy/core.hpp"

namespace offhook::proxy {

// The complaint says what has to wait for a restart, and why. Both with their realm.
[[nodiscard]] Checked<void> check_reconfiguration(const Config& before, const Config& after);

}  // namespace offhook::proxy
