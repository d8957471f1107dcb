#include "sip/header_index.hpp"

namespace offhook::sip {

std::size_t HeaderIndex::search(std::size_t from, HeaderId id) const {
  for (std::size_t i = from; i < count_; ++i)
    if ((*this)[i].id == id) return i;
  return kNone;
}

void HeaderIndex::link_behind(std::size_t last, HeaderId id) {
  std::size_t index = last - 1;
  if (last == kFar)
    for (index = count_ - 1; (*this)[index].id != id; --index) {
    }
  at(index).step = static_cast<std::uint8_t>(std::min<std::size_t>(count_ - index, kFar));
}

void HeaderIndex::shift(std::uint32_t end, std::uint32_t by) {
  for (std::size_t i = 0; i < count_; ++i) {
    Slot& slot = at(i);
    if (slot.name >= end) {
      slot.name += by;
      slot.value += by;
    } else if (slot.value + slot.value_size >= end) {
      slot.value_size += by;
    }
  }
}

}  // namespace offhook::sip
