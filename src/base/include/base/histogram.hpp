// How long something took, counted by classes of durations: bounded, and cheap enough for every commit.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

#include "base/time.hpp"

namespace offhook {

class Histogram {
 public:
  // Upper bounds of the classes, each included; what is longer than the last counts in none of them.
  static constexpr std::array<Duration, 12> kBounds{
      microseconds(100), microseconds(250), microseconds(500), milliseconds(1),   milliseconds(2),   milliseconds(5),
      milliseconds(10),  milliseconds(25),  milliseconds(50),  milliseconds(100), milliseconds(500), seconds(2)};

  void add(Duration duration) {
    const auto bound = std::ranges::lower_bound(kBounds, duration);
    if (bound != kBounds.end()) ++counts_.at(static_cast<std::size_t>(bound - kBounds.begin()));
    ++total_;
    sum_ += duration;
  }

  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] Duration sum() const { return sum_; }
  // Of the class below kBounds[index] and above the one before.
  [[nodiscard]] std::uint64_t count(std::size_t index) const { return counts_.at(index); }

 private:
  std::array<std::uint64_t, kBounds.size()> counts_{};
  std::uint64_t total_ = 0;
  Duration sum_{};
};

}  // namespace offhook
