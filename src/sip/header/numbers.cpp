#include "sip/header/numbers.hpp"

#include "scan.hpp"
#include "sip/header/session_expires.hpp"

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

std::optional<std::uint32_t> max_breadth(const Message& message) { return number(message.find(HeaderId::MaxBreadth)); }
std::optional<std::uint32_t> flow_timer(const Message& message) { return number(message.find(HeaderId::FlowTimer)); }

std::optional<std::uint32_t> min_se(const Message& message) {
  const auto value = message.find(HeaderId::MinSE);
  const auto seconds = value ? parse_min_se(*value) : fail(Module::Sip, "no Min-SE");
  return seconds ? std::optional(*seconds) : std::nullopt;
}

std::optional<std::uint32_t> retry_after(const Message& message) {
  const auto value = message.find(HeaderId::RetryAfter);
  if (!value) return std::nullopt;
  // delta-seconds [ comment ] *( SEMI retry-param ): a 503 whose comment is broken still says how long.
  Cursor cursor(*value);
  const auto seconds = cursor.take_while(is_digit);
  cursor.skip_space();
  if (!cursor.done() && !cursor.at('(') && !cursor.at(';')) return std::nullopt;
  return parse_number<std::uint32_t>(seconds);
}

}  // namespace offhook::sip
