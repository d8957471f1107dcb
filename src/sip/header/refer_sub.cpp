#include "sip/header/refer_sub.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<bool> parse_refer_sub(std::string_view value) {
  const auto read = rule::worded(value, "bad Refer-Sub");
  if (!read) return tl::unexpected(read.error());
  const bool yes = iequals(read->word, "true");
  if (!yes && !iequals(read->word, "false")) return fail(Module::Sip, "Refer-Sub is true or false");
  return yes;
}

}  // namespace offhook::sip
