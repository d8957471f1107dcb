#include "base/wall_text.hpp"

#include <chrono>
#include <cstdio>

namespace offhook {

std::string wall_text(WallTime time, Precision precision) {
  const std::chrono::sys_time<milliseconds> at(std::chrono::floor<milliseconds>(time.time_since_epoch()));
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  char out[64];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  std::string text(out);
  if (precision == Precision::Milliseconds) {
    std::snprintf(out, sizeof out, ".%03d", static_cast<int>(clock.subseconds().count()));
    text += out;
  }
  return text + 'Z';
}

}  // namespace offhook
