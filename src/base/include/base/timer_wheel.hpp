// All timers of one engine: a hierarchical wheel (four levels of 256 slots, 1 ms a tick).
// Arm and cancel are O(1); a timer fires at the first advance() at or after its deadline, never early. Timers fire in
// the order of their tick, and within a tick in the order in which they were armed: a run repeats exactly. Owned by one
// engine, used from its thread only.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/slot_map.hpp"
#include "base/time.hpp"

namespace offhook {

struct TimerTag;
using TimerId = Handle<TimerTag>;

class TimerWheel {
 public:
  TimerWheel();

  // `payload` is handed back when the timer fires. A deadline in the past fires at the next advance().
  TimerId arm(TimePoint deadline, std::uint64_t payload);
  // False when the timer has fired, was cancelled or never was. Clears `id`.
  bool cancel(TimerId& id);

  // A time at which to call advance(): not later than the first deadline (rounded up to the tick).
  // It may be earlier than that (then nothing fires). Nothing when no timer is armed.
  [[nodiscard]] std::optional<TimePoint> deadline() const;

  // Moves the wheel to `now` and calls fire(payload) for each timer that is due. `fire` may arm and cancel timers; one
  // that it arms for `now` or earlier fires in this same call.
  template <class F>
  void advance(TimePoint now, F&& fire) {
    set_target(now);
    while (const auto payload = take_due()) fire(*payload);
  }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr int kLevels = 4;
  static constexpr std::uint32_t kSlots = 256;
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Node {
    std::uint64_t tick = 0;
    std::uint64_t payload = 0;
    std::uint32_t next = kNone, previous = kNone;
    std::uint32_t generation = 1;
    std::uint32_t list = kNone;  // level * kSlots + slot while armed
  };
  struct List {
    std::uint32_t head = kNone, tail = kNone;
  };

  void set_target(TimePoint now);
  void move_back(std::uint64_t tick);
  std::optional<std::uint64_t> take_due();
  void place(std::uint32_t node);
  void unlink(std::uint32_t node);
  void release(std::uint32_t node);
  void cascade(int level);
  [[nodiscard]] std::optional<std::uint64_t> next_event_tick() const;
  [[nodiscard]] std::optional<std::uint32_t> next_occupied(int level, std::uint32_t from) const;

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> free_;
  std::vector<List> lists_;
  std::array<std::array<std::uint64_t, kSlots / 64>, kLevels> occupied_{};
  std::uint64_t current_ = 0;  // the wheel stands at this tick; timers of earlier ticks have fired
  std::uint64_t target_ = 0;
  bool started_ = false;
  std::size_t size_ = 0;
};

}  // namespace offhook
