// A hash with a secret, for tables and marks whose input strangers choose and whose output they never see: multiply and
// fold, sixteen octets at a time into two lanes. Not for signatures, and not the same on machines of another byte
// order.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace offhook {

struct Hash128 {
  std::uint64_t high = 0, low = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};

class KeyedHash {
 public:
  using Secret = std::array<std::uint64_t, 4>;
  explicit KeyedHash(const Secret& secret) : secret_(secret) {}

  [[nodiscard]] Hash128 operator()(std::string_view text) const {
    std::uint64_t a = secret_[0] ^ text.size(), b = secret_[1];
    const char* at = text.data();
    std::size_t left = text.size();
    for (; left >= 16; at += 16, left -= 16) take(at, 16, a, b);
    if (left > 0) take(at, left, a, b);
    return {mix(a ^ secret_[1], b ^ secret_[2]), mix(b ^ secret_[0], a ^ secret_[3])};
  }

 private:
  __extension__ using Wide = unsigned __int128;
  static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  void take(const char* at, std::size_t size, std::uint64_t& a, std::uint64_t& b) const {
    std::uint64_t words[2] = {};
    std::memcpy(words, at, std::min<std::size_t>(16, size));
    a = mix(words[0] ^ secret_[2], words[1] ^ a);
    b = mix(words[0] ^ b, words[1] ^ secret_[3]);
  }
  Secret secret_;
};

}  // namespace offhook
