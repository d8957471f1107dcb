#include "sip/header/answer_mode.hpp"

#include "rule.hpp"

namespace offhook::sip {
bool AnswerMode::is_auto() const { return iequals(mode, "Auto"); }
bool AnswerMode::is_manual() const { return iequals(mode, "Manual"); }

Result<AnswerMode> AnswerMode::parse(std::string_view value) {
  const auto read = rule::worded(value, "bad Answer-Mode");
  if (!read) return tl::unexpected(read.error());
  return AnswerMode{read->word, read->params};
}

}  // namespace offhook::sip
