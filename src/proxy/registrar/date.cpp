#include "registrar/date.hpp"

#include <array>
#include <string_view>

namespace offhook::proxy {
namespace {

void pad(std::string& out, long long number) {
  if (number < 10) out += '0';
  out += std::to_string(number);
}

}  // namespace

std::string date_text(WallTime at) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  // The calendar is a calculation on system_clock's type; its clock is not read.
  const std::chrono::sys_seconds time{std::chrono::floor<seconds>(at.time_since_epoch())};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::string out(kDays[std::chrono::weekday{day}.c_encoding()]);
  out += ", ";
  pad(out, static_cast<unsigned>(date.day()));
  out += ' ';
  out += kMonths[static_cast<unsigned>(date.month()) - 1];
  out += ' ' + std::to_string(static_cast<int>(date.year())) + ' ';
  pad(out, clock.hours().count());
  out += ':';
  pad(out, clock.minutes().count());
  out += ':';
  pad(out, clock.seconds().count());
  return out + " GMT";
}

}  // namespace offhook::proxy
