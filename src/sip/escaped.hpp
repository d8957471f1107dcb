// Escaped text read one octet at a time, so that it can be compared without a copy. RFC 3261 §19.1.4, RFC 2396 §2.2.
#pragma once
#include <cstddef>
#include <string_view>

#include "base/ascii.hpp"

namespace offhook::sip {

[[nodiscard]] constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The octet that %HEX HEX at `text[at]` stands for; -1 when none stands there.
[[nodiscard]] constexpr int escaped_octet(std::string_view text, std::size_t at) {
  if (text[at] != '%' || at + 2 >= text.size()) return -1;
  const int high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// Characters whose escaped form means something else than they do themselves: RFC 2396's reserved set, and the percent
// sign.
[[nodiscard]] constexpr bool is_reserved(char c) {
  return std::string_view(";/?:@&=+$,%").find(c) != std::string_view::npos;
}

struct Octet {
  char value = 0;
  bool kept = false;  // written as an escape, and not the same as the character unescaped
  [[nodiscard]] constexpr bool operator==(const Octet&) const = default;
};

class EscapedReader {
 public:
  explicit constexpr EscapedReader(std::string_view text) : text_(text) {}
  [[nodiscard]] constexpr bool done() const { return at_ == text_.size(); }
  constexpr Octet next() {
    const int octet = escaped_octet(text_, at_);
    if (octet < 0) return {text_[at_++], false};
    at_ += 3;
    const char value = static_cast<char>(octet);
    return {value, is_reserved(value)};
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

enum class Case : bool { Matters, Folds };

[[nodiscard]] constexpr bool escaped_equal(std::string_view a, std::string_view b, Case letters) {
  EscapedReader left(a), right(b);
  while (!left.done() && !right.done()) {
    Octet x = left.next(), y = right.next();
    if (letters == Case::Folds) {
      x.value = ascii_lower(x.value);
      y.value = ascii_lower(y.value);
    }
    if (x != y) return false;
  }
  return left.done() && right.done();
}

}  // namespace offhook::sip
