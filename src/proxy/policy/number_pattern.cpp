#include "policy/number_pattern.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace offhook::proxy {
namespace {

bool is_dialled(char c) { return is_digit(c) || c == '+' || c == '*' || c == '#'; }

bool is_name(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return is_alpha(c) && c != 'x' && c != 'X'; });
}

}  // namespace

Result<NumberPattern> NumberPattern::parse(std::string_view text) {
  NumberPattern out;
  if (text.empty()) return fail(Module::Proxy, "an empty pattern");
  const auto add = [&](char c) { out.signs_.emplace_back().set(static_cast<unsigned char>(c)); };
  if (is_name(text)) {
    for (const char c : text) {
      if (static_cast<unsigned char>(c) >= 128) return fail(Module::Proxy, "a name with other letters than ASCII's");
      add(c);
    }
    return out;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_dialled(c)) {
      add(c);
    } else if (c == 'x' || c == 'X') {
      Set& set = out.signs_.emplace_back();
      for (char digit = '0'; digit <= '9'; ++digit) set.set(static_cast<unsigned char>(digit));
    } else if (c == '.' || c == '!') {
      if (i + 1 != text.size()) return fail(Module::Proxy, "'.' and '!' stand at the end", i);
      out.tail_ = c == '.' ? Tail::Some : Tail::Any;
    } else if (c == '[') {
      const auto end = text.find(']', i);
      if (end == std::string_view::npos || end == i + 1)
        return fail(Module::Proxy, "'[' wants signs and a ']' behind them", i);
      Set& set = out.signs_.emplace_back();
      const std::string_view inside = text.substr(i + 1, end - i - 1);
      for (std::size_t k = 0; k < inside.size(); ++k) {
        char last = inside[k];
        if (k + 2 < inside.size() && inside[k + 1] == '-') last = inside[k + 2];
        if (!is_dialled(inside[k]) || !is_dialled(last) || last < inside[k] ||
            (last != inside[k] && !(is_digit(inside[k]) && is_digit(last))))
          return fail(Module::Proxy, "between '[' and ']' stand digits, +, *, # and ranges such as 1-9", i);
        for (char sign = inside[k]; sign <= last; ++sign) set.set(static_cast<unsigned char>(sign));
        if (last != inside[k]) k += 2;
      }
      i = end;
    } else {
      return fail(Module::Proxy, "a sign that no number has", i);
    }
  }
  return out;
}

bool NumberPattern::matches(std::string_view number) const {
  if (number.size() < least() || (tail_ == Tail::None && number.size() != signs_.size())) return false;
  for (std::size_t i = 0; i < signs_.size(); ++i) {
    const auto sign = static_cast<unsigned char>(number[i]);
    if (sign >= 128 || !signs_[i].test(sign)) return false;
  }
  return true;
}

bool NumberPattern::covers(const NumberPattern& other) const {
  if (other.signs_.size() < signs_.size() || other.least() < least()) return false;
  if (tail_ == Tail::None && (other.tail_ != Tail::None || other.signs_.size() != signs_.size())) return false;
  for (std::size_t i = 0; i < signs_.size(); ++i)
    if ((other.signs_[i] & ~signs_[i]).any()) return false;
  return true;
}

}  // namespace offhook::proxy
