// SipHash-2-4 (Aumasson and Bernstein, 2012): a short keyed hash. Nobody without the key finds a text for a hash, or a
// hash for a text; it is a check of 64 bits, no signature.
#pragma once
#include <cstdint>
#include <string_view>

namespace offhook {

struct SipKey {
  std::uint64_t a = 0, b = 0;
};
[[nodiscard]] std::uint64_t siphash(const SipKey& key, std::string_view text);

// The form of 128 bits, which is another function: its first half is not siphash().
struct SipHash128 {
  std::uint64_t first = 0, second = 0;  // the reference writes each with its lowest octet first
  friend bool operator==(const SipHash128&, const SipHash128&) = default;
};
[[nodiscard]] SipHash128 siphash128(const SipKey& key, std::string_view text);

}  // namespace offhook
