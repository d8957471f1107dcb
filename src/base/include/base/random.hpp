// Randomness as an argument. io gives SystemRandom (the kernel's generator), sim and tests give SeededRandom.
// Branches, tags, Call-IDs, nonces, SSRCs, jitter of timers: all are drawn from the Random that the engine was given.
#pragma once
#include <cstdint>
#include <string>

namespace offhook {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  // Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  // Uniform in [0, 1).
  double unit();
  // `digits` characters of [a-z0-9], for tags, branches and Call-IDs (about 5.17 bits a character).
  std::string token(std::size_t digits);
  // The same behind what `out` has.
  void append_token(std::string& out, std::size_t digits);
};

// xoshiro256**: repeatable, not for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed);
  std::uint64_t next() override;

 private:
  std::uint64_t state_[4];
};

}  // namespace offhook
