// For targets whose input is a list of steps: bytes one after the other, zeros when there are none left.
#pragma once
#include <cstdint>
#include <cstdlib>

inline void require(bool good) {
  if (!good) std::abort();
}

struct Input {
  const std::uint8_t* at;
  const std::uint8_t* end;
  std::uint8_t next() { return at == end ? std::uint8_t{0} : *at++; }
};
