// While the store is not there: what needs it, and when it may be asked again.
#pragma once
#include <optional>

#include "answers.hpp"
#include "base/random.hpp"
#include "route/facts.hpp"

namespace offhook::proxy {

// Value of Retry-After: 5 to 14 s, so that not all of them come at once when the store is back.
[[nodiscard]] std::string retry_after(Random& random);

// 503 with Retry-After, from a proxy that has not read users and bindings yet (Config::awaits_store): it can neither
// tell who somebody is nor where anybody is. Who knows several servers goes on to the next one (RFC 3263 §4.3). Nothing
// for what needs neither: requests within a dialog, emergency calls, OPTIONS to the proxy itself, and what another node
// has let in.
[[nodiscard]] std::optional<Reply> refuse_unread(const sip::Message& request, const Facts& facts, Random& random);

}  // namespace offhook::proxy
