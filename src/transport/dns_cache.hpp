// What DNS has said, for as long as it may be believed. Positive and negative answers (RFC 2308); bounded: the entry
// that was used longest ago goes first. An entry that has expired stays until it is pushed out: when no DNS server
// answers, it is better than nothing (RFC 8767).
#pragma once
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/time.hpp"
#include "transport/dns.hpp"

namespace offhook::transport {

struct DnsKey {
  std::string name;  // lower case, no dot at its end
  dns::Type type = dns::Type::A;
  friend bool operator==(const DnsKey&, const DnsKey&) = default;
};

struct DnsEntry {
  dns::Outcome outcome = dns::Outcome::NoError;
  dns::Records records;
  TimePoint expires;
  TimePoint last_resort;  // until then it may serve while DNS is dead
};
using DnsEntryPtr = std::shared_ptr<const DnsEntry>;

class DnsCache {
 public:
  explicit DnsCache(std::size_t limit) : limit_(limit) {}

  // Null when nothing is known that still holds at `now`.
  [[nodiscard]] DnsEntryPtr find(const DnsKey& key, TimePoint now);
  // Records that have expired, but not long ago.
  [[nodiscard]] DnsEntryPtr find_stale(const DnsKey& key, TimePoint now);
  void put(const DnsKey& key, DnsEntryPtr entry);
  [[nodiscard]] std::size_t size() const { return by_key_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const DnsKey& key) const noexcept {
      return std::hash<std::string>{}(key.name) * 4 + static_cast<std::size_t>(key.type);
    }
  };
  struct Slot {
    DnsKey key;
    DnsEntryPtr entry;
  };
  std::size_t limit_;
  std::list<Slot> slots_;  // the last one used in front
  std::unordered_map<DnsKey, std::list<Slot>::iterator, Hash> by_key_;
};

}  // namespace offhook::transport
