#include "sip/header/date.hpp"

#include <algorithm>
#include <array>

#include "rule.hpp"

namespace offhook::sip {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
// A digit stands for any digit, a letter 'x' for any letter.
constexpr std::string_view kShape = "xxx, 00 xxx 0000 00:00:00 GMT";

bool has_shape(std::string_view text) {
  if (text.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char want = kShape[i];
    if (want == '0' ? !is_digit(text[i]) : want == 'x' ? !is_alpha(text[i]) : text[i] != want) return false;
  }
  return true;
}

template <std::size_t N>
unsigned index_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return static_cast<unsigned>(std::find(names.begin(), names.end(), name) - names.begin());
}

void pad(std::string& out, long long number, std::size_t width = 2) {
  const std::string digits = std::to_string(number);
  out.append(width - std::min(width, digits.size()), '0');
  out += digits;
}

}  // namespace

Result<WallTime> parse_date(std::string_view value) {
  const std::string_view text = trim(value);
  const auto at = static_cast<std::size_t>(text.data() - value.data());
  if (!has_shape(text)) return fail(Module::Sip, "date is not of the form of RFC 1123 in GMT", at);
  const auto number = [text](std::size_t from, std::size_t size) {
    return static_cast<int>(*parse_number<unsigned>(text.substr(from, size)));
  };
  const unsigned month = index_of(kMonths, text.substr(8, 3));
  if (month == kMonths.size()) return fail(Module::Sip, "no such month", at + 8);
  const std::chrono::year_month_day date{std::chrono::year(number(12, 4)), std::chrono::month(month + 1),
                                         std::chrono::day(static_cast<unsigned>(number(5, 2)))};
  if (!date.ok()) return fail(Module::Sip, "no such day", at + 5);
  const std::chrono::sys_days day{date};
  if (index_of(kDays, text.substr(0, 3)) != std::chrono::weekday{day}.c_encoding())
    return fail(Module::Sip, "weekday does not fit the date", at);
  const int hour = number(17, 2), minute = number(20, 2), second = number(23, 2);
  if (hour > 23 || minute > 59 || second > 59) return fail(Module::Sip, "no such time of day", at + 17);
  return WallTime{day.time_since_epoch() + std::chrono::hours(hour) + minutes(minute) + seconds(second)};
}

std::string date_text(WallTime at) {
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
  out += ' ';
  pad(out, static_cast<int>(date.year()), 4);
  out += ' ';
  pad(out, clock.hours().count());
  out += ':';
  pad(out, clock.minutes().count());
  out += ':';
  pad(out, clock.seconds().count());
  return out + " GMT";
}

}  // namespace offhook::sip
