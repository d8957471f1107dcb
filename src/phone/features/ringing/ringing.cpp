#include "features/ringing/ringing.hpp"

#include "desk.hpp"

namespace offhook::phone::ringing {
namespace {

constexpr int kTemporarilyUnavailable = 480;

bool is_dialing(const CallFacts& facts) { return facts.stage == Stage::Dialing || facts.stage == Stage::RingBack; }

}  // namespace

void on_alert(Desk& desk, Now now, Call& call) {
  const auto& config = desk.settings.ringing;
  desk.arm(call, CallTimer::Ringing, now.mono + (call.outgoing ? config.ringback_timeout : config.ringing_timeout));
}

void on_event(Desk& desk, Now now, const ua::Event& event) {
  if (const auto* progress = std::get_if<ua::CallProgress>(&event)) {
    Call* call = desk.find(progress->call);
    // The first 180 sets the time of the state; later ones change nothing.
    if (call != nullptr && call->facts.stage == Stage::RingBack && call->since == now.mono) on_alert(desk, now, *call);
  } else if (const auto* redirected = std::get_if<ua::CallRedirected>(&event)) {
    if (Call* call = desk.find(redirected->call); call != nullptr && is_dialing(call->facts))
      on_alert(desk, now, *call);
  } else if (const auto* established = std::get_if<ua::CallEstablished>(&event)) {
    if (Call* call = desk.find(established->call)) desk.cancel(*call, CallTimer::Ringing);
  }
}

void on_timer(Desk& desk, Now now, Call& call, CallTimer timer) {
  if (timer != CallTimer::Ringing) return;
  if (call.facts.stage == Stage::Ringing) {
    desk.ua.reject(now, call.ua, kTemporarilyUnavailable);
    desk.end(now, call, "missed call");
  } else if (is_dialing(call.facts)) {
    desk.hang_up(now, call, "no answer");
  }
}

}  // namespace offhook::phone::ringing
