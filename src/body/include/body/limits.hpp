// What a body may be at most: set before the first byte is read, so that a hostile one costs no more than a large one.
#pragma once
#include <cstddef>

namespace offhook::body {

struct Limits {
  std::size_t bytes = 65535;    // of the whole body
  std::size_t depth = 16;       // elements inside each other, the root counted
  std::size_t elements = 4096;  // in the whole document
  std::size_t attributes = 32;  // of one element, namespace declarations counted
};

}  // namespace offhook::body
