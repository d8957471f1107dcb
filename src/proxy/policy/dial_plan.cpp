#include "policy/dial_plan.hpp"

#include <algorithm>

namespace offhook::proxy {
namespace {

constexpr std::string_view kTrunk = "trunk:", kGroup = "group:";
constexpr int kMostAliases = 8;  // one after the other

std::string changed(std::string_view number, std::size_t strip, std::string_view prepend) {
  return std::string(prepend).append(number.substr(std::min(strip, number.size())));
}

}  // namespace

DialPlan::DialPlan(Policy policy) : policy_(std::move(policy)) {
  for (const Trunk& trunk : policy_.trunks) {
    trunks_.emplace(trunk.name, &trunk);
    trusts_ = trusts_ || !trunk.trusted.empty();
    for (const std::string& prefix : trunk.prefixes) {
      prefixes_[prefix].push_back(&trunk);
      longest_prefix_ = std::max(longest_prefix_, prefix.size());
    }
  }
  for (const Group& group : policy_.groups) groups_.emplace(group.name, &group);
  for (const DialRule& rule : policy_.rules)
    if (auto pattern = NumberPattern::parse(rule.match)) rules_.push_back({std::move(*pattern), &rule});
  empty_ = policy_.trunks.empty() && policy_.groups.empty() && policy_.rules.empty() && policy_.aliases.empty();
}

bool DialPlan::is_emergency(std::string_view number) const {
  return std::ranges::find(policy_.emergency.numbers, number) != policy_.emergency.numbers.end();
}

Leads DialPlan::emergency(std::string_view number) const {
  Leads out{Leads::Kind::Trunks, std::string(number), nullptr, {}, true};
  for (const std::string& name : policy_.emergency.trunks)
    if (const auto found = trunks_.find(name); found != trunks_.end()) out.trunks.push_back(found->second);
  return out;
}

Leads DialPlan::find(std::string_view number, const Sender& sender, const IsUser& is_user) const {
  Leads out;
  out.number = number;
  int aliases = 0;
  for (auto rule = rules_.begin();;) {
    if (is_emergency(out.number)) return emergency(out.number);
    const auto alias = policy_.aliases.find(out.number);
    if (alias != policy_.aliases.end() && aliases++ < kMostAliases) {
      if (take(alias->second.to, sender, out)) return out;
      continue;
    }
    rule = std::find_if(rule, rules_.end(),
                        [&](const Rule& one) { return is_from(*one.rule, sender) && one.pattern.matches(out.number); });
    if (rule == rules_.end()) break;
    const DialRule& found = *(rule++)->rule;
    out.number = changed(out.number, found.strip, found.prepend);
    for (const std::string& place : found.to)
      if (take(place, sender, out) && out.kind != Leads::Kind::Trunks) return out;
    if (out.kind == Leads::Kind::Trunks) return out;
  }
  if (const auto group = groups_.find(out.number); group != groups_.end()) {
    out.kind = Leads::Kind::Group;
    out.group = group->second;
    return out;
  }
  if (is_user(out.number)) {
    out.kind = Leads::Kind::User;
    return out;
  }
  by_prefix(sender, out);
  if (out.kind != Leads::Kind::Trunks && sender.peer != nullptr && !sender.peer->inbound.empty()) {
    out.kind = Leads::Kind::Nowhere;
    // Rules and aliases have been asked; the place itself is final.
    if (!take(sender.peer->inbound, sender, out)) {
      const auto alias = policy_.aliases.find(out.number);
      if (alias != policy_.aliases.end() && take(alias->second.to, sender, out)) return out;
      const auto group = groups_.find(out.number);
      out.kind = group == groups_.end() ? Leads::Kind::User : Leads::Kind::Group;
      out.group = group == groups_.end() ? nullptr : group->second;
    }
  }
  return out;
}

bool DialPlan::take(std::string_view place, const Sender& sender, Leads& leads) const {
  if (place.starts_with(kTrunk)) return take_trunk(place.substr(kTrunk.size()), sender, leads);
  if (!place.starts_with(kGroup)) {
    leads.number = place;
    return false;
  }
  const auto group = groups_.find(place.substr(kGroup.size()));
  if (group == groups_.end()) return false;
  leads.kind = Leads::Kind::Group;
  leads.group = group->second;
  return true;
}

bool DialPlan::take_trunk(std::string_view name, const Sender& sender, Leads& leads) const {
  const auto trunk = trunks_.find(name);
  if (trunk == trunks_.end()) return false;
  if (!sender.is_user) {
    leads.kind = Leads::Kind::Denied;
    return true;
  }
  leads.kind = Leads::Kind::Trunks;
  leads.trunks.push_back(trunk->second);
  return true;
}

void DialPlan::by_prefix(const Sender& sender, Leads& leads) const {
  const std::string_view number = leads.number;
  if (prefixes_.empty()) return;
  for (std::size_t size = std::min(longest_prefix_, number.size()) + 1; size-- > 0;) {
    const auto found = prefixes_.find(number.substr(0, size));
    if (found == prefixes_.end()) continue;
    leads.kind = sender.is_user ? Leads::Kind::Trunks : Leads::Kind::Denied;
    if (sender.is_user) leads.trunks = found->second;
    return;
  }
}

bool DialPlan::is_from(const DialRule& rule, const Sender& sender) {
  if (rule.from.empty()) return true;
  if (rule.from == "users") return sender.is_user;
  return sender.peer != nullptr && rule.from.starts_with(kTrunk) &&
         std::string_view(rule.from).substr(kTrunk.size()) == sender.peer->name;
}

const Trunk* DialPlan::trusting(const IpAddress& address) const {
  if (!trusts_) return nullptr;
  for (const Trunk& trunk : policy_.trunks)
    for (const AddressRange& range : trunk.trusted)
      if (range.contains(address)) return &trunk;
  return nullptr;
}

const Trunk* DialPlan::trunk(std::string_view name) const {
  const auto found = trunks_.find(name);
  return found == trunks_.end() ? nullptr : found->second;
}

bool DialPlan::is_alias_of(std::string_view name, std::string_view user) const {
  if (name == user) return true;
  const auto alias = policy_.aliases.find(name);
  return alias != policy_.aliases.end() && alias->second.to == user;
}

std::string DialPlan::number_at(const Trunk& trunk, std::string_view number) {
  return changed(number, trunk.strip, trunk.prepend);
}

}  // namespace offhook::proxy
