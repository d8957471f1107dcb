// Whole files in and out, for configuration, captures and WAVs.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace offhook::io {

// Complaint: "cannot read the file: No such file or directory (a.cfg)".
[[nodiscard]] Checked<std::string> read_file(const std::string& path);
// Through a temporary file and a rename: the old content stays whole when this fails.
[[nodiscard]] Checked<void> write_file(const std::string& path, std::string_view bytes);

}  // namespace offhook::io
