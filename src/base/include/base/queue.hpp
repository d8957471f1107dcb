// First in, first out, for what is filled by one input and emptied after it: the memory of a burst serves the next one,
// and an element costs no allocation of its own (a std::deque of large elements makes one for each).
#pragma once
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace offhook {

template <class T>
class Queue {
 public:
  [[nodiscard]] bool empty() const { return next_ == items_.size(); }
  [[nodiscard]] std::size_t size() const { return items_.size() - next_; }
  template <class U = T>
  void push(U&& item) {
    items_.emplace_back(std::forward<U>(item));
  }
  // The oldest one; nothing when there is none.
  [[nodiscard]] std::optional<T> pop() {
    if (empty()) return std::nullopt;
    std::optional<T> out(std::move(items_[next_++]));
    if (empty()) {
      next_ = 0;
      items_.clear();
      if (items_.capacity() > kKept) items_.shrink_to_fit();
    }
    return out;
  }

 private:
  static constexpr std::size_t kKept = 256;  // elements whose memory stays
  std::vector<T> items_;
  std::size_t next_ = 0;  // the oldest one; those before it are taken
};

}  // namespace offhook
