// What the phone plays to its person (guide: Tones, Ring Tones): one tone or ringer at a time, by the state of its
// calls. It is chosen anew after each input, so no other room needs to think of it.
//
//   a call rings, no other is up         its ringer
//   a call rings beside another one      callwaiting                       (call_waiting.tone)
//   the far end rings (180)              ring, unless its own audio comes  (phone_setting.is_deal180)
//   an outgoing call was refused         busy (486, 600, 603) or congestion, as long as the call is shown
//                                                                          (features.congestion_tone.codelist)
//   the far end hung up                  busy                              (features.busy_tone_delay)
//   off hook                             dial; stutter while messages wait (features.voice_mail_tone_enable);
//                                        dialrecall beside a call on hold
//   only calls on hold                   hold, held: beeps                 (features.play_hold_tone.*,
//   play_held_tone.*)
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "call.hpp"
#include "config/phone_config.hpp"
#include "ua/events.hpp"

namespace offhook::phone {
class Desk;
struct Sound;
}  // namespace offhook::phone
namespace offhook::phone::tones {

// What should sound now.
[[nodiscard]] std::optional<Sound> wanted(const Desk& desk);
// Tells the media engine when that has changed.
void update(Desk& desk);

void on_event(Desk& desk, Now now, const ua::Event& event);
void on_timer(Desk& desk, Now now, Call& call, CallTimer timer);

// Handset up (dial tone) and down (ends what is talking).
Checked<void> off_hook(Desk& desk);

// A tone of the configuration: voice.tone.NAME, or that of the country. "hold" and "held" are the phone's own.
[[nodiscard]] config::CallTone tone(std::string_view name, const config::ToneConfig& config);
// Which tone a final response to an outgoing call plays; "" for none.
[[nodiscard]] std::string_view tone_of_status(int status, const config::ToneConfig& config);

}  // namespace offhook::phone::tones
