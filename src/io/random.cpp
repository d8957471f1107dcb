#include "io/random.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace offhook::io {

std::uint64_t SystemRandom::next() {
  if (used_ == block_.size()) {
    // 256 bytes come at once or not at all (getrandom(2)); without randomness nothing here may go on.
    ssize_t got = 0;
    do got = getrandom(block_.data(), sizeof block_, 0);
    while (got < 0 && errno == EINTR);
    if (got != static_cast<ssize_t>(sizeof block_)) std::abort();
    used_ = 0;
  }
  return block_[used_++];
}

}  // namespace offhook::io
