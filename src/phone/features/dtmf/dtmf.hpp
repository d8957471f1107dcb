// DTMF digits of a call (guide: DTMF). Out: as account.X.dtmf.type says, by telephone-event (RFC 4733), by their sound,
// by SIP INFO, or by event and INFO at once. In: by whatever way they come; a key that a peer tells by RTP and by INFO
// is one key.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "call.hpp"
#include "config/phone_config.hpp"
#include "ua/events.hpp"

namespace offhook::phone {
class Desk;
}
namespace offhook::phone::dtmf {

// What leaves for a key.
struct Ways {
  bool media = false;
  media::DigitWay media_way = media::DigitWay::Event;
  bool info = false;
  friend bool operator==(const Ways&, const Ways&) = default;
};
[[nodiscard]] Ways ways_of(const config::DtmfConfig& config);

// The call in the person's hand (`id` 0), or that one.
[[nodiscard]] Checked<Call*> choose(Desk& desk, int id);
// The complaint says which character is no key, or why nothing can be sent.
Checked<void> press(Desk& desk, Now now, Call& call, std::string_view digits);
void heard(Desk& desk, Now now, Call& call, const media::DigitHeard& digit);
void on_event(Desk& desk, Now now, const ua::Event& event);

// What the screen shows of the keys pressed (features.dtmf.hide).
[[nodiscard]] std::string shown(std::string_view sent, const config::DtmfKeysConfig& config);

}  // namespace offhook::phone::dtmf
