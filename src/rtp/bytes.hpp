// Big-endian reading and writing. Private to rtp.
#pragma once
#include <cstdint>
#include <vector>

#include "rtp/packet.hpp"

namespace offhook::rtp {

[[nodiscard]] inline std::uint16_t read16(Bytes b, std::size_t at) {
  return static_cast<std::uint16_t>(b[at] << 8 | b[at + 1]);
}
[[nodiscard]] inline std::uint32_t read32(Bytes b, std::size_t at) {
  return std::uint32_t{read16(b, at)} << 16 | read16(b, at + 2);
}
inline void put8(std::vector<std::uint8_t>& out, std::uint32_t v) { out.push_back(static_cast<std::uint8_t>(v)); }
inline void put16(std::vector<std::uint8_t>& out, std::uint32_t v) {
  put8(out, v >> 8);
  put8(out, v);
}
inline void put32(std::vector<std::uint8_t>& out, std::uint32_t v) {
  put16(out, v >> 16);
  put16(out, v);
}

}  // namespace offhook::rtp
