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

}  // namespace
}  // namespace offhook
