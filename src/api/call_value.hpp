// The same as a value.
#pragma once
#include <nlohmann/json.hpp>

#include "api/call_json.hpp"

namespace offhook::api {

[[nodiscard]] nlohmann::json call_value(const proxy::CallRecord& call);

}  // namespace offhook::api
