// The target set of a request: RFC 3261 §16.5, RFC 5626 §7, RFC 5627 §6.1.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "location/table.hpp"
#include "registrar/gruu.hpp"

namespace offhook::proxy {

struct InstanceTargets;

// What is different with a target that is no contact of the callee's own: a trunk, a member of a group (policy/).
struct Manner {
  Duration patience{};                 // then it is the next target's turn; 0: none
  bool until_heard = false;            // any response ends the patience; else a final one
  bool fails_over = false;             // only silence, 408 and 5xx lead to the next; another answer ends the search
  bool refuses_alone = false;          // its 6xx says nothing about the others
  bool stateless = false;              // no transactions are made (policy/stateless.hpp)
  bool trusted = false;                // it is given identities that others may not see (RFC 3325)
  std::string identity{};              // and this one in the place of the caller's; "" for none
  std::string username{}, password{};  // of our account there, when it asks; "" for none
  std::string replaces{};              // value of a Replaces that it gets (RFC 3891); "" for none
};

struct Target {
  std::string uri;                   // becomes the Request-URI
  std::string path;                  // Path of the binding (RFC 3327)
  std::optional<Endpoint> received;  // where to send instead of where the URI points (NAT)
  int q = 1000;
  BindingFlow connection{};                     // the one to take, when its number is not 0; and our socket
  std::shared_ptr<InstanceTargets> instance{};  // of a flow, and where an instance has several bindings
  std::shared_ptr<const Manner> manner{};       // null for a contact of the callee
  std::string aor{};  // whose it is, when it is not of the one whom the Request-URI names: a user's or a trunk's
  bool is_registered = false;  // a binding of a user of ours
};

// Of an instance with several bindings only one is tried at a time.
struct InstanceTargets {
  StoreWrite::Remove flow;     // the binding that is being tried, when it is a flow (reg_id not 0)
  std::vector<Target> others;  // that are left, the most recent last
};

// The live bindings of an address-of-record, or those that a GRUU names; highest q first, in the order of their
// registration within one q. Of an instance the most recently refreshed binding alone.
[[nodiscard]] std::vector<Target> targets_of(const LocationTable::Entries& entries, TimePoint now,
                                             const Addressee& who = {});
// The binding of the same instance to go on with; nothing when all have been tried.
[[nodiscard]] std::optional<Target> next_of_instance(Target& target);

}  // namespace offhook::proxy
