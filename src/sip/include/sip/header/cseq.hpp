// CSeq = 1*DIGIT LWS Method. RFC 3261 §20.16; the number is less than 2**31 when we make it, below 2**32 when we read
// it.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

struct CSeq {
  std::uint32_t number = 0;
  std::string_view method;
  [[nodiscard]] static Result<CSeq> parse(std::string_view value);
};

}  // namespace offhook::sip
