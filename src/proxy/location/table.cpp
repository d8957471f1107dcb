#include "location/table.hpp"

#include <algorithm>

namespace offhook::proxy {

std::int64_t LocationTable::Entry::remaining(TimePoint now) const {
  return is_live(now) ? std::chrono::ceil<seconds>(until - now).count() : 0;
}

const LocationTable::Entries& LocationTable::find(std::string_view aor) const {
  static const Entries kNone;
  const auto found = by_aor_.find(aor);
  return found == by_aor_.end() ? kNone : records_.find(found->second)->entries;
}

void LocationTable::put(Now now, Binding binding) {
  const TimePoint until = now.mono + (binding.expires - now.wall);
  auto found = by_aor_.find(binding.aor);
  if (found == by_aor_.end()) {
    const Id id = records_.insert();
    Record& fresh = *records_.find(id);
    fresh.aor = binding.aor;
    found = by_aor_.emplace(fresh.aor, id).first;
  }
  Record& record = *records_.find(found->second);
  const auto same = std::find_if(record.entries.begin(), record.entries.end(),
                                 [&](const Entry& entry) { return entry.binding.contact == binding.contact; });
  if (same == record.entries.end()) {
    record.entries.push_back({std::move(binding), until});
    ++size_;
  } else {
    *same = {std::move(binding), until};
  }
  arm(found->second, record);
}

void LocationTable::remove(std::string_view aor, std::string_view contact) {
  const auto found = by_aor_.find(aor);
  if (found == by_aor_.end()) return;
  Record& record = *records_.find(found->second);
  size_ -= std::erase_if(record.entries,
                         [&](const Entry& entry) { return contact.empty() || entry.binding.contact == contact; });
  if (record.entries.empty()) erase(found->second, record);
}

// A refresh only moves deadlines out: the timer stays, fires early and is set again then.
void LocationTable::arm(Id id, Record& record) {
  TimePoint first = record.entries.front().until;
  for (const Entry& entry : record.entries) first = std::min(first, entry.until);
  const TimePoint at{std::chrono::ceil<seconds>(first.time_since_epoch())};
  if (record.timer && record.timer_at <= at) return;
  wheel_.cancel(record.timer);
  record.timer = wheel_.arm(at, id.number());
  record.timer_at = at;
}

void LocationTable::erase(Id id, Record& record) {
  wheel_.cancel(record.timer);
  by_aor_.erase(record.aor);
  records_.erase(id);
}

}  // namespace offhook::proxy
