// Paths of the API as patterns: "/api/phones/{phone}/{action}". A segment in braces takes anything but the empty text;
// {action} takes only the name of an action, {number} only digits, so that a path that cannot be is 404 and not 405.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

namespace offhook::api {

// What stood at the braces, in order; nothing when the path does not fit. Views into `path`.
[[nodiscard]] std::optional<std::vector<std::string_view>> match_path(std::string_view pattern, std::string_view path);

}  // namespace offhook::api
