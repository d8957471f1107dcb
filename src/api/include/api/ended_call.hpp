// A phone's call that is over as JSON, for records in files (docs/api.md, "Calls that are over").
#pragma once
#include <string>

#include "phone/ended_call.hpp"

namespace offhook::api {

// One line without its end; times are texts of RFC 3339 with milliseconds, in UTC; what is not known is left out.
[[nodiscard]] std::string ended_call_line(const phone::EndedCall& call);

}  // namespace offhook::api
