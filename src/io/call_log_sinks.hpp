// The files that records of calls go to.
#pragma once
#include "io/call_log.hpp"

namespace offhook::io {

// Complaints without the file's name.
[[nodiscard]] Checked<std::unique_ptr<CallLog::Sink>> open_sqlite_sink(const std::string& path);
// A line that a crash has cut off is taken away.
[[nodiscard]] Checked<std::unique_ptr<CallLog::Sink>> open_json_sink(const std::string& path);

}  // namespace offhook::io
