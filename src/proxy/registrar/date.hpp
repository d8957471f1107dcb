// Date header field: RFC 3261 §20.17, the fixed form of RFC 1123, always GMT.
#pragma once
#include <string>

#include "base/time.hpp"

namespace offhook::proxy {

[[nodiscard]] std::string date_text(WallTime at);  // "Sat, 13 Nov 2010 23:29:00 GMT"

}  // namespace offhook::proxy
