// Randomness from the kernel, fetched in blocks. Fit for tags, branches and nonces. One thread.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/random.hpp"

namespace offhook::io {

class SystemRandom final : public Random {
 public:
  std::uint64_t next() override;

 private:
  std::array<std::uint64_t, 256> block_{};
  std::size_t used_ = 256;
};

}  // namespace offhook::io
