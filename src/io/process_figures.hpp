// What this process takes of the machine.
#pragma once
#include "api/proxy.hpp"

namespace offhook::io {

// Memory, processor time and descriptors; what cannot be read stays 0.
void read_process(api::WorldFigures& out);

}  // namespace offhook::io
