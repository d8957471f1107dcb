#include "sip/header/free_text.hpp"

#include "rule.hpp"
#include "sip/text.hpp"

namespace offhook::sip {
Result<std::string_view> parse_free_text(std::string_view value) {
  const std::string_view out = trim(value);
  if (!is_text(out)) return fail(Module::Sip, "text with a control character or broken UTF-8");
  return out;
}

}  // namespace offhook::sip
