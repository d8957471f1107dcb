#include "sip/header/vendor.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<bool> parse_record(std::string_view value) {
  const auto word = rule::token(value, "bad Record");
  if (!word) return tl::unexpected(word.error());
  if (!iequals(*word, "on") && !iequals(*word, "off")) return fail(Module::Sip, "Record is on or off");
  return iequals(*word, "on");
}

Result<std::uint32_t> parse_line(std::string_view value) { return rule::number<std::uint32_t>(value, "bad Line"); }

Result<std::string> parse_mac(std::string_view value) {
  const std::string_view text = trim(value);
  const bool separated = text.size() == 17;
  if (text.size() != 12 && !separated) return fail(Module::Sip, "bad MAC");
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = ascii_lower(text[i]);
    if (separated && i % 3 == 2) {
      if (c != ':' && c != '-') return fail(Module::Sip, "bad MAC", i);
    } else if (is_digit(c) || (c >= 'a' && c <= 'f')) {
      out += c;
    } else {
      return fail(Module::Sip, "bad MAC", i);
    }
  }
  return out;
}

}  // namespace offhook::sip
