#include "sip/header/warning.hpp"

#include "rule.hpp"
#include "sip/text.hpp"

namespace offhook::sip {
std::string Warning::text() const { return unquote(quoted); }

Result<Warning> Warning::parse(std::string_view value) {
  Cursor cursor(value);
  cursor.skip_space();
  Warning out;
  const auto code = cursor.take_while(is_digit);
  if (code.size() != 3 || cursor.done() || !is_space(cursor.rest.front()))
    return fail(Module::Sip, "bad warn-code", cursor.offset());
  out.code = *parse_number<int>(code);
  cursor.skip_space();
  out.agent = cursor.take_while([](char c) { return is_token_char(c) || c == ':' || c == '[' || c == ']'; });
  if (out.agent.empty() || cursor.done() || !is_space(cursor.rest.front()))
    return fail(Module::Sip, "bad warn-agent", cursor.offset());
  cursor.skip_space();
  out.quoted = trim(cursor.rest);
  if (!is_quoted_string(out.quoted)) return fail(Module::Sip, "bad warn-text", cursor.offset());
  return out;
}

std::string warning_text(int code, std::string_view agent, std::string_view text) {
  std::string out = std::to_string(code) + ' ';
  out += agent;
  return out + ' ' + quote(clean_text(text));
}

}  // namespace offhook::sip
