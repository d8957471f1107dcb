// From one sample rate to another, by speexdsp. A stream: what comes out lags by the filter's length (2 to 5 ms).
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "media/audio.hpp"

namespace offhook::media {

class Resampler {
 public:
  Resampler();
  ~Resampler();
  Resampler(Resampler&&) noexcept;
  Resampler& operator=(Resampler&&) noexcept;

  // Converts `in` to fill `out`; the ratio of their sizes is that of the rates and may change from call to call, which
  // begins a new stream. Equal sizes are copied.
  void process(std::span<const std::int16_t> in, std::span<std::int16_t> out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A whole recording, in time with the original.
[[nodiscard]] std::vector<std::int16_t> resample(std::span<const std::int16_t> in, std::uint32_t from,
                                                 std::uint32_t to);

}  // namespace offhook::media
