// Two kinds of time that do not convert into each other. Media time (the RTP clock) is a third: rtp/.
//
// Nothing in the core reads a clock: a TimePoint arrives as an argument. Only io (real) and sim (virtual) make one.
#pragma once
#include <chrono>
#include <cstdint>

namespace offhook {

using Duration = std::chrono::microseconds;

// Monotonic time: only differences mean anything. There is no now() on purpose.
struct MonotonicClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;
};
using TimePoint = MonotonicClock::time_point;

// Wall-clock time, since 1970-01-01 UTC; for Date headers, logs, NTP stamps and what is kept over a restart.
struct WallClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<WallClock>;
  static constexpr bool is_steady = false;
};
using WallTime = WallClock::time_point;

// Both readings of one instant; what an engine is given with each input.
struct Now {
  TimePoint mono;
  WallTime wall;
};

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

}  // namespace offhook
