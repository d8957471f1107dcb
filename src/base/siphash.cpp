#include "base/siphash.hpp"

#include <bit>
#include <cstring>

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
  [[nodiscard]] std::uint64_t all() const { return v0 ^ v1 ^ v2 ^ v3; }
};

// The first `size` octets, the lowest first.
std::uint64_t word_of(const char* at, std::size_t size) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < size; ++i) out |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  return out;
}
std::uint64_t word_of(const char* at) {
  if constexpr (std::endian::native != std::endian::little) return word_of(at, sizeof(std::uint64_t));
  std::uint64_t out;
  std::memcpy(&out, at, sizeof out);
  return out;
}

// Up to the end of the text; `length` is 0xee for 128 bits, else 0.
State begin(const SipKey& key, std::string_view text, std::uint64_t length) {
  State state{key.a ^ 0x736f6d6570736575ULL, key.b ^ 0x646f72616e646f6dULL ^ length, key.a ^ 0x6c7967656e657261ULL,
              key.b ^ 0x7465646279746573ULL};
  const std::size_t whole = text.size() / 8 * 8;
  for (std::size_t i = 0; i < whole; i += 8) state.take(word_of(text.data() + i));
  state.take(std::uint64_t{text.size() & 0xffU} << 56 | word_of(text.data() + whole, text.size() - whole));
  return state;
}

}  // namespace

std::uint64_t siphash(const SipKey& key, std::string_view text) {
  State state = begin(key, text, 0);
  state.v2 ^= 0xff;
  state.rounds(4);
  return state.all();
}

SipHash128 siphash128(const SipKey& key, std::string_view text) {
  State state = begin(key, text, 0xee);
  SipHash128 out;
  state.v2 ^= 0xee;
  state.rounds(4);
  out.first = state.all();
  state.v1 ^= 0xdd;
  state.rounds(4);
  out.second = state.all();
  return out;
}

}  // namespace offhook
