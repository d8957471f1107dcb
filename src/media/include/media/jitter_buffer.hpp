// Limits of the jitter buffer (guide voice.jib.adaptive, min, normal, max).
#pragma once
#include "base/time.hpp"

namespace offhook::media {

struct JitterLimits {
  bool adaptive = true;
  milliseconds min{60};
  milliseconds normal{120};
  milliseconds max{240};
};

}  // namespace offhook::media
