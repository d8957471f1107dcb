// Answer-Mode, Priv-Answer-Mode = ( "Manual" / "Auto" / token ) *( SEMI ( "require" / generic-param ) ). RFC 5373 §7.
#pragma once
#include <string_view>

#include "base/result.hpp"
#include "sip/params.hpp"

namespace offhook::sip {

struct AnswerMode {
  std::string_view mode;
  Params params;
  [[nodiscard]] bool is_auto() const;
  [[nodiscard]] bool is_manual() const;
  [[nodiscard]] bool required() const { return params.has("require"); }  // reject rather than answer otherwise
  [[nodiscard]] static Result<AnswerMode> parse(std::string_view value);
};

}  // namespace offhook::sip
