// A call as JSON, for records in files and for the administration.
#pragma once
#include <string>

#include "proxy/calls.hpp"

namespace offhook::api {

// One line without its end; times are texts of RFC 3339 with milliseconds, in UTC; what is not known is left out.
[[nodiscard]] std::string call_line(const proxy::CallRecord& call);

}  // namespace offhook::api
