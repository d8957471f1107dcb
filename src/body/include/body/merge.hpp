// What a table of state made of one more notification.
#pragma once
#include <cstddef>
#include <cstdint>

namespace offhook::body {

enum class Merge : std::uint8_t {
  Applied,       // the table is what the notifier knows
  NeedsRefresh,  // notifications are missing: ask for full state with a SUBSCRIBE
  Stale,         // older than the table, nothing changed
};

// Rows that a table of state grows to by partial notifications; what is beyond is not kept and asks for a refresh.
inline constexpr std::size_t kMaxRows = 4096;

}  // namespace offhook::body
