#include "base/siphash.hpp"

#include <gtest/gtest.h>

#include <string>

namespace offhook {
namespace {

// The vectors of the paper's reference code: key 00 01 … 0f, text 00 01 … of that length.
TEST(SipHash, IsTheReferences) {
  const SipKey key{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  const auto hash = [&](std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(i);
    return siphash(key, text);
  };
  EXPECT_EQ(hash(0), 0x726fdb47dd0e0e31ULL);
  EXPECT_EQ(hash(1), 0x74f839c593dc67fdULL);
  EXPECT_EQ(hash(7), 0xab0200f58b01d137ULL);
  EXPECT_EQ(hash(8), 0x93f5f5799a932462ULL);
  EXPECT_EQ(hash(15), 0xa129ca6149be45e5ULL);
}

TEST(SipHash, Of128BitsIsTheReferences) {
  const SipKey key{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  EXPECT_EQ(siphash128(key, ""), (SipHash128{0xe6a825ba047f81a3ULL, 0x930255c71472f66dULL}));
  EXPECT_EQ(siphash128(key, std::string_view("\0", 1)), (SipHash128{0x44af996bd8c187daULL, 0x45fc229b11597634ULL}));
  EXPECT_EQ(siphash128(key, std::string_view("\0\1", 2)), (SipHash128{0xc75da4a48d227781ULL, 0xe4ff0af6de8ba3fcULL}));
}

}  // namespace
}  // namespace offhook
