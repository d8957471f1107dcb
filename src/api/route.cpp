#include "route.hpp"

#include <algorithm>
#include <cstdint>

#include "base/ascii.hpp"
#include "commands.hpp"

namespace offhook::api {
namespace {

// Takes "/x" off `rest` and gives "x".
std::string_view take_segment(std::string_view& rest) {
  rest.remove_prefix(1);
  const auto segment = rest.substr(0, rest.find('/'));
  rest.remove_prefix(segment.size());
  return segment;
}

bool fits(std::string_view placeholder, std::string_view segment) {
  if (placeholder == "{action}") return find_action(segment) != nullptr;
  if (placeholder == "{number}") return parse_number<std::uint64_t>(segment).has_value();
  return !segment.empty();
}

}  // namespace

std::optional<std::vector<std::string_view>> match_path(std::string_view pattern, std::string_view path) {
  std::vector<std::string_view> taken;
  while (!pattern.empty() && !path.empty()) {
    if (path.front() != '/') return std::nullopt;
    const auto wanted = take_segment(pattern);
    const auto segment = take_segment(path);
    if (!wanted.starts_with('{')) {
      if (wanted != segment) return std::nullopt;
    } else if (fits(wanted, segment)) {
      taken.push_back(segment);
    } else {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return taken;
}

}  // namespace offhook::api
