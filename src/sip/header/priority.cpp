#include "sip/header/priority.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<Priority> parse_priority(std::string_view value) {
  const auto word = rule::token(value, "bad Priority");
  if (!word) return tl::unexpected(word.error());
  if (iequals(*word, "emergency")) return Priority::Emergency;
  if (iequals(*word, "urgent")) return Priority::Urgent;
  return iequals(*word, "non-urgent") ? Priority::NonUrgent : Priority::Normal;
}

}  // namespace offhook::sip
