// Text that is put together where it stands, without an allocation as long as it is short: N octets at most. What
// grows beyond goes to the heap.
#pragma once
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace offhook {

template <std::size_t N>
class ShortText {
 public:
  ShortText& append(std::string_view text) {
    if (!long_.empty() || size_ + text.size() > N) return append_long(text);
    if (!text.empty()) std::memcpy(short_ + size_, text.data(), text.size());
    size_ += text.size();
    return *this;
  }
  ShortText& append(char c) { return append(std::string_view(&c, 1)); }

  [[nodiscard]] std::size_t size() const { return size_; }
  // Good until the next append().
  [[nodiscard]] char* data() { return long_.empty() ? short_ : long_.data(); }
  [[nodiscard]] std::string_view view() const { return {long_.empty() ? short_ : long_.data(), size_}; }

 private:
  ShortText& append_long(std::string_view text) {
    if (long_.empty()) long_.assign(short_, size_);
    long_ += text;
    size_ = long_.size();
    return *this;
  }
  char short_[N];  // not initialised: `size_` octets of it are written
  std::size_t size_ = 0;
  std::string long_;
};

}  // namespace offhook
