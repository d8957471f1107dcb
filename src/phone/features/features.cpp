#include "features/features.hpp"

#include <array>

#include "features/auto_answer/auto_answer.hpp"
#include "features/call_waiting/call_waiting.hpp"
#include "features/dnd/dnd.hpp"
#include "features/dtmf/dtmf.hpp"
#include "features/forward/forward.hpp"
#include "features/hold/hold.hpp"
#include "features/messages/messages.hpp"
#include "features/redirect/redirect.hpp"
#include "features/refuse/refuse.hpp"
#include "features/replace/replace.hpp"
#include "features/ringing/ringing.hpp"
#include "features/tones/tones.hpp"
#include "features/transfer/transfer.hpp"
#include "features/voice_quality/voice_quality.hpp"

namespace offhook::phone {
namespace {

// A new call asks from top to bottom. Forwarding stands before do-not-disturb: in these phones DND takes away the
// no-answer forward only, and sends calls to the busy target when there is one. Call waiting is last: who is not busy
// rings.
//
// Events go from top to bottom too: hold before call_waiting, which waits for the hold's outcome; transfer before
// call_waiting, so that a call which the transfer ends is not put on hold instead; replace before transfer, which would
// report a replaced call as failed.
constexpr std::array kFeatures = {
    Feature{"forward", "guide: Call Forward; SIP flows 6.8", forward::decide, forward::on_alert, nullptr,
            forward::on_timer},
    Feature{"dnd", "guide: Do Not Disturb", dnd::decide},
    Feature{"refuse", "guide: Return Code When Refuse"},
    Feature{"ringing", "guide: ringing and ringback time-outs", nullptr, ringing::on_alert, ringing::on_event,
            ringing::on_timer},
    Feature{"auto_answer", "guide: Auto Answer", nullptr, auto_answer::on_alert, nullptr, auto_answer::on_timer},
    Feature{"redirect", "RFC 3261 §8.1.3.4; SIP flows 6.8", nullptr, nullptr, redirect::on_event},
    Feature{"dtmf", "guide: DTMF", nullptr, nullptr, dtmf::on_event},
    Feature{"hold", "guide: Call Hold; SIP flows 6.4", nullptr, nullptr, hold::on_event},
    Feature{"replace", "RFC 3891; guide: Directed Call Pickup, Call Park", nullptr, nullptr, replace::on_event},
    Feature{"transfer", "guide: Call Transfer; SIP flows 6.6", nullptr, nullptr, transfer::on_event,
            transfer::on_timer},
    Feature{"call_waiting", "guide: Call Waiting; SIP flows 6.5", call_waiting::decide, nullptr,
            call_waiting::on_event},
    Feature{"conference", "guide: Local Conference; SIP flows 6.9"},
    Feature{"messages", "guide: Message Waiting; RFC 3842", nullptr, nullptr, messages::on_event},
    Feature{"paging", "guide: Multicast Paging"},
    Feature{"tones", "guide: Tones, Ring Tones", nullptr, nullptr, tones::on_event, tones::on_timer},
    Feature{"voice_quality", "guide: Voice Quality; RFC 6035", nullptr, nullptr, voice_quality::on_event, nullptr,
            voice_quality::on_quality},
};

}  // namespace

std::span<const Feature> features() { return kFeatures; }

std::optional<IncomingVerdict> decide_incoming(const IncomingFacts& facts, const Desk& desk, const Line& line) {
  for (const auto& feature : kFeatures) {
    if (feature.decide == nullptr) continue;
    if (auto verdict = feature.decide(facts, desk, line)) return verdict;
  }
  return std::nullopt;
}

void alert(Desk& desk, Now now, Call& call) {
  for (const auto& feature : kFeatures)
    if (feature.on_alert != nullptr) feature.on_alert(desk, now, call);
}

}  // namespace offhook::phone
