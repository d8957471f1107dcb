#include "config/finding.hpp"

#include <algorithm>

namespace offhook::config {

std::string_view to_text(Severity severity) {
  switch (severity) {
    case Severity::Error: return "error";
    case Severity::Warning: return "warning";
    case Severity::Info: return "info";
  }
  return {};
}

std::string format(const Finding& finding) {
  std::string out = finding.file;
  if (finding.line != 0) out += ':' + std::to_string(finding.line);
  if (!out.empty()) out += ": ";
  return out.append(to_text(finding.severity)).append(": ").append(finding.text);
}

bool has_errors(std::span<const Finding> findings) {
  return std::ranges::any_of(findings, [](const Finding& f) { return f.severity == Severity::Error; });
}

}  // namespace offhook::config
