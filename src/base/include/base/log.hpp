// A line of the log as a value: what happened, where, and what it is about. No credentials belong into one: whoever
// makes one puts names, numbers and words of ours there, never a header field.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace offhook {

enum class LogLevel : std::uint8_t { Error, Warning, Info, Debug };
enum class LogFormat : std::uint8_t {
  Text,    // 2026-11-26T12:00:00.250Z info guard: 192.0.2.7 is banned for 60 s (source 192.0.2.7)
  Json,    // {"time":"2026-11-26T12:00:00.250Z","level":"info","area":"guard","message":"…","source":"192.0.2.7"}
  Logfmt,  // time=2026-11-26T12:00:00.250Z level=info area=guard message="…" source=192.0.2.7
};

struct LogEvent {
  LogLevel level = LogLevel::Info;
  std::string_view area;  // static text: "guard"
  std::string message;    // words
  // What it is about, by name (static text): call_id, user, source … What is "" is not written.
  std::vector<std::pair<std::string_view, std::string>> fields{};
};

// "error", "warning", "info", "debug" and "text", "json", "logfmt".
[[nodiscard]] std::string_view text_of(LogLevel level);
[[nodiscard]] std::optional<LogLevel> parse_log_level(std::string_view text);
[[nodiscard]] std::optional<LogFormat> parse_log_format(std::string_view text);

// One line without its end, whatever the texts hold: control characters are escaped, what is no UTF-8 is replaced, and
// long texts are cut.
[[nodiscard]] std::string log_line(LogFormat format, WallTime time, const LogEvent& event);

}  // namespace offhook
