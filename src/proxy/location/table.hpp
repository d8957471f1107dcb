// The location service in memory: bindings by address-of-record (RFC 3261 §10). It holds what the store has confirmed
// and nothing else.
//
// What expires within one second leaves the store together. Lookups go by the monotonic clock: a step of the wall
// clock drops nobody.
#pragma once
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/time.hpp"
#include "location/expiry_heap.hpp"
#include "location/packed_binding.hpp"
#include "proxy/location.hpp"

namespace offhook::proxy {

class LocationTable {
 public:
  using Entry = PackedBinding;
  // The bindings of one address-of-record in the order of their registration.
  class Entries {
   public:
    class Iterator {
     public:
      using value_type = Entry;
      using difference_type = std::ptrdiff_t;
      explicit Iterator(const Entry* at = nullptr) : at_(at) {}
      const Entry& operator*() const { return *at_; }
      const Entry* operator->() const { return at_; }
      Iterator& operator++() {
        at_ = at_->next_;
        return *this;
      }
      Iterator operator++(int) {
        const Iterator old = *this;
        ++*this;
        return old;
      }
      friend bool operator==(const Iterator&, const Iterator&) = default;

     private:
      const Entry* at_;
    };
    explicit Entries(const Entry* first = nullptr) : first_(first) {}
    [[nodiscard]] Iterator begin() const { return Iterator(first_); }
    [[nodiscard]] Iterator end() const { return Iterator(); }
    [[nodiscard]] bool empty() const { return first_ == nullptr; }

   private:
    const Entry* first_;
  };

  LocationTable() = default;
  ~LocationTable();
  LocationTable(const LocationTable&) = delete;
  LocationTable& operator=(const LocationTable&) = delete;

  // The entries of an address-of-record, some of them perhaps past their time; good until the next change. Empty when
  // there are none.
  [[nodiscard]] Entries find(std::string_view aor) const;
  // Inserts or replaces by what StoreWrite::Remove would name. False when it does not fit (PackedBinding::fits), and
  // is not kept.
  bool put(Now now, const Binding& binding);
  // A connection is gone: its bindings go back to what their contacts say. Gives what of them cannot be reached any
  // more, as a flow of RFC 5626 cannot and no contact by WebSocket (RFC 7118 §5): the caller removes it.
  [[nodiscard]] std::vector<StoreWrite::Remove> lose(std::uint64_t connection);
  // An empty contact removes all of that address-of-record.
  void remove(const StoreWrite::Remove& which);
  // Takes out what has expired; gone(entry) is told each. `gone` must not change the table.
  template <class F>
  void expire(TimePoint now, F&& gone) {
    while (Entry* const entry = due_.take_due(now)) {
      gone(static_cast<const Entry&>(*entry));
      drop(*entry);
    }
  }

  [[nodiscard]] std::optional<TimePoint> deadline() const { return due_.deadline(); }

  // Of the bindings behind a NAT (by datagrams, no flows of RFC 5626): how many, and when the first of them was last
  // pinged or heard of.
  [[nodiscard]] std::size_t natted() const { return natted_; }
  [[nodiscard]] std::optional<TimePoint> oldest_ping() const;
  // The first of them, when that was an interval ago; it counts as pinged now.
  [[nodiscard]] const Entry* take_ping(TimePoint now, Duration interval);
  // Pings that were not answered; 0 for what is not there.
  [[nodiscard]] std::size_t missed(const StoreWrite::Remove& which);
  void set_missed(const StoreWrite::Remove& which, std::size_t missed);
  [[nodiscard]] std::size_t size() const { return size_; }
  // f(entry) → bool, whether to go on.
  template <class F>
  void for_each(F&& f) const {
    for (const Entry* first : by_aor_)
      for (const Entry& entry : Entries(first))
        if (!f(entry)) return;
  }

 private:
  // The first entry of each address-of-record, which has its name. (Not noexcept: the library then keeps the hash.)
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view aor) const { return std::hash<std::string_view>{}(aor); }
    std::size_t operator()(const Entry* entry) const { return (*this)(entry->aor()); }
  };
  struct Equal {
    using is_transparent = void;
    static std::string_view name(std::string_view aor) { return aor; }
    static std::string_view name(const Entry* entry) { return entry->aor(); }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const noexcept {
      return name(a) == name(b);
    }
  };
  using Index = std::unordered_set<Entry*, Hash, Equal>;

  void append(Entry& entry);
  void replace(Index::iterator head, Entry& old, Entry& fresh);
  // Out of every list but the heap, and freed.
  void drop(Entry& entry);
  void rename(Index::iterator head, Entry* first);
  [[nodiscard]] Entry::Nat* nat_of(const StoreWrite::Remove& which);
  void link(Entry& entry);
  void link_nat(Entry& entry);
  void unlink_nat(Entry& entry);
  void unlink(Entry& entry);

  Index by_aor_;
  std::unordered_map<std::uint64_t, Entry*> by_connection_;  // the first of each
  Entry *first_nat_ = nullptr, *last_nat_ = nullptr;
  std::size_t natted_ = 0;
  ExpiryHeap due_;
  std::size_t size_ = 0;
  std::uint32_t changes_ = 0;
};

}  // namespace offhook::proxy
