#include "services.hpp"

#include <algorithm>

namespace offhook::transaction {
namespace {

constexpr std::uint32_t kIndexBits = 28;
// A timer armed for this very moment would fire within the same advance(), for ever if it arms itself again (T1 or T2
// of 0).
constexpr Duration kLeast = milliseconds(1);

bool is_retransmission(Timer timer) { return timer == Timer::A || timer == Timer::E || timer == Timer::G; }

Duration next_interval(const Action& action, const Timers& timers, Duration last) {
  if (action.verb == Verb::Hold) return timers.t2;
  if (action.verb == Verb::Arm) return timer_duration(action.timer, timers);
  // A doubles without bound (§17.1.1.2), E and G up to T2 (§17.1.2.2, §17.2.1).
  return action.timer == Timer::A ? 2 * last : std::min(2 * last, timers.t2);
}

}  // namespace

std::uint64_t Payload::number() const {
  assert(index < (1U << kIndexBits));
  return std::uint64_t{generation} << 32 | std::uint64_t{static_cast<std::uint8_t>(timer)} << kIndexBits | index;
}

Payload Payload::from_number(std::uint64_t number) {
  const auto low = static_cast<std::uint32_t>(number);
  return {static_cast<Timer>(low >> kIndexBits), low & ((1U << kIndexBits) - 1),
          static_cast<std::uint32_t>(number >> 32)};
}

Duration timer_duration(Timer timer, const Timers& timers) {
  switch (timer) {
    case Timer::A:
    case Timer::E:
    case Timer::G: return timers.t1;
    case Timer::D: return timers.d;
    case Timer::I:
    case Timer::K: return timers.t4;
    case Timer::B:
    case Timer::F: return timers.patience > Duration::zero() ? timers.patience : timers.timeout();
    case Timer::H:
    case Timer::J:
    case Timer::L:
    case Timer::M:
    case Timer::X: return timers.timeout();
    case Timer::Y: return time_to_t2(timers);
    case Timer::None: break;
  }
  return {};
}

void set_timer(TimerWheel& wheel, TimePoint now, const Action& action, const Timers& timers, Clocks& clocks,
               Payload payload) {
  const bool retransmission = is_retransmission(action.timer);
  TimerId& id = retransmission ? clocks.retransmit : clocks.end;
  wheel.cancel(id);
  if (action.verb == Verb::Stop) return;
  const auto wait = std::max(next_interval(action, timers, clocks.interval), kLeast);
  if (retransmission) clocks.interval = wait;
  payload.timer = action.timer;
  id = wheel.arm(now + wait, payload.number());
}

void stop_timers(TimerWheel& wheel, Clocks& clocks) {
  wheel.cancel(clocks.retransmit);
  wheel.cancel(clocks.end);
}

Duration time_to_t2(const Timers& timers) {
  Duration sum{};
  for (auto interval = std::max(timers.t1, kLeast); interval < timers.t2; interval = 2 * interval) sum += interval;
  return sum;
}

}  // namespace offhook::transaction
