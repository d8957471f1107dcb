// The real clocks: the one place where time is read.
#pragma once
#include "base/time.hpp"

namespace offhook::io {
[[nodiscard]] Now now();
}
