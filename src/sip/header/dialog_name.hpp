// callid *( SEMI param ) with two tags that must be there, once each: Join, Target-Dialog. RFC 3911 §7.1, RFC 4538 §7.
#pragma once
#include "rule.hpp"

namespace offhook::sip::rule {

struct DialogName {
  std::string_view call_id, first_tag, second_tag;
};

[[nodiscard]] inline Result<DialogName> dialog_name(std::string_view value, std::string_view first,
                                                    std::string_view second) {
  Cursor cursor(value);
  cursor.skip_space();
  DialogName out;
  out.call_id = take_call_id(cursor);
  if (out.call_id.empty()) return fail(Module::Sip, "bad call-id of a dialog", cursor.offset());
  const auto tail = params(cursor, "bad parameters behind a call-id");
  if (!tail) return tl::unexpected(tail.error());
  std::string_view rest = tail->text();
  while (const auto param = Params::next(rest)) {
    const bool is_first = iequals(param->name, first);
    if (!is_first && !iequals(param->name, second)) continue;
    std::string_view& tag = is_first ? out.first_tag : out.second_tag;
    if (!tag.empty() || !param->value || !is_token(*param->value))
      return fail(Module::Sip, "tag twice or bad", cursor.offset());
    tag = *param->value;
  }
  if (out.first_tag.empty() || out.second_tag.empty()) return fail(Module::Sip, "a tag is missing", cursor.offset());
  return out;
}

}  // namespace offhook::sip::rule
