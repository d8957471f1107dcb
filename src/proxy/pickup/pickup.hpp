// Picking up a call that rings elsewhere, by a number: "*971002" takes a call to 1002, "*98" one to anybody who is in a
// group with the caller, "*88701" one that is parked at 701 (park/).
//
// The INVITE goes on to the phone that is calling, with a Replaces that names its early dialog (RFC 3891): it answers,
// and cancels the call that rings. So it is the calling phone that must know of Replaces, and has to say so in its
// INVITE; whoever picks up needs nothing.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calls/calls.hpp"
#include "location/table.hpp"
#include "names.hpp"
#include "policy/router.hpp"
#include "proxy/core.hpp"
#include "route/facts.hpp"
#include "route/targets.hpp"

namespace offhook::proxy {

class Pickup {
 public:
  struct Services {
    const Config* config;
    const Calls* calls;
    const Names* names;
    const LocationTable* location;
    const OtherDialogs* others = nullptr;  // calls that ring by way of another engine
  };
  explicit Pickup(Services services) : s_(services) {}

  // Nothing when the request is no call to such a number.
  [[nodiscard]] std::optional<Router::Route> find(Now now, const sip::Message& request, const Facts& facts) const;

 private:
  [[nodiscard]] std::vector<std::string> companions(std::string_view user) const;
  [[nodiscard]] Target target_of(Now now, const CallDialog& dialog) const;

  Services s_;
};

}  // namespace offhook::proxy
