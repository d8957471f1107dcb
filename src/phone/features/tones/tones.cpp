#include "features/tones/tones.hpp"

#include <algorithm>

#include "desk.hpp"
#include "features/messages/messages.hpp"
#include "features/paging/paging.hpp"
#include "media/tone.hpp"

namespace offhook::phone::tones {
namespace {

// The reminder of a call on hold: nobody defines its sound.
constexpr milliseconds kBeep{200};
constexpr std::uint16_t kHoldHz = 440, kHeldHz = 520;

config::CallTone beeps(std::uint16_t hz, const config::HoldToneConfig& config) {
  return {{{{}, config.delay, true}, {{hz}, kBeep, false}, {{}, config.interval - kBeep, false}}};
}

bool is_up(const CallFacts& facts) { return facts.stage != Stage::Ended && facts.stage != Stage::Ringing; }

struct Situation {
  const Call* ringing = nullptr;
  const Call* refused = nullptr;  // the newest that plays how it ended
  bool up = false, talking = false, ringback = false, held = false, held_by_remote = false;
};

Situation situation_of(const Desk& desk) {
  Situation out;
  out.up = out.talking = paging::is_on(desk);
  for (const Call& call : desk.calls) {
    const CallFacts& facts = call.facts;
    if (facts.stage == Stage::Ringing && out.ringing == nullptr) out.ringing = &call;
    if (facts.stage == Stage::Ended && !call.end_tone.empty()) out.refused = &call;
    if (!is_up(facts)) continue;
    out.up = true;
    out.ringback = out.ringback || (call.outgoing && facts.stage == Stage::RingBack && call.local_ringback);
    const bool on_hold = facts.held || facts.muted;
    out.held = out.held || on_hold;
    out.held_by_remote = out.held_by_remote || (!on_hold && facts.held_by_remote);
    out.talking = out.talking || (is_talking(facts) && !facts.held_by_remote) || facts.stage == Stage::Dialing ||
                  facts.stage == Stage::Waiting || facts.stage == Stage::RingBack;
  }
  return out;
}

}  // namespace

std::optional<Sound> wanted(const Desk& desk) {
  const Situation now = situation_of(desk);
  const auto& settings = desk.settings;
  if (now.ringing != nullptr && !now.up) return Sound{now.ringing->ringer, true};
  if (now.ringing != nullptr && settings.call_waiting.tone) return Sound{"callwaiting", false};
  if (now.ringback) return Sound{"ring", false};
  if (now.refused != nullptr && !now.up) return Sound{std::string(now.refused->end_tone), false};
  // Who lifts the handset to make another call.
  if (desk.off_hook && !now.talking) {
    const bool stutters = settings.tones.voice_mail && messages::wait(desk);
    return Sound{now.up ? "dialrecall" : stutters ? "stutter" : "dial", false};
  }
  if (!now.talking && now.held && settings.hold_tone.enabled) return Sound{"hold", false};
  if (!now.talking && now.held_by_remote && settings.held_tone.enabled) return Sound{"held", false};
  return std::nullopt;
}

void update(Desk& desk) {
  auto sound = wanted(desk);
  if (sound == desk.sounding) return;
  desk.sounding = std::move(sound);
  desk.changed(Change::Calls);
  if (!desk.sounding) return desk.play(std::monostate{});
  const std::string& name = desk.sounding->name;
  if (desk.sounding->is_ringer) return desk.play(Ringer{name});
  const auto& settings = desk.settings;
  if (name == "hold") return desk.play(beeps(kHoldHz, settings.hold_tone));
  if (name == "held") return desk.play(beeps(kHeldHz, settings.held_tone));
  desk.play(tone(name, settings.tones));
}

Checked<void> off_hook(Desk& desk) {
  if (desk.off_hook) return complain("the handset is up already");
  desk.off_hook = true;
  desk.changed(Change::Calls);
  return {};
}

config::CallTone tone(std::string_view name, const config::ToneConfig& config) {
  if (config.country != "Custom") return media::country_tone(config.country, name);
  for (const auto& [own, tone] : config.own)
    if (own == name) return tone;
  return media::country_tone("Custom", name);
}

std::string_view tone_of_status(int status, const config::ToneConfig& config) {
  if (status < 300 || status == 487) return {};
  if (std::ranges::find(config.congestion_codes, status) != config.congestion_codes.end()) return "congestion";
  return status == 486 || status == 600 || status == 603 ? "busy" : "congestion";
}

void on_event(Desk& desk, Now now, const ua::Event& event) {
  if (const auto* progress = std::get_if<ua::CallProgress>(&event)) {
    Call* call = desk.find(progress->call);
    if (call == nullptr || progress->status != 180) return;
    // Behind audio of the far end a 180 counts only where the configuration says so.
    if (!call->agreed || desk.settings.ringing.heeds_180) call->local_ringback = true;
  } else if (const auto* media = std::get_if<ua::MediaChanged>(&event)) {
    if (Call* call = desk.find(media->call); call != nullptr && media->negotiated) call->local_ringback = false;
  } else if (const auto* ended = std::get_if<ua::CallEnded>(&event)) {
    Call* call = desk.find(ended->call);
    if (call == nullptr || ended->by == ua::EndedBy::Local) return;
    const bool answered = ended->status == 0;
    if (call->outgoing && !answered) call->end_tone = tone_of_status(ended->status, desk.settings.tones);
    if (answered && desk.settings.busy_tone_delay > seconds(0)) {
      call->end_tone = "busy";
      desk.arm(*call, CallTimer::Tone, now.mono + desk.settings.busy_tone_delay);
    }
  }
}

void on_timer(Desk&, Now, Call& call, CallTimer timer) {
  if (timer == CallTimer::Tone) call.end_tone = {};
}

}  // namespace offhook::phone::tones
