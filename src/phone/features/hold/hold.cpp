#include "features/hold/hold.hpp"

#include "desk.hpp"

namespace offhook::phone::hold {
namespace {

void on_changed(Desk& desk, Now now, Call& call, const ua::HoldChanged& event) {
  const auto wanted = call.facts.change;
  call.facts.change = HoldChange::None;
  call.facts.held = event.held;
  call.note.clear();
  if (wanted == HoldChange::Holding && !event.held) {
    call.facts.muted = true;
    call.note = "hold refused: muted here";
  } else if (wanted == HoldChange::Resuming) {
    call.facts.muted = false;
    if (event.held) call.note = "resume refused";
  }
  desk.refresh(now, call);
}

}  // namespace

void request(Desk& desk, Now now, Call& call) {
  call.facts.change = HoldChange::Holding;
  desk.refresh(now, call);
  desk.ua.hold(now, call.ua);
}

void resume(Desk& desk, Now now, Call& call) {
  desk.off_hook = false;
  if (call.facts.held) {
    call.facts.change = HoldChange::Resuming;
    desk.ua.resume(now, call.ua);
  } else {
    call.facts.muted = false;  // the far end never knew
    call.note.clear();
  }
  desk.refresh(now, call);
}

void on_event(Desk& desk, Now now, const ua::Event& event) {
  if (const auto* changed = std::get_if<ua::HoldChanged>(&event)) {
    Call* call = desk.find(changed->call);
    if (call != nullptr && call->facts.stage == Stage::Established) on_changed(desk, now, *call, *changed);
  } else if (const auto* remote = std::get_if<ua::RemoteHoldChanged>(&event)) {
    Call* call = desk.find(remote->call);
    if (call == nullptr || call->facts.stage == Stage::Ended) return;
    call->facts.held_by_remote = remote->held;
    desk.refresh(now, *call);
  }
}

sdp::Direction audible(const CallFacts& facts, sdp::Direction negotiated) {
  const bool silent = facts.held || facts.muted || facts.change != HoldChange::None;
  return silent ? sdp::Direction::Inactive : negotiated;
}

}  // namespace offhook::phone::hold
