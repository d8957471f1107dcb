// A recorded SIP message as JSON (docs/api.md, "A message"): what its arrow in a ladder shows, and with its text.
#pragma once
#include <nlohmann/json.hpp>

#include "flow/recorder.hpp"

namespace offhook::api {

// A message between parties of ours that has not arrived this long after it was sent is lost.
inline constexpr Duration kLostAfter = seconds(1);

// Has not arrived. To a stranger nobody knows: false.
[[nodiscard]] bool is_under_way(const flow::Record& record);
[[nodiscard]] bool is_lost(const flow::Record& record, TimePoint now);

[[nodiscard]] nlohmann::json message_json(const flow::Record& record, TimePoint start, TimePoint now);

}  // namespace offhook::api
