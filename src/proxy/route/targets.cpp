#include "route/targets.hpp"

#include <algorithm>

#include "registrar/outbound.hpp"

namespace offhook::proxy {
namespace {

using Entry = LocationTable::Entry;

// §19.1.1, table 1: a Request-URI has no header part.
std::string_view without_headers(std::string_view contact) {
  const auto at = contact.find('@');
  return contact.substr(0, contact.find('?', at == std::string_view::npos ? 0 : at));
}

Target target_of(const Entry& entry) {
  Target out{std::string(without_headers(entry.contact())), std::string(entry.path()), entry.received(), entry.q(),
             entry.connection()};
  out.is_registered = true;
  return out;
}

// Bindings of one instance, the most recently refreshed last: that one is tried first.
Target target_of(const std::vector<const Entry*>& bindings) {
  const auto with_instance = [](const Entry& entry) {
    Target out = target_of(entry);
    out.instance = std::make_shared<InstanceTargets>();
    if (entry.reg_id() != 0) out.instance->flow = entry.name();
    return out;
  };
  const Entry& latest = *bindings.back();
  if (bindings.size() == 1 && latest.reg_id() == 0) return target_of(latest);
  Target out = with_instance(latest);
  for (std::size_t i = 0; i + 1 < bindings.size(); ++i) out.instance->others.push_back(with_instance(*bindings[i]));
  return out;
}

// RFC 5627 §5.1: with another Call-ID of the instance's latest contact its earlier temporary GRUUs have ended. (Flows
// have a Call-ID each.)
bool is_outdated(const Entry& entry, const std::vector<const Entry*>& live) {
  return entry.reg_id() == 0 && std::any_of(live.begin(), live.end(), [&](const Entry* other) {
           return other->reg_id() == 0 && other->is_later_than(entry) &&
                  same_instance(other->instance(), entry.instance());
         });
}

}  // namespace

std::vector<Target> targets_of(const LocationTable::Entries& entries, TimePoint now, const Addressee& who) {
  std::vector<const Entry*> live;
  for (const Entry& entry : entries)
    if (entry.is_live(now)) live.push_back(&entry);
  if (live.size() == 1 && !who.is_gruu()) return {target_of(live)};  // nearly every time

  std::vector<std::vector<const Entry*>> instances;  // a binding without one stands alone
  for (const Entry* entry : live) {
    if (who.is_gruu() && (!who.names(*entry) || (who.temporary && is_outdated(*entry, live)))) continue;
    const auto same = std::find_if(instances.begin(), instances.end(), [&](const auto& one) {
      return !entry->instance().empty() && same_instance(one.front()->instance(), entry->instance());
    });
    if (same == instances.end())
      instances.push_back({entry});
    else
      same->push_back(entry);
  }

  std::vector<Target> targets;
  for (auto& bindings : instances) {
    std::sort(bindings.begin(), bindings.end(), [](const Entry* a, const Entry* b) { return b->is_later_than(*a); });
    targets.push_back(target_of(bindings));
  }
  std::stable_sort(targets.begin(), targets.end(), [](const Target& a, const Target& b) { return a.q > b.q; });
  return targets;
}

std::optional<Target> next_of_instance(Target& target) {
  if (!target.instance || target.instance->others.empty()) return std::nullopt;
  auto others = std::move(target.instance->others);
  Target next = std::move(others.back());
  others.pop_back();
  next.instance->others = std::move(others);
  next.manner = target.manner;
  next.aor = target.aor;
  next.q = target.q;
  return next;
}

}  // namespace offhook::proxy
