// The resources of the proxy's administration: a file each, with its rows. A new one is a file, a declaration here and
// a line in service.cpp.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "answers.hpp"
#include "api/proxy.hpp"
#include "proxy/access.hpp"

namespace offhook::api {

struct Asked {
  Now now;
  const Request& request;
  std::vector<std::string_view> captured;  // what stood in the braces of the pattern
  ProxyWorld& world;
  [[nodiscard]] proxy::Core& core() const { return world.core(); }
};

// One method of one path; patterns as in match_path().
struct Resource {
  std::string_view method, pattern;
  Access access;
  Response (*answer)(const Asked&);
};

[[nodiscard]] std::span<const Resource> ban_resources();      // bans.cpp
[[nodiscard]] std::span<const Resource> binding_resources();  // bindings.cpp
[[nodiscard]] std::span<const Resource> call_resources();     // calls.cpp
[[nodiscard]] std::span<const Resource> capture_resources();  // capture.cpp
[[nodiscard]] std::span<const Resource> control_resources();  // control.cpp
[[nodiscard]] std::span<const Resource> event_resources();    // events.cpp
[[nodiscard]] std::span<const Resource> metric_resources();   // metrics.cpp
[[nodiscard]] std::span<const Resource> trunk_resources();    // trunks.cpp

}  // namespace offhook::api
