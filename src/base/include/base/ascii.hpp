// ASCII helpers that know no locale.
#pragma once
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook {

[[nodiscard]] constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_alpha(char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }

[[nodiscard]] constexpr bool iequals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const char* x = a.data();
  const char* y = b.data();
  for (const char* const end = x + a.size(); x != end; ++x, ++y)
    if (*x != *y && ascii_lower(*x) != ascii_lower(*y)) return false;
  return true;
}

[[nodiscard]] inline std::string to_lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = ascii_lower(c);
  return out;
}

// Drops spaces, tabs, CR and LF at both ends.
[[nodiscard]] constexpr std::string_view trim(std::string_view s) {
  constexpr auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  const char* begin = s.data();
  const char* end = begin + s.size();
  while (begin != end && is_space(*begin)) ++begin;
  while (end != begin && is_space(end[-1])) --end;
  return {begin, static_cast<std::size_t>(end - begin)};
}

// The whole of `s` as an unsigned decimal number; nothing when it is empty, has another character or overflows T.
template <class T>
[[nodiscard]] std::optional<T> parse_number(std::string_view s) {
  T value{};
  if (s.empty() || !is_digit(s.front())) return std::nullopt;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error != std::errc{} || end != s.data() + s.size()) return std::nullopt;
  return value;
}

// FNV-1a; deterministic over runs and machines, for tables keyed by wire text. Not for secrets.
[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view s, std::uint64_t seed = 14695981039346656037ULL) {
  for (const char c : s) seed = (seed ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return seed;
}

}  // namespace offhook
