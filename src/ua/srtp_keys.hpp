// The keys that a description of ours may name (RFC 4568), drawn anew for each. A key in use stays in the descriptions
// that follow (sdp::Session), so that a server that redirects learns no key of the call.
#pragma once
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "sdp/offer_answer.hpp"
#include "ua/account.hpp"

namespace offhook::ua {

// One for each suite that we know, the offered ones first and marked; none where the account does not encrypt.
[[nodiscard]] std::vector<sdp::LocalCrypto> draw_keys(const SrtpSettings& settings, Random& random);
// Names for our end of an association and of ICE (RFC 8842 §4, RFC 8445 §5.3); nothing where the account has no DTLS.
[[nodiscard]] std::optional<sdp::LocalDtls> draw_dtls(const SrtpSettings& settings, Random& random);

}  // namespace offhook::ua
