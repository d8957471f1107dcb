#include "io/clock.hpp"

#include <chrono>

namespace offhook::io {

Now now() {
  using std::chrono::duration_cast;
  return {TimePoint(duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())),
          WallTime(duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch()))};
}

}  // namespace offhook::io
