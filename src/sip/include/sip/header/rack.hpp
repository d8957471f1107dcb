// RAck = response-num LWS CSeq-num LWS Method ;  RSeq = response-num ;  response-num, CSeq-num = 1*DIGIT.
// RFC 3262 §7.1, §7.2, §10.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

struct RAck {
  std::uint32_t rseq = 0, cseq = 0;
  std::string_view method;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] static Result<RAck> parse(std::string_view value);
};

[[nodiscard]] Result<std::uint32_t> parse_rseq(std::string_view value);

}  // namespace offhook::sip
