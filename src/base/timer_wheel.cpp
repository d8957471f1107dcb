#include "base/timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace offhook {
namespace {

constexpr std::uint64_t kBits = 8;
// Beyond the top level's span a timer waits in its last slot and is placed anew when that comes up.
constexpr std::uint64_t kLongest = std::uint64_t{255} << (3 * kBits);

std::uint64_t tick_of(TimePoint time, bool round_up) {
  const auto us = time.time_since_epoch().count();
  if (us <= 0) return 0;
  return (static_cast<std::uint64_t>(us) + (round_up ? 999 : 0)) / 1000;
}

}  // namespace

TimerWheel::TimerWheel() : lists_(kLevels * kSlots) {}

TimerId TimerWheel::arm(TimePoint deadline, std::uint64_t payload) {
  std::uint32_t index;
  if (free_.empty()) {
    index = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Node& node = nodes_[index];
  const auto tick = tick_of(deadline, true);
  // Before the first advance the wheel stands where its first timer needs it, so that the start of time may be
  // anywhere.
  if (!started_ && (size_ == 0 || tick < current_)) move_back(tick);
  node.tick = std::max(tick, current_);
  node.payload = payload;
  place(index);
  ++size_;
  return {index, node.generation};
}

// Only before time has begun to pass: the armed timers are placed anew, in the order in which they would fire.
void TimerWheel::move_back(std::uint64_t tick) {
  std::vector<std::uint32_t> armed;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i].list != kNone) armed.push_back(i);
  std::stable_sort(armed.begin(), armed.end(), [this](auto a, auto b) { return nodes_[a].tick < nodes_[b].tick; });
  for (const auto i : armed) unlink(i);
  current_ = tick;
  for (const auto i : armed) place(i);
}

bool TimerWheel::cancel(TimerId& id) {
  const TimerId old = std::exchange(id, TimerId{});
  if (!old || old.index >= nodes_.size()) return false;
  const Node& node = nodes_[old.index];
  if (node.generation != old.generation || node.list == kNone) return false;
  unlink(old.index);
  release(old.index);
  return true;
}

std::optional<TimePoint> TimerWheel::deadline() const {
  const auto tick = next_event_tick();
  if (!tick) return std::nullopt;
  return TimePoint(milliseconds(*tick));
}

void TimerWheel::set_target(TimePoint now) {
  target_ = tick_of(now, false);
  if (!std::exchange(started_, true) && target_ < current_) move_back(target_);
  if (size_ == 0) current_ = std::max(current_, target_);
}

std::optional<std::uint64_t> TimerWheel::take_due() {
  while (current_ <= target_) {
    const std::uint32_t slot = static_cast<std::uint32_t>(current_ % kSlots);
    if (const auto index = lists_[slot].head; index != kNone) {
      const auto payload = nodes_[index].payload;
      unlink(index);
      release(index);
      return payload;
    }
    if (current_ == target_) break;
    // Nothing lies between here and the next event, so the slots that the jump passes are empty.
    current_ = std::min(next_event_tick().value_or(target_), target_);
    if (current_ % kSlots == 0) cascade(1);
  }
  return std::nullopt;
}

void TimerWheel::place(std::uint32_t index) {
  Node& node = nodes_[index];
  const auto wait = std::min(node.tick - std::min(node.tick, current_), kLongest);
  int level = 0;
  while (level + 1 < kLevels && ((current_ + wait) >> (kBits * static_cast<unsigned>(level + 1))) !=
                                    (current_ >> (kBits * static_cast<unsigned>(level + 1))))
    ++level;
  const auto slot = static_cast<std::uint32_t>((current_ + wait) >> (kBits * static_cast<unsigned>(level))) % kSlots;
  const auto list = static_cast<std::uint32_t>(level) * kSlots + slot;
  node.list = list;
  node.next = kNone;
  node.previous = lists_[list].tail;
  (node.previous == kNone ? lists_[list].head : nodes_[node.previous].next) = index;
  lists_[list].tail = index;
  occupied_[static_cast<std::size_t>(level)][slot / 64] |= std::uint64_t{1} << (slot % 64);
}

void TimerWheel::unlink(std::uint32_t index) {
  Node& node = nodes_[index];
  List& list = lists_[node.list];
  (node.previous == kNone ? list.head : nodes_[node.previous].next) = node.next;
  (node.next == kNone ? list.tail : nodes_[node.next].previous) = node.previous;
  if (list.head == kNone) {
    const auto slot = node.list % kSlots;
    occupied_[node.list / kSlots][slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
  }
  node.list = kNone;
}

void TimerWheel::release(std::uint32_t index) {
  if (++nodes_[index].generation == 0) nodes_[index].generation = 1;
  free_.push_back(index);
  --size_;
}

// The wheel has come to a slot of `level`: its timers go to the levels below, in order.
void TimerWheel::cascade(int level) {
  if (level >= kLevels) return;
  const auto position = current_ >> (kBits * static_cast<unsigned>(level));
  if (position % kSlots == 0) cascade(level + 1);
  const auto list = static_cast<std::uint32_t>(level) * kSlots + static_cast<std::uint32_t>(position % kSlots);
  auto index = lists_[list].head;
  while (index != kNone) {
    const auto next = nodes_[index].next;
    unlink(index);
    place(index);
    index = next;
  }
}

std::optional<std::uint32_t> TimerWheel::next_occupied(int level, std::uint32_t from) const {
  const auto& bits = occupied_[static_cast<std::size_t>(level)];
  for (std::uint32_t word = from / 64; word < kSlots / 64; ++word) {
    auto value = bits[word];
    if (word == from / 64) value &= ~std::uint64_t{0} << (from % 64);
    if (value != 0) return word * 64 + static_cast<std::uint32_t>(std::countr_zero(value));
  }
  return std::nullopt;
}

// A timer of level n lies in the same turn of level n as the wheel, so no slot before the current one is occupied;
// only the top level wraps.
std::optional<std::uint64_t> TimerWheel::next_event_tick() const {
  if (size_ == 0) return std::nullopt;
  for (int level = 0; level < kLevels; ++level) {
    const auto shift = kBits * static_cast<unsigned>(level);
    const auto position = current_ >> shift;
    const auto slot = static_cast<std::uint32_t>(position % kSlots);
    if (const auto found = next_occupied(level, slot)) return std::max(current_, (position - slot + *found) << shift);
    if (level + 1 == kLevels)
      if (const auto found = next_occupied(level, 0)) return (position - slot + kSlots + *found) << shift;
  }
  return std::nullopt;
}

}  // namespace offhook
