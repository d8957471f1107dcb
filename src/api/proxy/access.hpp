// Who may ask for what.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "api/service.hpp"

namespace offhook::api {

enum class Access : std::uint8_t {
  Anybody,  // whether the proxy is there: for load balancers
  Reader,   // whoever has the token, and where there is none whoever gets here
  Holder    // whoever has the token, never without one: what changes something, or shows what was on the wire
};

// The refusal (401, 403), or nothing. `token` is the one that counts, "" for none. How long it takes says nothing of
// the token but its length.
[[nodiscard]] std::optional<Response> check_access(Access wanted, std::string_view token, const Request& request);

}  // namespace offhook::api
