#include "sip/header/allow_events.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<std::string_view> parse_event_type(std::string_view value) {
  const auto type = rule::token(value, "bad event type");
  if (!type) return type;
  if (type->front() == '.' || type->back() == '.' || type->find("..") != std::string_view::npos)
    return fail(Module::Sip, "empty part of an event type");
  return type;
}

bool allows_event(const Message& message, std::string_view event_type) {
  for (const std::string_view element : message.values(HeaderId::AllowEvents))
    if (element == event_type) return true;
  return false;
}

}  // namespace offhook::sip
