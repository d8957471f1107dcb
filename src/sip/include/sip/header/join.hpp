// Join = callid *(SEMI join-param) ;  join-param = to-tag / from-tag / generic-param, exactly one of each tag.
// RFC 3911 §7.1. Tags are those as its receiver sees them.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

struct Join {
  std::string_view call_id, to_tag, from_tag;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] static Result<Join> parse(std::string_view value);
};

}  // namespace offhook::sip
