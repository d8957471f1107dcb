#include "lines.hpp"

#include "base/ascii.hpp"

namespace offhook::body {

bool is_token(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text)
    if (!is_alpha(c) && !is_digit(c) && std::string_view("-.!%*_+`'~").find(c) == std::string_view::npos) return false;
  return true;
}

std::string one_line(std::string_view value) {
  std::string result(value);
  for (char& c : result)
    if (c == '\r' || c == '\n') c = ' ';
  return std::string(trim(result));
}

std::optional<Field> Lines::field() {
  const std::size_t begin = at_;
  const std::string_view first = line();
  const std::size_t colon = first.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view name = first.substr(0, colon);
  const std::size_t name_end = name.find_last_not_of(" \t");
  Field found{name.substr(0, name_end == std::string_view::npos ? 0 : name_end + 1), {}, begin};
  if (!is_token(found.name)) return std::nullopt;
  found.value = trim(first.substr(colon + 1));
  while (rest().starts_with(' ') || rest().starts_with('\t')) {
    const std::string_view more = trim(line());
    if (!found.value.empty() && !more.empty()) found.value += ' ';
    found.value += more;
  }
  if (found.value.find('\r') != std::string::npos) return std::nullopt;
  return found;
}

}  // namespace offhook::body
