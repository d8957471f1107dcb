// From a message to its transaction: a hash table of keys of 128 bits in one array (linear probing), so that an entry
// costs no allocation, a look-up one line of cache, and taking one out no search of a chain.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "base/keyed_hash.hpp"

namespace offhook::transaction {

// Made by Keys (match.hpp). All bits 0: of nothing.
using Key = Hash128;
[[nodiscard]] constexpr bool is_some(const Key& key) { return (key.high | key.low) != 0; }

template <class Id>
class KeyTable {
 public:
  // The null id when there is none.
  [[nodiscard]] Id find(const Key& key) const {
    if (!is_some(key) || entries_.empty()) return {};
    return entries_[place(key)].id;
  }
  // What stood under that key gives way. `key` is not the empty one.
  void set(const Key& key, Id id) {
    if ((size_ + 1) * 2 > entries_.size()) grow();
    Entry& entry = entries_[place(key)];
    if (!is_some(entry.key)) ++size_;
    entry = {key, id};
  }
  // Nothing happens when another one stands there by now.
  void erase(const Key& key, Id id) {
    if (!is_some(key) || entries_.empty()) return;
    std::size_t hole = place(key);
    if (!is_some(entries_[hole].key) || entries_[hole].id != id) return;
    --size_;
    // Those behind it that would have stood here move up, so that no search ends too early.
    for (std::size_t at = next(hole); is_some(entries_[at].key); at = next(at)) {
      const std::size_t home = entries_[at].key.low & (entries_.size() - 1);
      if (((at - home) & (entries_.size() - 1)) < ((at - hole) & (entries_.size() - 1))) continue;
      entries_[hole] = entries_[at];
      hole = at;
    }
    entries_[hole] = {};
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Entry {
    Key key;
    Id id;
  };
  static constexpr std::size_t kFirst = 64;

  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (entries_.size() - 1); }
  // Where it stands, or where it would.
  [[nodiscard]] std::size_t place(const Key& key) const {
    std::size_t at = key.low & (entries_.size() - 1);
    while (is_some(entries_[at].key) && !(entries_[at].key == key)) at = next(at);
    return at;
  }
  void grow() {
    std::vector<Entry> old =
        std::exchange(entries_, std::vector<Entry>(entries_.empty() ? kFirst : 2 * entries_.size()));
    for (const Entry& entry : old)
      if (is_some(entry.key)) entries_[place(entry.key)] = entry;
  }

  std::vector<Entry> entries_;  // a power of two of them, at least half of them empty
  std::size_t size_ = 0;
};

}  // namespace offhook::transaction
