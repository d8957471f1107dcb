// The target set of a request: RFC 3261 §16.5.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "location/table.hpp"

namespace offhook::proxy {

struct Target {
  std::string uri;                   // becomes the Request-URI
  std::string path;                  // Path of the binding (RFC 3327)
  std::optional<Endpoint> received;  // where to send instead of where the URI points (NAT)
  int q = 1000;
  BindingFlow connection{};  // the one to take, when its number is not 0
};

// The live bindings of an address-of-record, highest q first, in the order of their registration within one q.
[[nodiscard]] std::vector<Target> targets_of(const LocationTable::Entries& entries, TimePoint now);

}  // namespace offhook::proxy
