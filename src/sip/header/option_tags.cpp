#include "sip/header/option_tags.hpp"

#include <algorithm>

#include "rule.hpp"

namespace offhook::sip {
Result<std::string_view> parse_option_tag(std::string_view value) { return rule::token(value, "bad option tag"); }

bool has_option_tag(const Message& message, HeaderId id, std::string_view tag) {
  for (const std::string_view element : message.values(id))
    if (iequals(element, tag)) return true;
  return false;
}

std::string unsupported_tags(const Message& message, HeaderId id, std::span<const std::string_view> known) {
  std::string out;
  for (const std::string_view element : message.values(id)) {
    if (std::any_of(known.begin(), known.end(), [&](std::string_view tag) { return iequals(tag, element); })) continue;
    if (!out.empty()) out += ", ";
    out += element;
  }
  return out;
}

}  // namespace offhook::sip
