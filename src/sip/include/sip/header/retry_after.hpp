// Retry-After = delta-seconds [ comment ] *( SEMI retry-param ) ;  retry-param = "duration" EQUAL delta-seconds /
// generic-param. RFC 3261 §20.33.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sip/params.hpp"

namespace offhook::sip {

struct RetryAfter {
  std::uint32_t seconds = 0;
  std::string_view comment;  // with its parentheses; "" when absent. comment_text() reads it
  Params params;
  [[nodiscard]] std::optional<std::uint32_t> duration() const;
  [[nodiscard]] static Result<RetryAfter> parse(std::string_view value);
};

}  // namespace offhook::sip
