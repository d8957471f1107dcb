// How a proxy takes its leave.
#pragma once
#include "base/time.hpp"

namespace offhook::proxy {

struct DrainSettings {
  // Retry-After of what is refused meanwhile: when we, or whoever takes our place, may be asked again.
  seconds retry_after{30};
};

}  // namespace offhook::proxy
