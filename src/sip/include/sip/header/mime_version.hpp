// MIME-Version = 1*DIGIT "." 1*DIGIT. RFC 3261 §20.24.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

struct MimeVersion {
  std::uint32_t major = 1, minor = 0;
  [[nodiscard]] static Result<MimeVersion> parse(std::string_view value);
};

}  // namespace offhook::sip
