// Timestamp = 1*(DIGIT) [ "." *(DIGIT) ] [ LWS delay ] ;  delay = *(DIGIT) [ "." *(DIGIT) ]. RFC 3261 §20.38.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace offhook::sip {

struct Timestamp {
  std::string_view time;   // as its sender wrote it; only he knows its unit
  std::string_view delay;  // seconds that the answer took; "" when absent
  // Cut to microseconds; nothing when absent or beyond a day.
  [[nodiscard]] std::optional<Duration> delay_duration() const;
  [[nodiscard]] static Result<Timestamp> parse(std::string_view value);
};

}  // namespace offhook::sip
