// The location service in memory: bindings by address-of-record (RFC 3261 §10). It holds what the store has confirmed
// and nothing else.
//
// One timer an address-of-record, on a wheel of its own, rounded up to whole seconds so that what expires together
// leaves the store together. Lookups go by the monotonic clock: a step of the wall clock drops nobody.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/slot_map.hpp"
#include "base/time.hpp"
#include "base/timer_wheel.hpp"
#include "proxy/location.hpp"

namespace offhook::proxy {

class LocationTable {
 public:
  struct Entry {
    Binding binding;
    TimePoint until;
    [[nodiscard]] bool is_live(TimePoint now) const { return now < until; }
    // What is left, in seconds, rounded up.
    [[nodiscard]] std::int64_t remaining(TimePoint now) const;
  };
  using Entries = std::vector<Entry>;

  // The entries of an address-of-record, some of them perhaps past their time; good until the next change. Empty when
  // there are none.
  [[nodiscard]] const Entries& find(std::string_view aor) const;
  // Inserts or replaces by (aor, contact text).
  void put(Now now, Binding binding);
  // A connection is gone: its bindings go back to what their contacts say. Gives what of them cannot be reached any
  // more, as a contact that is reached by WebSocket cannot (RFC 7118 §5): the caller removes it.
  [[nodiscard]] std::vector<Binding> lose(std::uint64_t connection);
  // An empty contact removes all of that aor.
  void remove(std::string_view aor, std::string_view contact);
  // Takes out what has expired; gone(aor, contact) is told each. `gone` must not change the table.
  template <class F>
  void expire(TimePoint now, F&& gone) {
    wheel_.advance(now, [&](std::uint64_t payload) { sweep(now, Id::from_number(payload), gone); });
  }

  [[nodiscard]] std::optional<TimePoint> deadline() const { return wheel_.deadline(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  template <class F>
  void for_each(F&& f) const {
    records_.for_each([&](Id, const Record& record) {
      for (const Entry& entry : record.entries) f(entry);
    });
  }

 private:
  struct Record {
    std::string aor;
    Entries entries;
    TimerId timer;
    TimePoint timer_at;
  };
  struct RecordTag;
  using Id = Handle<RecordTag>;

  void arm(Id id, Record& record);
  void erase(Id id, Record& record);
  template <class F>
  void sweep(TimePoint now, Id id, F& gone) {
    Record* record = records_.find(id);
    if (record == nullptr) return;
    record->timer = {};
    size_ -= std::erase_if(record->entries, [&](const Entry& entry) {
      if (!entry.is_live(now)) gone(std::string_view(record->aor), std::string_view(entry.binding.contact));
      return !entry.is_live(now);
    });
    if (record->entries.empty()) return erase(id, *record);
    arm(id, *record);
  }

  SlotMap<RecordTag, Record> records_;
  std::unordered_map<std::string_view, Id> by_aor_;                            // views into the records
  std::unordered_map<std::uint64_t, std::vector<std::string>> by_connection_;  // addresses-of-record, perhaps gone
  TimerWheel wheel_;
  std::size_t size_ = 0;
};

}  // namespace offhook::proxy
