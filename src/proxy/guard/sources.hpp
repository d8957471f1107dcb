// What is remembered of each source, in a table of fixed size: whoever comes from a million addresses costs no more
// memory than the office. A new source takes the place of the least telling of its eight neighbours: bans go last,
// sources that users of ours come from before them.
#pragma once
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/endpoint.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "guard/pace.hpp"
#include "proxy/guard.hpp"

namespace offhook::proxy {

// 0 is nobody.
using SourceKey = std::uint64_t;

struct Source {
  SourceKey key = 0;
  AddressRange address;
  TimePoint seen;          // last touched
  TimePoint since;         // when the counts began
  TimePoint good_until;    // a user of ours has come from there
  TimePoint banned_until;  // of the last ban
  seconds ban_length{};
  std::uint32_t times = 0;  // bans in a row
  std::uint16_t failures = 0, scans = 0;
  bool banned = false;
  BanReason reason = BanReason::Passwords;
  Pace requests, refusals, packets;
};

class Sources {
 public:
  static constexpr std::size_t kWays = 8, kSets = 2048;

  explicit Sources(Random& random) : secret_(random.next()) {}

  [[nodiscard]] static AddressRange range_of(const IpAddress& address);
  [[nodiscard]] SourceKey key_of(const IpAddress& address) const;
  [[nodiscard]] SourceKey key_of(std::string_view name) const;

  [[nodiscard]] Source* find(SourceKey key);
  // Found or made.
  Source& touch(TimePoint now, SourceKey key);
  // Bans that have been thrown out for others since; each is told once.
  [[nodiscard]] std::size_t take_evicted_bans() { return std::exchange(evicted_bans_, 0); }

  // f(Source&) for each.
  template <class F>
  void for_each(F&& f) {
    for (Source& source : table_)
      if (source.key != 0) f(source);
  }
  template <class F>
  void for_each(F&& f) const {
    for (const Source& source : table_)
      if (source.key != 0) f(source);
  }
  [[nodiscard]] std::size_t size() const;

 private:
  [[nodiscard]] std::size_t set_of(SourceKey key) const { return key % kSets * kWays; }

  std::uint64_t secret_;       // nobody shall choose whose neighbour he is
  std::vector<Source> table_;  // kSets * kWays once there is a source
  std::size_t evicted_bans_ = 0;
};

}  // namespace offhook::proxy
