// The words of a line: what stands between spaces. Several spaces count as one, which RFC 8866 does not allow and the
// field does.
#pragma once
#include <cstddef>
#include <iterator>
#include <string_view>

namespace offhook::sdp {

// Takes the next word off `rest`; empty when there is none.
[[nodiscard]] constexpr std::string_view next_word(std::string_view& rest) {
  const char* at = rest.data();
  const char* const end = at + rest.size();
  while (at != end && *at == ' ') ++at;
  const char* const start = at;
  while (at != end && *at != ' ') ++at;
  rest = {at, static_cast<std::size_t>(end - at)};
  return {start, static_cast<std::size_t>(at - start)};
}

// for (std::string_view word : Words("0 8 101"))
class Words {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;
    constexpr iterator() = default;
    constexpr explicit iterator(std::string_view text) : rest_(text), word_(next_word(rest_)) {}
    constexpr std::string_view operator*() const { return word_; }
    constexpr iterator& operator++() {
      word_ = next_word(rest_);
      return *this;
    }
    constexpr iterator operator++(int) {
      iterator before = *this;
      ++*this;
      return before;
    }
    constexpr bool operator==(const iterator& other) const {
      return word_.data() == other.word_.data() || (word_.empty() && other.word_.empty());
    }

   private:
    std::string_view rest_, word_;
  };
  using const_iterator = iterator;
  using value_type = std::string_view;

  constexpr Words() = default;
  constexpr explicit Words(std::string_view text) : text_(text) {}
  [[nodiscard]] constexpr iterator begin() const { return iterator(text_); }
  [[nodiscard]] constexpr iterator end() const { return {}; }
  [[nodiscard]] constexpr bool empty() const { return (*begin()).empty(); }
  [[nodiscard]] constexpr std::string_view front() const { return *begin(); }
  [[nodiscard]] constexpr std::size_t size() const {
    std::size_t n = 0;
    for (auto it = begin(); it != end(); ++it) ++n;
    return n;
  }
  [[nodiscard]] constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

}  // namespace offhook::sdp
