#include "sip/header/call_id.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<std::string_view> parse_call_id(std::string_view value) {
  Cursor cursor(value);
  cursor.skip_space();
  const auto out = rule::take_call_id(cursor);
  cursor.skip_space();
  if (out.empty() || !cursor.done()) return fail(Module::Sip, "bad call-id", cursor.offset());
  return out;
}

bool replies_to(const Message& message, std::string_view call_id) {
  for (const std::string_view element : message.values(HeaderId::InReplyTo))
    if (element == call_id) return true;
  return false;
}

}  // namespace offhook::sip
