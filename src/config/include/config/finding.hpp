// What the configuration reader and the lint have to say about a file, and how it is printed.
// Findings are collected, never thrown and never cut short: a person wants all of them at once.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

// Error: the phone refuses or ignores what is written. Warning: it takes it, but it is hardly meant. Info: good to
// know.
enum class Severity : std::uint8_t { Error, Warning, Info };

[[nodiscard]] std::string_view to_text(Severity severity);

struct Finding {
  Severity severity = Severity::Error;
  std::string file;
  std::uint32_t line = 0;  // 1-based; 0 speaks of the whole file
  std::string text;

  friend bool operator==(const Finding&, const Finding&) = default;
};

// "phone.cfg:12: error: unknown name …"; without the line number when there is none.
[[nodiscard]] std::string format(const Finding& finding);

[[nodiscard]] bool has_errors(std::span<const Finding> findings);

}  // namespace offhook::config
