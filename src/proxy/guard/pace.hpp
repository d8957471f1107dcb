// A rate limit in eight octets: the token bucket as the time at which it would be full again (GCRA).
#pragma once
#include <algorithm>

#include "base/time.hpp"

namespace offhook::proxy {

// So many a second, with `burst` of them at once.
struct Rate {
  Duration interval{};  // between two; 0 is no limit
  Duration tolerance{};
  static Rate of(std::size_t per_second, std::size_t burst) {
    if (per_second == 0) return {};
    const Duration interval = std::max(Duration(1), Duration(seconds(1)) / static_cast<Duration::rep>(per_second));
    return {interval, interval * static_cast<Duration::rep>(std::max<std::size_t>(burst, 1))};
  }
  [[nodiscard]] explicit operator bool() const { return interval.count() != 0; }
};

class Pace {
 public:
  [[nodiscard]] bool has_room(TimePoint now, const Rate& rate) const {
    return !rate || std::max(full_, now) + rate.interval <= now + rate.tolerance;
  }
  // False when there is none left; then nothing is taken.
  bool take(TimePoint now, const Rate& rate) {
    if (!has_room(now, rate)) return false;
    full_ = std::max(full_, now) + rate.interval;
    return true;
  }

 private:
  TimePoint full_{};
};

}  // namespace offhook::proxy
