#include "base/siphash.hpp"

#include <bit>

namespace offhook {
namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;
  void rounds(int count) {
    for (; count > 0; --count) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  }
  void take(std::uint64_t word) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
};

// The first `size` octets, the lowest first.
std::uint64_t word_of(const char* at, std::size_t size) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < size; ++i) out |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  return out;
}

}  // namespace

std::uint64_t siphash(const SipKey& key, std::string_view text) {
  State state{key.a ^ 0x736f6d6570736575ULL, key.b ^ 0x646f72616e646f6dULL, key.a ^ 0x6c7967656e657261ULL,
              key.b ^ 0x7465646279746573ULL};
  const std::size_t whole = text.size() / 8 * 8;
  for (std::size_t i = 0; i < whole; i += 8) state.take(word_of(text.data() + i, 8));
  state.take(std::uint64_t{text.size() & 0xffU} << 56 | word_of(text.data() + whole, text.size() - whole));
  state.v2 ^= 0xff;
  state.rounds(4);
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace offhook
