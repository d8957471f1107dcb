#include "sip/header/numbers.hpp"

#include "scan.hpp"

namespace offhook::sip {
namespace {

std::optional<std::uint32_t> number(std::optional<std::string_view> value) {
  return value ? parse_number<std::uint32_t>(*value) : std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> max_forwards(const Message& message) {
  return number(message.find(HeaderId::MaxForwards));
}
std::optional<std::uint32_t> expires(const Message& message) { return number(message.find(HeaderId::Expires)); }
std::optional<std::uint32_t> min_expires(const Message& message) { return number(message.find(HeaderId::MinExpires)); }

std::optional<std::uint32_t> retry_after(const Message& message) {
  const auto value = message.find(HeaderId::RetryAfter);
  if (!value) return std::nullopt;
  // delta-seconds [ comment ] *( SEMI retry-param )
  Cursor cursor(*value);
  const auto seconds = cursor.take_while(is_digit);
  cursor.skip_space();
  if (!cursor.done() && !cursor.at('(') && !cursor.at(';')) return std::nullopt;
  return parse_number<std::uint32_t>(seconds);
}

}  // namespace offhook::sip
