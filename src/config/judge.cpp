#include "judge.hpp"

namespace offhook::config {
namespace {

// A name as long as a line would bury the message.
std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  if (text.size() <= kLongest) return "\"" + std::string(text) + "\"";
  // Cut in front of a whole UTF-8 character.
  auto end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  return "\"" + std::string(text.substr(0, end)) + "…\"";
}

std::string unknown_name(const CfgEntry& entry, bool suggest) {
  std::string out = "unknown name " + quoted(entry.name);
  const auto nearest = suggest ? nearest_name(entry.name) : std::nullopt;
  return nearest ? out + "; did you mean \"" + *nearest + "\"?" : out;
}

}  // namespace

Verdict judge(const CfgEntry& entry, bool suggest) {
  const auto at = locate(entry.name);
  const bool all_numbers = at && (at->row->x_range == IndexRange::None) == (at->index.x == 0) &&
                           (at->row->y_range == IndexRange::None) == (at->index.y == 0);
  // The pattern itself is a name for people, not for files.
  if (at && !all_numbers)
    return {std::nullopt, "name " + quoted(entry.name) + " needs a number in place of its letter"};
  if (!at) return {std::nullopt, unknown_name(entry, suggest)};
  if (entry.kind != CfgValue::Given || is_permitted(*at->row, entry.value)) return {at, {}};
  const std::string value = at->row->secret ? "bad value" : "bad value " + quoted(entry.value);
  return {at, value + " for " + entry.name + "; permitted: " + permitted(*at->row)};
}

}  // namespace offhook::config
