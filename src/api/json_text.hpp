// Milliseconds and text as this API writes them.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "base/time.hpp"

namespace offhook::api {

// SIP is bytes: what is not UTF-8 becomes U+FFFD instead of an exception.
[[nodiscard]] inline std::string json_text(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

[[nodiscard]] inline double in_milliseconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1000.0;
}

}  // namespace offhook::api
