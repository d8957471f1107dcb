// Where this machine is reached.
#pragma once
#include <vector>

#include "base/endpoint.hpp"

namespace offhook::io {

// The addresses of its interfaces as they are now, loopback too; none where the system does not say.
[[nodiscard]] std::vector<IpAddress> machine_addresses();

}  // namespace offhook::io
