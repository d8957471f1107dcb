// Where the header fields of a message lie, and the way from a kind to its fields without a search. Part of Message.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "sip/header_id.hpp"

namespace offhook::sip {

class HeaderIndex {
 public:
  struct Slot {
    std::uint32_t name;  // offset in the message
    std::uint32_t value;
    std::uint32_t value_size;
    std::uint16_t name_size;
    HeaderId id;
    std::uint8_t
        step;  // how many slots on the next one of that kind stands; 0 when there is none, kFar when further on
  };
  static constexpr std::size_t kNone = SIZE_MAX;

  HeaderIndex() noexcept {}  // not defaulted: the half kilobyte of slots would be cleared
  HeaderIndex(const HeaderIndex& other) : more_(other.more_), ends_(other.ends_), count_(other.count_) {
    copy_slots(other);
  }
  HeaderIndex(HeaderIndex&& other) noexcept : more_(std::move(other.more_)), ends_(other.ends_), count_(other.count_) {
    copy_slots(other);
    other.clear();
  }
  HeaderIndex& operator=(const HeaderIndex& other) {
    if (this != &other) *this = HeaderIndex(other);
    return *this;
  }
  HeaderIndex& operator=(HeaderIndex&& other) noexcept {
    if (this == &other) return *this;
    more_ = std::move(other.more_);
    ends_ = other.ends_;
    count_ = other.count_;
    copy_slots(other);
    other.clear();
    return *this;
  }
  ~HeaderIndex() = default;

  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] const Slot& operator[](std::size_t index) const {
    return index < kInline ? inline_.data()[index] : more_.data()[index - kInline];
  }
  // The first field of that kind, and the next one of the same kind behind `index`; kNone when there is none.
  [[nodiscard]] std::size_t first(HeaderId id) const {
    const std::uint8_t near = ends_.data()[static_cast<std::size_t>(id)].first;
    if (near < kFar) return near == 0 ? kNone : near - std::size_t{1};
    return search(kFar - 1, id);
  }
  [[nodiscard]] std::size_t next(std::size_t index) const {
    const Slot& slot = (*this)[index];
    if (slot.step < kFar) return slot.step == 0 ? kNone : index + slot.step;
    return search(index + kFar, slot.id);
  }

  void add(std::uint32_t name, std::uint16_t name_size, std::uint32_t value, std::uint32_t value_size, HeaderId id) {
    link(id);
    if (count_ >= kInline) more_.emplace_back();
    Slot& slot = at(count_++);
    slot.name = name;
    slot.value = value;
    slot.value_size = value_size;
    slot.name_size = name_size;
    slot.id = id;
    slot.step = 0;
  }
  // `by` octets were put in (modulo 2^32: or taken out) before offset `end`, inside of a value or before all fields:
  // what begins there or later moves, and the value that they are part of grows.
  void shift(std::uint32_t end, std::uint32_t by);
  void clear() {
    more_.clear();
    ends_ = {};
    count_ = 0;
  }

 private:
  static constexpr std::size_t kInline = 32;
  static constexpr std::uint8_t kFar = UINT8_MAX;

  void copy_slots(const HeaderIndex& other) {
    std::copy_n(other.inline_.data(), std::min<std::size_t>(count_, kInline), inline_.data());
  }
  [[nodiscard]] Slot& at(std::size_t index) {
    return index < kInline ? inline_.data()[index] : more_.data()[index - kInline];
  }
  [[nodiscard]] std::size_t search(std::size_t from, HeaderId id) const;
  // Makes the field that comes next known as one of its kind.
  void link(HeaderId id) {
    Ends& ends = ends_.data()[static_cast<std::size_t>(id)];
    const auto here = static_cast<std::uint8_t>(count_ + 1 < kFar ? count_ + 1 : kFar);
    if (ends.first == 0)
      ends.first = here;
    else
      link_behind(ends.last, id);
    ends.last = here;
  }
  void link_behind(std::size_t last, HeaderId id);

  // Of one kind: index + 1 of its first and last field; 0 when there is none, kFar when it stands there or further on.
  struct Ends {
    std::uint8_t first = 0, last = 0;
  };
  std::array<Slot, kInline> inline_;  // the first count_ of them mean something
  std::vector<Slot> more_;
  std::array<Ends, static_cast<std::size_t>(HeaderId::kCount)> ends_{};
  std::uint32_t count_ = 0;
};

}  // namespace offhook::sip
