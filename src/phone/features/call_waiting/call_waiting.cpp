#include "features/call_waiting/call_waiting.hpp"

#include <algorithm>

#include "desk.hpp"
#include "features/conference/conference.hpp"
#include "features/features.hpp"
#include "features/hold/hold.hpp"

namespace offhook::phone::call_waiting {
namespace {

Checked<void> run(Desk& desk, Now now, const Deferred& step) {
  Call* call = desk.find(step.call);
  if (call == nullptr || call->facts.stage == Stage::Ended) return {};
  switch (step.what) {
    case Deferred::What::Answer: desk.answer(now, *call); return {};
    case Deferred::What::Resume: conference::resume_all(desk, now, *call); return {};
    case Deferred::What::Dial: break;
  }
  const auto begun = desk.dial(now, *call);
  if (begun) alert(desk, now, *call);
  return begun;
}

// An outgoing call that was answered late may find another one talking: the newest conversation keeps the audio.
void hold_the_others(Desk& desk, Now now, ua::CallId newest) {
  const Call* call = desk.find(newest);
  if (call == nullptr || !is_talking(call->facts)) return;
  for (auto& other : desk.calls) {
    const bool can_be_held = other.facts.stage == Stage::Established && other.facts.change == HoldChange::None;
    if (other.id != call->id && is_talking(other.facts) && can_be_held) hold::request(desk, now, other);
  }
}

void go_on(Desk& desk, Now now) {
  if (!desk.deferred || desk.talking(desk.deferred->call) != nullptr) return;
  const Deferred step = *desk.deferred;
  desk.deferred.reset();
  (void)run(desk, now, step);  // a call that cannot be made says so in its note
}

}  // namespace

bool is_busy(int live_calls, int appearances, const config::CallWaitingConfig& config) {
  return live_calls > 0 && (!config.enabled || live_calls >= appearances);
}

std::optional<IncomingVerdict> decide(const IncomingFacts& facts, const Desk&, const Line&) {
  if (!facts.busy) return std::nullopt;
  return Refuse{486, "refused: busy"};
}

Checked<void> with_the_line_free(Desk& desk, Now now, Deferred step) {
  const auto name = [](const Call& c) { return "call " + std::to_string(c.id); };
  if (desk.deferred) return complain("another call is just being put on hold");
  const auto changing =
      std::ranges::find(desk.calls, HoldChange::Resuming, [](const Call& c) { return c.facts.change; });
  if (changing != desk.calls.end() && changing->facts.stage == Stage::Established)
    return complain(name(*changing) + " is just being resumed");
  Call* active = desk.talking(step.call);
  if (active == nullptr) return run(desk, now, step);
  if (active->facts.stage == Stage::Answering) return complain(name(*active) + " is just being answered");
  desk.deferred = step;
  if (Call* call = desk.find(step.call); call != nullptr && step.what == Deferred::What::Answer) {
    call->facts.answer_pending = true;
    desk.refresh(now, *call);
  }
  conference::hold_all(desk, now, *active);
  return {};
}

void on_event(Desk& desk, Now now, const ua::Event& event) {
  if (const auto* established = std::get_if<ua::CallEstablished>(&event)) hold_the_others(desk, now, established->call);
  // The hold was answered, or the call that was to be held is gone.
  go_on(desk, now);
}

}  // namespace offhook::phone::call_waiting
