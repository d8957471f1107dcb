// A moment as text of RFC 3339, in UTC, for logs, records and reports.
#pragma once
#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace offhook {

enum class Precision : std::uint8_t { Seconds, Milliseconds };

// "2026-11-26T12:00:00.250Z", or without the fraction, which is cut off.
[[nodiscard]] std::string wall_text(WallTime time, Precision precision = Precision::Milliseconds);

}  // namespace offhook
