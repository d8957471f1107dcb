#include "location/expiry_heap.hpp"

#include <algorithm>

namespace offhook::proxy {

std::uint32_t ExpiryHeap::second_of(const PackedBinding& binding) {
  const auto at = std::chrono::ceil<seconds>(binding.until_.time_since_epoch()).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(at, 0, UINT32_MAX));
}

void ExpiryHeap::set(std::size_t place, Entry entry) {
  entries_[place] = entry;
  entry.binding->heap_at_ = static_cast<std::uint32_t>(place);
}

void ExpiryHeap::up(std::size_t place, Entry entry) {
  while (place > 0 && entry.at < entries_[(place - 1) / 2].at) {
    set(place, entries_[(place - 1) / 2]);
    place = (place - 1) / 2;
  }
  set(place, entry);
}

void ExpiryHeap::down(std::size_t place, Entry entry) {
  for (std::size_t child = 2 * place + 1; child < entries_.size(); child = 2 * place + 1) {
    if (child + 1 < entries_.size() && entries_[child + 1].at < entries_[child].at) ++child;
    if (entry.at <= entries_[child].at) break;
    set(place, entries_[child]);
    place = child;
  }
  set(place, entry);
}

void ExpiryHeap::add(PackedBinding& binding) {
  entries_.push_back({});
  up(entries_.size() - 1, {second_of(binding), &binding});
}

void ExpiryHeap::remove(PackedBinding& binding) {
  const std::size_t place = binding.heap_at_;
  binding.heap_at_ = PackedBinding::kNowhere;
  const Entry last = entries_.back();
  entries_.pop_back();
  if (place == entries_.size()) return;
  if (place > 0 && last.at < entries_[(place - 1) / 2].at)
    up(place, last);
  else
    down(place, last);
}

void ExpiryHeap::replace(PackedBinding& old, PackedBinding& fresh) {
  const std::size_t place = old.heap_at_;
  old.heap_at_ = PackedBinding::kNowhere;
  const std::uint32_t at = std::min(entries_[place].at, second_of(fresh));
  up(place, {at, &fresh});
}

PackedBinding* ExpiryHeap::take_due(TimePoint now) {
  const auto second = std::chrono::floor<seconds>(now.time_since_epoch()).count();
  while (!entries_.empty() && entries_.front().at <= second) {
    PackedBinding* const binding = entries_.front().binding;
    if (const std::uint32_t at = second_of(*binding); at > second) {
      down(0, {at, binding});
      continue;
    }
    remove(*binding);
    return binding;
  }
  return nullptr;
}

std::optional<TimePoint> ExpiryHeap::deadline() const {
  if (entries_.empty()) return std::nullopt;
  return TimePoint(seconds(entries_.front().at));
}

}  // namespace offhook::proxy
