// Route information preprocessing: RFC 3261 §16.4. What a request says about where it goes, as views into it; nothing
// is changed yet.
#pragma once
#include <cstddef>
#include <string_view>

#include "names.hpp"
#include "sip/message.hpp"

namespace offhook::proxy {

struct Plan {
  std::string_view request_uri;  // with the work of a strict router undone
  bool strict =
      false;  // a strict router had put our Record-Route value there; the last Route value was the Request-URI and goes
  std::size_t own = 0;          // Route values on top that are ours; they go
  std::size_t remaining = 0;    // Route values that stay
  std::string_view next;        // the first of them
  std::string_view flow_token;  // user part of the last own value: over which connection (flow_token.hpp); mostly ""
  bool broken = false;          // a Route value on the way does not parse

  // The request came along a route that names us.
  [[nodiscard]] bool came_along_us() const { return strict || own > 0; }
};

// Several of our values on top are taken at once: two sockets of ours in one path (RFC 5658), or a spiral. `local`: the
// socket it came to.
[[nodiscard]] Plan preprocess(const sip::Message& request, const Names& names, const Endpoint& local);

}  // namespace offhook::proxy
