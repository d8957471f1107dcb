// Values under generational handles: ids between layers instead of pointers. A stale handle finds nothing.
// Insert, find and erase are O(1); a value's address is stable until it is erased.
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace offhook {

// Of a slot whose value is erased: 30 bits, never 0.
[[nodiscard]] constexpr std::uint32_t next_generation(std::uint32_t generation) {
  constexpr std::uint32_t kLast = (1U << 30) - 1;
  return generation >= kLast ? 1 : generation + 1;
}

// Tag makes handles of different things different types. A default handle is null. The two top bits of number() are
// never set: who routes by number may mark his own with them.
template <class Tag>
struct Handle {
  static constexpr int kNumberBits = 62;
  std::uint32_t index = 0;
  std::uint32_t generation = 0;

  [[nodiscard]] explicit operator bool() const { return generation != 0; }
  [[nodiscard]] std::uint64_t number() const { return std::uint64_t{generation} << 32 | index; }
  [[nodiscard]] static Handle from_number(std::uint64_t n) {
    return {static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(n >> 32)};
  }
  friend auto operator<=>(const Handle&, const Handle&) = default;
};

template <class Tag, class T>
class SlotMap {
 public:
  using Id = Handle<Tag>;

  template <class... Args>
  Id insert(Args&&... args) {
    std::uint32_t index;
    if (free_.empty()) {
      index = count_++;
      if (index % kChunk == 0) chunks_.push_back(std::make_unique<Slot[]>(kChunk));
    } else {
      index = free_.back();
      free_.pop_back();
    }
    Slot& slot = at(index);
    slot.value.emplace(std::forward<Args>(args)...);
    ++size_;
    return {index, slot.generation};
  }

  [[nodiscard]] T* find(Id id) {
    if (id.index >= count_) return nullptr;
    Slot& slot = at(id.index);
    return slot.generation == id.generation && slot.value ? &*slot.value : nullptr;
  }
  [[nodiscard]] const T* find(Id id) const { return const_cast<SlotMap*>(this)->find(id); }

  bool erase(Id id) {
    if (find(id) == nullptr) return false;
    Slot& slot = at(id.index);
    slot.value.reset();
    slot.generation = next_generation(slot.generation);
    free_.push_back(id.index);
    --size_;
    return true;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  // Visits in slot order as f(Id, T&). f may erase the value it is given, and no other.
  template <class F>
  void for_each(F&& f) {
    for (std::uint32_t i = 0; i < count_; ++i)
      if (at(i).value) f(Id{i, at(i).generation}, *at(i).value);
  }
  template <class F>
  void for_each(F&& f) const {
    for (std::uint32_t i = 0; i < count_; ++i)
      if (at(i).value) f(Id{i, at(i).generation}, *at(i).value);
  }

 private:
  struct Slot {
    std::uint32_t generation = 1;
    std::optional<T> value;
  };
  // Slots of one allocation: a power of two of them in 2 kB, or one.
  static constexpr std::uint32_t kChunk = std::bit_floor(std::max<std::uint32_t>(1, 2048 / sizeof(Slot)));
  [[nodiscard]] Slot& at(std::uint32_t index) const { return chunks_[index / kChunk][index % kChunk]; }
  std::vector<std::unique_ptr<Slot[]>> chunks_;
  std::uint32_t count_ = 0;  // slots in use so far
  std::vector<std::uint32_t> free_;
  std::size_t size_ = 0;
};

}  // namespace offhook

template <class Tag>
struct std::hash<offhook::Handle<Tag>> {
  std::size_t operator()(offhook::Handle<Tag> handle) const noexcept {
    return std::hash<std::uint64_t>{}(handle.number());
  }
};
