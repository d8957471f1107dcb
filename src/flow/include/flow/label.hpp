// The few words that stand over an arrow: "INVITE", "INVITE sendonly", "180 Ringing", "200 OK (BYE)", "NOTIFY 100
// Trying".
#pragma once
#include <string>
#include <string_view>

#include "flow/facts.hpp"

namespace offhook::flow {

// Responses name their method unless it is INVITE; a request inside a call names an audio direction that is not
// sendrecv; a NOTIFY of a transfer says what it reports.
[[nodiscard]] std::string label(const Facts& facts);
[[nodiscard]] std::string label(std::string_view bytes);

}  // namespace offhook::flow
