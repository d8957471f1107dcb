#include "counted_new.hpp"

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace {
std::size_t in_use = 0;
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  in_use += malloc_usable_size(memory);
  return memory;
}
// The one of std::stable_sort, which its delete must fit.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return operator new(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory != nullptr) in_use -= malloc_usable_size(memory);
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace offhook::test {
std::size_t octets_in_use() { return in_use; }
}  // namespace offhook::test
