// What a lost packet cut out of a digit that sounds. Two steady tones of known frequencies are the same on both sides
// of the gap: where what comes behind it is what they would have become, they went on, and the detector gets them
// without a seam. Where it is silent, or they begin anew, there was a pause. Works at 8 kHz.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "media/audio.hpp"

namespace offhook::media {

class DigitBridge {
 public:
  // Samples behind a gap that it can be judged by, well and at the least.
  static constexpr std::size_t kEnough = 100, kLeast = 60;

  // What was heard last, of any length.
  void heard(ConstFrame part);
  // What the detector shall hear instead of `missing` samples that were lost before `next`; and `next` as it shall hear
  // it, whose first samples may be blended with what a codec has made up. Nothing: nobody can tell what it was.
  struct Filling {
    std::vector<std::int16_t> gap, next;
  };
  [[nodiscard]] Filling fill(std::size_t missing, ConstFrame next) const;

 private:
  // 12.5 ms, as the detector's own window: shorter ones do not tell the rows apart.
  static constexpr std::size_t kTail = 100;
  static constexpr std::size_t kBlend = 40;  // 5 ms of `next`
  static constexpr std::size_t kProbe = 60;  // of `next`, behind them

  // a·cos + b·sin of each of the two, counted from the end of the tail.
  struct Tones {
    std::array<double, 2> frequency{};  // radians a sample
    std::array<double, 4> weights{};
    [[nodiscard]] double at(double sample) const;
  };
  [[nodiscard]] std::optional<Tones> find() const;

  std::array<std::int16_t, kTail> tail_{};
};

}  // namespace offhook::media
