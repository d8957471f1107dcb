#include "route/targets.hpp"

#include <algorithm>

namespace offhook::proxy {
namespace {

// §19.1.1, table 1: a Request-URI has no header part.
std::string_view without_headers(std::string_view contact) {
  const auto at = contact.find('@');
  return contact.substr(0, contact.find('?', at == std::string_view::npos ? 0 : at));
}

}  // namespace

std::vector<Target> targets_of(const LocationTable::Entries& entries, TimePoint now) {
  std::vector<Target> targets;
  targets.reserve(entries.size());
  for (const auto& entry : entries) {
    if (!entry.is_live(now)) continue;
    const Binding& binding = entry.binding;
    targets.push_back({std::string(without_headers(binding.contact)), binding.path, Endpoint::parse(binding.received),
                       binding.q, binding.connection});
  }
  std::stable_sort(targets.begin(), targets.end(), [](const Target& a, const Target& b) { return a.q > b.q; });
  return targets;
}

}  // namespace offhook::proxy
