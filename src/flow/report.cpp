#include "flow/report.hpp"

#include <algorithm>

namespace offhook::flow {

std::map<std::uint64_t, std::string> Report::marks() const {
  std::map<std::uint64_t, std::string> out;
  for (const Seen& seen : steps)
    if (seen.record != 0 && !seen.mark.empty()) out[seen.record] = seen.mark;
  return out;
}

std::size_t Report::milestones_seen() const {
  return static_cast<std::size_t>(std::count_if(
      steps.begin(), steps.end(), [](const Seen& seen) { return !seen.mark.empty() && seen.record != 0; }));
}

std::string Report::text() const {
  const auto total = std::count_if(steps.begin(), steps.end(), [](const Seen& seen) { return !seen.mark.empty(); });
  std::string out = flow + ": ";
  if (!failure) {
    out += "passed, " + std::to_string(milestones_seen()) + " of " + std::to_string(total) + " milestones";
    for (const Seen& seen : steps)
      if (!seen.mark.empty() && seen.record == 0) out += "\n  " + seen.step + " did not come: " + seen.note;
    return out + '\n';
  }
  out += failure->what + " (" + file + ':' + std::to_string(failure->line) + ")\n";
  out += failure->instead.empty() ? "  no other message came\n" : "  came instead:\n";
  for (const std::string& line : failure->instead) out += "    " + line + '\n';
  return out;
}

}  // namespace offhook::flow
