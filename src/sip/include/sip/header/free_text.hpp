// Organization = [TEXT-UTF8-TRIM] ;  Subject = [TEXT-UTF8-TRIM]. RFC 3261 §20.25, §20.36, §25.1.
#pragma once
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

// The text without white space at its ends. Errors: control characters, broken UTF-8. Folds stay in it.
[[nodiscard]] Result<std::string_view> parse_free_text(std::string_view value);

}  // namespace offhook::sip
