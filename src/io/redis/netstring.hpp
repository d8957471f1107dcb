// Texts one behind the other as they stand in values of Redis: "5:hello", "2:42".
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ascii.hpp"

namespace offhook::io {

inline void append_text(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

// The first one, which is taken off `text`; nothing when it is none.
[[nodiscard]] inline std::optional<std::string_view> take_text(std::string_view& text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto size = parse_number<std::uint32_t>(text.substr(0, colon));
  if (!size || *size > text.size() - colon - 1) return std::nullopt;
  const std::string_view out = text.substr(colon + 1, *size);
  text.remove_prefix(colon + 1 + *size);
  return out;
}

template <class T>
[[nodiscard]] std::optional<T> take_number(std::string_view& text) {
  const auto part = take_text(text);
  return part ? parse_number<T>(*part) : std::nullopt;
}

// It will stand in messages: nobody may end a line of them.
[[nodiscard]] inline bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

// A folded field is the same with spaces (RFC 3261 §7.3.1).
[[nodiscard]] inline std::string unfolded(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c == '\r' || c == '\n') c = ' ';
  return out;
}

}  // namespace offhook::io
