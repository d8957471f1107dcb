#include "sip/header/timestamp.hpp"

#include "rule.hpp"

namespace offhook::sip {
namespace {

// *(DIGIT) [ "." *(DIGIT) ]
std::string_view take_decimal(Cursor& cursor) {
  const std::string_view before = cursor.rest;
  cursor.take_while(is_digit);
  if (cursor.take('.')) cursor.take_while(is_digit);
  return before.substr(0, before.size() - cursor.rest.size());
}

}  // namespace

std::optional<Duration> Timestamp::delay_duration() const {
  if (delay.empty()) return std::nullopt;
  constexpr long kDay = 86400;
  Cursor cursor(delay);
  const std::string_view whole = cursor.take_while(is_digit);
  const auto seconds_part = whole.empty() ? std::optional(0L) : parse_number<long>(whole);
  if (!seconds_part || *seconds_part > kDay) return std::nullopt;
  cursor.take('.');
  long micros = 0, weight = 100'000;
  for (const char c : cursor.rest) {
    micros += (c - '0') * weight;
    weight /= 10;
  }
  return seconds(*seconds_part) + microseconds(micros);
}

Result<Timestamp> Timestamp::parse(std::string_view value) {
  Cursor cursor(value);
  cursor.skip_space();
  if (cursor.done() || !is_digit(cursor.rest.front())) return fail(Module::Sip, "bad Timestamp", cursor.offset());
  Timestamp out;
  out.time = take_decimal(cursor);
  if (!cursor.done() && !is_space(cursor.rest.front())) return fail(Module::Sip, "bad Timestamp", cursor.offset());
  cursor.skip_space();
  out.delay = take_decimal(cursor);
  cursor.skip_space();
  if (!cursor.done()) return fail(Module::Sip, "bad delay in Timestamp", cursor.offset());
  return out;
}

}  // namespace offhook::sip
