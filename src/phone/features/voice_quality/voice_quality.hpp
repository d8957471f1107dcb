// Reports of how calls are heard, to a collector (guide: Voice Quality; RFC 6035): at the end of a call, in intervals,
// and when listening quality or delay pass a threshold, up or down. Works on what the media engine reports of a leg
// about once a second. Costs nothing where the account names no collector.
#pragma once
#include "call.hpp"
#include "ua/events.hpp"

namespace offhook::phone {
class Desk;
}
namespace offhook::phone::voice_quality {

void on_event(Desk& desk, Now now, const ua::Event& event);
void on_quality(Desk& desk, Now now, Call& call, bool final);

}  // namespace offhook::phone::voice_quality
