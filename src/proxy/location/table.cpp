#include "location/table.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "sip/uri.hpp"

namespace offhook::proxy {
namespace {

// Nobody can connect to a browser.
bool is_websocket_contact(const std::string& contact) {
  const auto uri = sip::Uri::parse(contact);
  const auto transport = uri ? uri->params.find("transport") : std::nullopt;
  return transport && (iequals(*transport, "ws") || iequals(*transport, "wss"));
}

}  // namespace

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
  if (binding.connection.number != 0) {
    auto& aors = by_connection_[binding.connection.number];
    if (std::find(aors.begin(), aors.end(), binding.aor) == aors.end()) aors.push_back(binding.aor);
  }
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

std::vector<Binding> LocationTable::lose(std::uint64_t connection) {
  std::vector<Binding> out;
  const auto node = by_connection_.extract(connection);
  if (node.empty()) return out;
  for (const std::string& aor : node.mapped()) {
    const auto found = by_aor_.find(aor);
    if (found == by_aor_.end()) continue;
    for (Entry& entry : records_.find(found->second)->entries) {
      if (entry.binding.connection.number != connection) continue;
      entry.binding.connection = {};
      if (is_websocket_contact(entry.binding.contact)) out.push_back(entry.binding);
    }
  }
  return out;
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
