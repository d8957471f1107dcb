// Patterns of dialled numbers: the whole number has to fit.
//   x      any digit                     0-9 + * #   themselves
//   [1-4*] one of these                  .   at the end: one or more signs of any kind; ! none or more
// A pattern with another letter than x in it is a name, and stands for itself alone.
#pragma once
#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace offhook::proxy {

class NumberPattern {
 public:
  // Errors: empty, a bracket without its other half, an empty or turned round range, '.' or '!' before the end, a sign
  // that no number has.
  [[nodiscard]] static Result<NumberPattern> parse(std::string_view text);

  [[nodiscard]] bool matches(std::string_view number) const;
  // Everything that fits `other` fits this one too. (False where that needs more than sign by sign.)
  [[nodiscard]] bool covers(const NumberPattern& other) const;
  // Signs of the shortest number that fits.
  [[nodiscard]] std::size_t least() const { return signs_.size() + (tail_ == Tail::Some ? 1 : 0); }

 private:
  using Set = std::bitset<128>;
  enum class Tail : std::uint8_t { None, Some, Any };
  std::vector<Set> signs_;
  Tail tail_ = Tail::None;
};

}  // namespace offhook::proxy
