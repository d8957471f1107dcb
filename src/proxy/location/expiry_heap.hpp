// When bindings end: a heap of whole seconds, 16 octets a binding. Each binding knows its place, so that it can be
// taken out; a refresh, which moves the end out, changes nothing here: the entry comes up early and is put back then.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "location/packed_binding.hpp"

namespace offhook::proxy {

class ExpiryHeap {
 public:
  void add(PackedBinding& binding);
  void remove(PackedBinding& binding);
  // `fresh` takes the place of `old`, which is of no use afterwards.
  void replace(PackedBinding& old, PackedBinding& fresh);
  // A binding that has ended, taken out; nothing when there is none.
  [[nodiscard]] PackedBinding* take_due(TimePoint now);
  // Not later than the first end, rounded up to the second.
  [[nodiscard]] std::optional<TimePoint> deadline() const;

 private:
  struct Entry {
    std::uint32_t at = 0;  // seconds of the monotonic clock
    PackedBinding* binding = nullptr;
  };
  [[nodiscard]] static std::uint32_t second_of(const PackedBinding& binding);
  void set(std::size_t place, Entry entry);
  void up(std::size_t place, Entry entry);
  void down(std::size_t place, Entry entry);
  std::vector<Entry> entries_;
};

}  // namespace offhook::proxy
