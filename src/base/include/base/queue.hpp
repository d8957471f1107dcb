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
  template <class... Args>
  void emplace(Args&&... args) {
    items_.emplace_back(std::forward<Args>(args)...);
  }
  // The oldest one; nothing when there is none.
  [[nodiscard]] std::optional<T> pop() {
    if (empty()) return std::nullopt;
    std::optional<T> out(std::move(items_[next_++]));
    if (empty()) {
      next_ = 0;
      forget(items_);
    }
    return out;
  }
  // Gives each to f(T&) where it lies, the oldest first, until there is none: what f pushes meanwhile has its turn,
  // too. f calls neither this nor pop().
  template <class F>
  void drain(F&& f) {
    while (!empty()) {
      taken_.swap(items_);
      for (std::size_t i = std::exchange(next_, 0); i < taken_.size(); ++i) f(taken_[i]);
      forget(taken_);
    }
  }

 private:
  static constexpr std::size_t kKept = 256;  // elements whose memory stays
  static void forget(std::vector<T>& items) {
    items.clear();
    if (items.capacity() > kKept) items.shrink_to_fit();
  }
  std::vector<T> items_;
  std::vector<T> taken_;  // by drain(), while it lasts
  std::size_t next_ = 0;  // the oldest one; those before it are taken
};

}  // namespace offhook
