// The page of web/, built into the binary.
#pragma once
#include <vector>

#include "io/http_server.hpp"

namespace offhook {
[[nodiscard]] std::vector<io::StaticFile> web_files();
}
