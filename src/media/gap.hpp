// What of a frame was made up, for want of a packet: its samples [begin, end).
#pragma once
#include <cstddef>

namespace offhook::media {

struct Gap {
  std::size_t begin = 0, end = 0;
  [[nodiscard]] bool empty() const { return begin == end; }
  [[nodiscard]] std::size_t size() const { return end - begin; }
};

}  // namespace offhook::media
