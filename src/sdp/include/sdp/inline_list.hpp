// A list of plain values whose first N live in place: no heap for what is usual, any length for what is not. The
// elements lie side by side, so that a pointer and a size are a view of it.
#pragma once
#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace offhook::sdp {

template <class T, std::size_t N>
class InlineList {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  using value_type = T;
  using const_iterator = const T*;
  using iterator = const T*;

  InlineList() {}  // NOLINT(modernize-use-equals-default): leaves the unused places as they are, which is the point
  InlineList(const InlineList& other) : more_(other.more_), size_(other.size_) {
    if (more_.empty()) std::copy_n(other.place_.items, size_, place_.items);
  }
  InlineList(InlineList&& other) noexcept : more_(std::move(other.more_)), size_(other.size_) {
    if (more_.empty()) std::copy_n(other.place_.items, size_, place_.items);
    other.clear();
  }
  InlineList& operator=(const InlineList& other) {
    if (this == &other) return *this;
    more_ = other.more_;
    size_ = other.size_;
    if (more_.empty()) std::copy_n(other.place_.items, size_, place_.items);
    return *this;
  }
  InlineList& operator=(InlineList&& other) noexcept {
    if (this == &other) return *this;
    more_ = std::move(other.more_);
    size_ = other.size_;
    if (more_.empty()) std::copy_n(other.place_.items, size_, place_.items);
    other.clear();
    return *this;
  }
  ~InlineList() = default;

  void push_back(const T& value) {
    if (size_ < N) {
      place_.items[size_++] = value;
      return;
    }
    if (size_ == N) more_.assign(place_.items, place_.items + N);
    more_.push_back(value);
    ++size_;
  }
  void clear() {
    more_.clear();
    size_ = 0;
  }
  // Drops what `unwanted` says, in place.
  template <class F>
  void remove_if(F&& unwanted) {
    T* const kept = std::remove_if(items(), items() + size_, unwanted);
    const auto left = static_cast<std::size_t>(kept - items());
    if (!more_.empty() && left <= N) {
      std::copy_n(more_.data(), left, place_.items);
      more_.clear();
    } else if (!more_.empty()) {
      more_.erase(more_.begin() + static_cast<std::ptrdiff_t>(left), more_.end());
    }
    size_ = left;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] const T* data() const { return more_.empty() ? place_.items : more_.data(); }
  [[nodiscard]] const T* begin() const { return data(); }
  [[nodiscard]] const T* end() const { return data() + size_; }
  [[nodiscard]] T* items() { return more_.empty() ? place_.items : more_.data(); }
  [[nodiscard]] const T& operator[](std::size_t i) const { return data()[i]; }
  [[nodiscard]] T& operator[](std::size_t i) { return items()[i]; }
  [[nodiscard]] const T& front() const { return data()[0]; }
  [[nodiscard]] const T& back() const { return data()[size_ - 1]; }

  friend bool operator==(const InlineList& a, const InlineList& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  union Place {
    Place() {}  // NOLINT(modernize-use-equals-default)
    T items[N];
  };
  Place place_;
  std::vector<T> more_;  // all of them, once there are more than N
  std::size_t size_ = 0;
};

}  // namespace offhook::sdp
