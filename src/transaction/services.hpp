// What both sides of the layer work with, and how a timer is written into the wheel. The wheel is the only store of
// timers: a transaction keeps two ids, one for its retransmission timer (A, E or G), one for whichever other timer
// runs; no state needs more.
#pragma once
#include <cstdint>

#include "base/queue.hpp"
#include "base/random.hpp"
#include "base/timer_wheel.hpp"
#include "step.hpp"
#include "transaction/layer.hpp"
#include "transport/layer.hpp"

namespace offhook::transaction {

class Keys;

struct Services {
  transport::Layer* transport;
  Random* random;
  TimerWheel* wheel;
  Queue<Event>* events;
  Counters* counters;
  const Keys* keys;
};

// The timers of one transaction.
struct Clocks {
  TimerId retransmit, end;
  Duration interval{};  // the last one of `retransmit`
};

// The wheel's payload: generation, timer letter, slot index. 2**28 transactions of a side at most.
struct Payload {
  Timer timer = Timer::None;
  std::uint32_t index = 0, generation = 0;

  [[nodiscard]] std::uint64_t number() const;
  [[nodiscard]] static Payload from_number(std::uint64_t number);
};

// First duration of a timer, table 4 of §17.
[[nodiscard]] Duration timer_duration(Timer timer, const Timers& timers);
// Carries out Arm, Backoff, Hold and Stop. `payload`'s timer is set here.
void set_timer(TimerWheel& wheel, TimePoint now, const Action& action, const Timers& timers, Clocks& clocks,
               Payload payload);
void stop_timers(TimerWheel& wheel, Clocks& clocks);
// How long a client that hears nothing takes until its Timer E stands at T2: no 100 to a non-INVITE before that (RFC
// 4320 §4.1).
[[nodiscard]] Duration time_to_t2(const Timers& timers);

}  // namespace offhook::transaction
