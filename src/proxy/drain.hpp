// Taking leave: what begins something new is refused, what belongs to a dialog goes on.
#pragma once
#include <optional>

#include "answers.hpp"
#include "proxy/drain.hpp"

namespace offhook::proxy {

// 503 with Retry-After for a request outside of a dialog (RFC 3261 §21.5.4): who is at home with several servers goes
// to the next one, also to register. ACK and CANCEL are for their INVITE to say.
[[nodiscard]] std::optional<Reply> refuse_new(const sip::Message& request, const DrainSettings& settings);

}  // namespace offhook::proxy
