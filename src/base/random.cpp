#include "base/random.hpp"

namespace offhook {

std::uint64_t Random::below(std::uint64_t bound) {
  // Rejection keeps it uniform: the top remainder of the range is thrown away.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  for (;;)
    if (const auto x = next(); x < limit) return x % bound;
}

double Random::unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::string Random::token(std::size_t digits) {
  std::string out;
  append_token(out, digits);
  return out;
}

void Random::append_token(std::string& out, std::size_t digits) {
  static constexpr char kAlphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  const std::size_t begin = out.size();
  out.resize(begin + digits);
  char* to = out.data() + begin;
  while (digits > 0) {
    auto word = next();
    for (int i = 0; i < 12 && digits > 0; ++i, --digits, word /= 36) *to++ = kAlphabet[word % 36];
  }
}

SeededRandom::SeededRandom(std::uint64_t seed) {
  for (auto& word : state_) {  // splitmix64
    seed += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    word = z ^ (z >> 31);
  }
}

std::uint64_t SeededRandom::next() {
  const auto rotate = [](std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); };
  const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = rotate(state_[3], 45);
  return result;
}

}  // namespace offhook
