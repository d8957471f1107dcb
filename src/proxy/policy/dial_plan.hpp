// The settings compiled: a dialled name or number to what it leads to. Pure; who is registered is not known here.
//
// Looked at in this order: emergency numbers, aliases, rules in the order of the file (each once for a request, so that
// it always ends), groups, users, the longest prefix of the trunks, and for a call from a trunk its `inbound`.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/number_pattern.hpp"
#include "proxy/policy.hpp"

namespace offhook::proxy {

// On whose account something is sent.
struct Sender {
  bool is_user = false;         // one of ours; only they may use trunks
  const Trunk* peer = nullptr;  // the trunk that it came from
};

// What a number leads to; pointers are into the plan.
struct Leads {
  enum class Kind : std::uint8_t { Nowhere, User, Group, Trunks, Denied };
  Kind kind = Kind::Nowhere;
  std::string number;  // what is left of the number, or the user's name
  const Group* group = nullptr;
  std::vector<const Trunk*> trunks;  // in the order in which to try them
  bool emergency = false;
};

class DialPlan {
 public:
  // Names of trunks and groups that do not exist are passed over; lint() tells of them.
  explicit DialPlan(Policy policy);
  DialPlan(const DialPlan&) = delete;
  DialPlan& operator=(const DialPlan&) = delete;

  [[nodiscard]] const Policy& policy() const { return policy_; }
  // There is something to be looked at beside users.
  [[nodiscard]] bool is_empty() const { return empty_; }
  [[nodiscard]] bool is_emergency(std::string_view number) const;
  using IsUser = std::function<bool(std::string_view)>;
  [[nodiscard]] Leads find(std::string_view number, const Sender& sender, const IsUser& is_user) const;
  [[nodiscard]] Leads emergency(std::string_view number) const;
  // Whose `trusted` holds the address; the first one.
  [[nodiscard]] const Trunk* trusting(const IpAddress& address) const;
  [[nodiscard]] const Trunk* trunk(std::string_view name) const;  // null for none
  // `name` is an address of that user: it, or an alias of it.
  [[nodiscard]] bool is_alias_of(std::string_view name, std::string_view user) const;
  [[nodiscard]] static std::string number_at(const Trunk& trunk, std::string_view number);

 private:
  struct Rule {
    NumberPattern pattern;
    const DialRule* rule;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
  };
  template <class Value>
  using Map = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  // True when `leads` is settled; false: its number is looked up further.
  bool take(std::string_view place, const Sender& sender, Leads& leads) const;
  bool take_trunk(std::string_view name, const Sender& sender, Leads& leads) const;
  void by_prefix(const Sender& sender, Leads& leads) const;
  [[nodiscard]] static bool is_from(const DialRule& rule, const Sender& sender);

  Policy policy_;
  std::vector<Rule> rules_;
  Map<const Trunk*> trunks_;
  Map<const Group*> groups_;
  Map<std::vector<const Trunk*>> prefixes_;
  std::size_t longest_prefix_ = 0;
  bool empty_ = true, trusts_ = false;
};

}  // namespace offhook::proxy
