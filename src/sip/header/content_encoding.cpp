#include "sip/header/content_encoding.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<std::string_view> parse_content_coding(std::string_view value) {
  return rule::token(value, "bad Content-Encoding");
}

Result<std::string_view> parse_language_tag(std::string_view value) {
  const auto tag = rule::token(value, "bad Content-Language");
  if (tag && !rule::is_language_tag(*tag)) return fail(Module::Sip, "bad language tag");
  return tag;
}

bool is_uncoded(const Message& message) {
  for (const std::string_view coding : message.values(HeaderId::ContentEncoding))
    if (!iequals(coding, "identity")) return false;
  return true;
}

}  // namespace offhook::sip
