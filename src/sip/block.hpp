// Sixteen octets looked at together: each question gives a mask with a bit for each octet that answers yes. SSE2, which
// every x86-64 has, and a plain form for other machines; the tests hold one against the other.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace offhook::sip {

inline constexpr std::ptrdiff_t kBlock = 16;

class PlainBlock {
 public:
  // The octets that answer a question with yes; bits() has one for each, the first octet's lowest.
  struct Marks {
    unsigned mask = 0;
    [[nodiscard]] unsigned bits() const { return mask; }
    friend Marks operator|(Marks a, Marks b) { return {a.mask | b.mask}; }
    friend Marks operator^(Marks a, Marks b) { return {a.mask ^ b.mask}; }
  };
  static PlainBlock load(const char* at) {
    PlainBlock out;
    std::memcpy(out.octets_.data(), at, kBlock);
    return out;
  }
  [[nodiscard]] Marks equal(char c) const {
    return marks([c](unsigned char octet) { return octet == static_cast<unsigned char>(c); });
  }
  // Octets from `low` to `high`, both counted, as unsigned numbers.
  [[nodiscard]] Marks between(unsigned char low, unsigned char high) const {
    return marks([low, high](unsigned char octet) { return octet >= low && octet <= high; });
  }
  // ASCII letters of either case.
  [[nodiscard]] Marks letters() const { return between('a', 'z') | between('A', 'Z'); }

 private:
  template <class Question>
  [[nodiscard]] Marks marks(Question question) const {
    Marks out;
    for (unsigned i = 0; i < kBlock; ++i) out.mask |= question(octets_[i]) ? 1U << i : 0U;
    return out;
  }
  std::array<unsigned char, kBlock> octets_{};
};

#ifdef __SSE2__
class Sse2Block {
 public:
  struct Marks {
    __m128i octets;
    [[nodiscard]] unsigned bits() const { return static_cast<unsigned>(_mm_movemask_epi8(octets)); }
    friend Marks operator|(Marks a, Marks b) { return {_mm_or_si128(a.octets, b.octets)}; }
    friend Marks operator^(Marks a, Marks b) { return {_mm_xor_si128(a.octets, b.octets)}; }
  };
  static Sse2Block load(const char* at) {
    Sse2Block out;
    std::memcpy(&out.octets_, at, kBlock);
    return out;
  }
  [[nodiscard]] Marks equal(char c) const { return {_mm_cmpeq_epi8(octets_, _mm_set1_epi8(c))}; }
  [[nodiscard]] Marks between(unsigned char low, unsigned char high) const { return between(octets_, low, high); }
  [[nodiscard]] Marks letters() const { return between(_mm_or_si128(octets_, _mm_set1_epi8(' ')), 'a', 'z'); }

 private:
  // SSE2 compares signed octets only; the minimum of unsigned ones does what is wanted.
  static Marks between(__m128i octets, unsigned char low, unsigned char high) {
    const __m128i above = low == 0 ? octets : _mm_sub_epi8(octets, _mm_set1_epi8(static_cast<char>(low)));
    const __m128i width = _mm_set1_epi8(static_cast<char>(high - low));
    return {_mm_cmpeq_epi8(_mm_min_epu8(above, width), above)};
  }
  __m128i octets_;
};
using Block = Sse2Block;
#else
using Block = PlainBlock;
#endif

// A block of the `n` < 16 octets from `at` on; zeros behind them. No octet beyond them is read.
template <class B>
[[nodiscard, gnu::always_inline]] inline B load_part(const char* at, std::size_t n) {
  std::array<std::uint64_t, 2> octets{};
  if (n >= 8) {
    std::uint64_t high = 0;
    std::memcpy(octets.data(), at, 8);
    std::memcpy(&high, at + n - 8, 8);
    octets[1] = n == 8 ? 0 : high >> (8 * (16 - n));
  } else if (n >= 4) {
    std::uint32_t low = 0, high = 0;
    std::memcpy(&low, at, 4);
    std::memcpy(&high, at + n - 4, 4);
    octets[0] = low | std::uint64_t{high} << (8 * (n - 4));
  } else {
    std::memcpy(octets.data(), at, n);
  }
  return B::load(reinterpret_cast<const char*>(octets.data()));
}

// What a search stops at. Each has a form for a block and one for a single octet.
template <char... Stops>
struct AnyOf {
  template <class B>
  static unsigned in(const B& block) {
    return (block.equal(Stops) | ...).bits();
  }
  static bool is(char c) { return ((c == Stops) || ...); }
};
// What no URI may hold, whatever its scheme: controls, white space, quotes and brackets. Octets beyond ASCII ought to
// be escaped but are let through.
struct NoUriChar {
  template <class B>
  static auto marks(const B& block) {
    return block.between(0, ' ') | block.equal('\x7f') | block.equal('"') | block.equal('<') | block.equal('>');
  }
  template <class B>
  static unsigned in(const B& block) {
    return marks(block).bits();
  }
  static bool is(char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '"' || c == '<' || c == '>';
  }
};
// Hosts have letters, digits, dots and hyphens, and the underscore that names in the field carry.
struct NoHostChar {
  template <class B>
  static unsigned in(const B& block) {
    return 0xffffU ^ (block.letters() | block.between('0', '9') | block.between('-', '.') | block.equal('_')).bits();
  }
  static bool is(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return !letter && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_';
  }
};

// The first stop in [at, end), or end. [base, at) may be read too: with it the last octets are looked at in one block
// as well.
template <class Stop, class B = Block>
[[nodiscard, gnu::always_inline]] inline const char* find_stop(const char* base, const char* at, const char* end) {
  for (; end - at >= kBlock; at += kBlock)
    if (const unsigned found = Stop::in(B::load(at)); found != 0) return at + __builtin_ctz(found);
  if (end - base >= kBlock) {
    // Zeros come in from above, so the end is where a search without success arrives: bit `left`.
    const auto left = static_cast<unsigned>(end - at);
    return at + __builtin_ctz((Stop::in(B::load(end - kBlock)) >> (kBlock - left)) | (1U << left));
  }
  while (at != end && !Stop::is(*at)) ++at;
  return at;
}

// each(block, shift) for blocks that together cover [at, at + n), n <= 64; they overlap where n is no multiple of their
// size. Behind a text that is shorter than a block there are zeros: within(n) cuts off what they are marked as.
template <class B = Block, class Each>
[[gnu::always_inline]] inline void for_each_block(const char* at, std::size_t n, Each each) {
  constexpr std::size_t kSize = kBlock;
  if (n < kSize) {
    each(load_part<B>(at, n), 0U);
    return;
  }
  std::size_t done = 0;
  for (; done + kSize <= n; done += kSize) each(B::load(at + done), static_cast<unsigned>(done));
  if (done != n) each(B::load(at + n - kSize), static_cast<unsigned>(n - kSize));
}
// Bits 0 to n - 1.
[[nodiscard]] constexpr std::uint64_t within(std::size_t n) {
  return n >= 64 ? UINT64_MAX : (std::uint64_t{1} << n) - 1;
}

}  // namespace offhook::sip
