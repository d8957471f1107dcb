// What no single value shows: names that nobody has, rules that are never reached, numbers that lead nowhere.
#include <algorithm>
#include <set>

#include "policy/dial_plan.hpp"
#include "proxy/policy.hpp"

namespace offhook::proxy {
namespace {

constexpr std::string_view kTrunk = "trunk:", kGroup = "group:";
constexpr std::size_t kMostAliases = 8;

class Linter {
 public:
  Linter(const Policy& policy, const std::vector<std::string>& users, bool authenticates_calls)
      : policy_(policy), users_(users.begin(), users.end()), authenticates_calls_(authenticates_calls) {
    for (const Trunk& trunk : policy.trunks) trunks_.insert(trunk.name);
    for (const Group& group : policy.groups) groups_.insert(group.name);
  }

  std::vector<Finding> run() {
    trunks();
    rules();
    groups();
    aliases();
    emergency();
    stateless();
    std::ranges::stable_sort(findings_, {}, &Finding::line);
    return std::move(findings_);
  }

 private:
  void error(std::uint32_t line, std::string text) {
    findings_.push_back({Finding::Severity::Error, std::move(text), line});
  }
  void warn(std::uint32_t line, std::string text) {
    findings_.push_back({Finding::Severity::Warning, std::move(text), line});
  }

  // A place that exists, as far as it is a trunk or a group.
  void place(std::uint32_t line, const std::string& whose, std::string_view what) {
    if (what.starts_with(kTrunk) && !trunks_.contains(what.substr(kTrunk.size())))
      error(line, whose + " leads to " + std::string(what) + ", which does not exist");
    if (what.starts_with(kGroup) && !groups_.contains(what.substr(kGroup.size())))
      error(line, whose + " leads to " + std::string(what) + ", which does not exist");
  }

  void trunks() {
    std::set<std::string_view> seen;
    for (const Trunk& trunk : policy_.trunks) {
      if (!seen.insert(trunk.name).second) error(trunk.line, "trunk '" + trunk.name + "' is there twice");
      place(trunk.line, "inbound of trunk '" + trunk.name + "'", trunk.inbound);
      if (trunk.inbound.starts_with(kTrunk))
        error(trunk.line, "inbound of trunk '" + trunk.name + "' leads to a trunk; calls do not pass through");
      const bool takes_calls = is_used(trunk);
      if (!takes_calls && trunk.trusted.empty() && !trunk.registers)
        warn(trunk.line, "nothing leads to trunk '" + trunk.name + "': it has no prefixes, and no rule names it");
      if (takes_calls && !authenticates_calls_)
        warn(trunk.line, "calls are not authenticated: anybody can call through trunk '" + trunk.name + "'");
      if (trunk.stateless && authenticates_calls_)
        warn(trunk.line, "trunk '" + trunk.name +
                             "' is stateless, which calls that are authenticated cannot be; they have transactions");
    }
  }
  [[nodiscard]] bool is_used(const Trunk& trunk) const {
    const std::string name = std::string(kTrunk) + trunk.name;
    const auto leads_there = [&](const std::string& to) { return to == name; };
    return !trunk.prefixes.empty() || std::ranges::count(policy_.emergency.trunks, trunk.name) > 0 ||
           std::ranges::any_of(policy_.rules,
                               [&](const DialRule& r) { return std::ranges::any_of(r.to, leads_there); }) ||
           std::ranges::any_of(policy_.aliases, [&](const auto& alias) { return leads_there(alias.second.to); });
  }

  void rules() {
    std::vector<std::pair<NumberPattern, const DialRule*>> before;
    for (const DialRule& rule : policy_.rules) {
      const std::string whose = "rule '" + rule.match + "'";
      auto pattern = NumberPattern::parse(rule.match);
      if (!pattern) {
        error(rule.line, whose + ": " + std::string(pattern.error().text));
        continue;
      }
      if (rule.from.starts_with(kTrunk) && !trunks_.contains(std::string_view(rule.from).substr(kTrunk.size())))
        error(rule.line, whose + " is for calls from " + rule.from + ", which does not exist");
      for (const std::string& to : rule.to) place(rule.line, whose, to);
      if (rule.to.size() > 1 && !std::ranges::all_of(rule.to, [](const auto& to) { return to.starts_with(kTrunk); }))
        error(rule.line, whose + " leads to several places, which must all be trunks");
      if (rule.strip > pattern->least()) warn(rule.line, whose + " takes more digits off than its shortest number has");
      for (const auto& [earlier, other] : before)
        // What goes on behind its rule is not held up by it.
        if (!other->to.empty() && (other->from.empty() || other->from == rule.from) && earlier.covers(*pattern)) {
          warn(rule.line, whose + " is never reached: '" + other->match + "' takes all of its numbers" +
                              (other->line == 0 ? "" : " in line " + std::to_string(other->line)));
          break;
        }
      if (policy_.aliases.contains(rule.match)) warn(rule.line, whose + " is never reached: it is an alias");
      before.emplace_back(std::move(*pattern), &rule);
    }
  }

  void groups() {
    std::set<std::string_view> seen;
    for (const Group& group : policy_.groups) {
      const std::string whose = "group '" + group.name + "'";
      if (!seen.insert(group.name).second) error(group.line, whose + " is there twice");
      if (users_.contains(group.name)) warn(group.line, whose + " hides the user of that name");
      if (group.strategy == Strategy::Hunt && group.ring_time.count() == 0)
        error(group.line, whose + " hunts without a ring_time");
      for (const std::string& member : group.members) this->member(group, whose, member);
    }
  }
  void member(const Group& group, const std::string& whose, const std::string& name) {
    if (groups_.contains(name) || name.starts_with(kGroup))
      return error(group.line, whose + " has a group as member: '" + name + "'");
    if (name.starts_with(kTrunk))
      return error(group.line, whose + " has a trunk as member: '" + name + "'; write the number that is called there");
    if (users_.contains(name)) return;
    const DialPlan plan(policy_);
    const Leads leads = plan.find(name, {true, nullptr}, [&](std::string_view user) { return users_.contains(user); });
    if (leads.kind == Leads::Kind::Nowhere)
      warn(group.line, whose + " has a member that is no user and no number: '" + name + "'");
    if (leads.kind == Leads::Kind::Group)
      error(group.line, whose + " has a member that leads to a group: '" + name + "'");
  }

  void aliases() {
    for (const auto& [name, alias] : policy_.aliases) {
      place(alias.line, "alias '" + name + "'", alias.to);
      std::string_view at = alias.to;
      std::size_t steps = 1;
      for (auto next = policy_.aliases.find(at); next != policy_.aliases.end() && steps <= kMostAliases; ++steps) {
        at = next->second.to;
        next = policy_.aliases.find(at);
      }
      if (steps > kMostAliases)
        error(alias.line, "alias '" + name + "' leads to aliases in circles, or to more than eight");
      if (users_.contains(name)) warn(alias.line, "alias '" + name + "' hides the user of that name");
    }
  }

  void emergency() {
    const Emergency& emergency = policy_.emergency;
    for (const std::string& name : emergency.trunks)
      if (!trunks_.contains(name))
        error(emergency.line, "emergency calls go to trunk '" + name + "', which does not exist");
    if (!emergency.numbers.empty() && emergency.trunks.empty())
      error(emergency.line, "emergency numbers need trunks to go to");
    if (emergency.numbers.empty() && !emergency.trunks.empty())
      error(emergency.line, "emergency trunks without numbers");
  }

  void stateless() {
    if (!policy_.next_hops.empty() && !policy_.stateless) error(0, "next_hops is for stateless = true");
    if (policy_.stateless && authenticates_calls_)
      error(0, "stateless = true cannot authenticate calls: auth must be false or \"register\"");
  }

  const Policy& policy_;
  std::set<std::string, std::less<>> users_;
  std::set<std::string_view> trunks_, groups_;
  bool authenticates_calls_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> lint(const Policy& policy, const std::vector<std::string>& users, bool authenticates_calls) {
  return Linter(policy, users, authenticates_calls).run();
}

}  // namespace offhook::proxy
