#include "io/random.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace offhook::io {

std::uint64_t SystemRandom::next() {
  if (used_ == block_.size()) {
    // More than 256 bytes may come in parts (getrandom(2)); without randomness nothing here may go on.
    auto* const bytes = reinterpret_cast<char*>(block_.data());
    for (std::size_t done = 0; done < sizeof block_;) {
      const ssize_t got = getrandom(bytes + done, sizeof block_ - done, 0);
      if (got < 0 && errno != EINTR) std::abort();
      done += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    }
    used_ = 0;
  }
  return block_[used_++];
}

}  // namespace offhook::io
