// From a request for us to its target set (RFC 3261 §16.5), by the settings of the policy room: trunks, dial rules,
// groups, emergency numbers. Without such settings it says nothing, and the bindings of the user in the Request-URI
// are the targets.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answers.hpp"
#include "auth/authenticator.hpp"
#include "location/table.hpp"
#include "names.hpp"
#include "policy/dial_plan.hpp"
#include "policy/trunk_registrations.hpp"
#include "route/facts.hpp"
#include "route/targets.hpp"

namespace offhook::proxy {

// What a URI names as number or user: the number of a telephone-subscriber without the signs between its digits.
[[nodiscard]] std::string dialled(const sip::Uri& uri);
// "<uri;lr>"
[[nodiscard]] std::string route_to(std::string_view uri);

class Router {
 public:
  struct Services {
    const Names* names;
    const Authenticator* authenticator;
    const LocationTable* location;
    const TrunkRegistrations* registrations;
  };
  Router(Services services, Policy policy);
  // Other settings for what comes from now on.
  void configure(Policy policy);

  // Completes what is known of a request: whether it comes from a trunk, and whether it is an emergency call.
  void recognise(const transport::Flow& flow, Facts& facts) const;

  // That is trusted at this address, or at whose registrar of this address we are registered; null for none.
  [[nodiscard]] const Trunk* trunk_at(const IpAddress& address) const;

  struct Route {
    std::vector<Target> targets;  // highest q first
    Reply refusal{404};           // where there are none
  };
  // Nothing: the plan has no say here.
  [[nodiscard]] std::optional<Route> find(Now now, const Facts& facts) const;
  // The same for a name or number without a request.
  [[nodiscard]] Route find(Now now, std::string_view number, const Sender& sender) const;

  [[nodiscard]] bool asserts_identity() const { return plan_->policy().asserts_identity; }
  // Trunks are given identities of their own.
  [[nodiscard]] bool has_identities() const { return has_identities_; }
  [[nodiscard]] bool is_alias_of(std::string_view name, std::string_view user) const {
    return plan_->is_alias_of(name, user);
  }
  [[nodiscard]] const DialPlan& plan() const { return *plan_; }

 private:
  [[nodiscard]] bool is_user(TimePoint now, std::string_view name) const;
  [[nodiscard]] Route route_of(Now now, const Leads& leads) const;
  [[nodiscard]] std::vector<Target> bindings_of(TimePoint now, std::string_view user) const;
  [[nodiscard]] static std::vector<Target> trunk_targets(const Leads& leads);
  [[nodiscard]] std::vector<Target> group_targets(Now now, const Group& group) const;

  Services s_;
  std::shared_ptr<const DialPlan> plan_;
  bool has_identities_ = false;
};

}  // namespace offhook::proxy
