// Every octet that operator new has given out and not got back, rounded as the allocator does.
#pragma once
#include <cstddef>

namespace offhook::test {
[[nodiscard]] std::size_t octets_in_use();
}
