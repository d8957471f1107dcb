#include "features/replace/replace.hpp"

#include <utility>

#include "desk.hpp"

namespace offhook::phone::replace {
namespace {

constexpr int kDecline = 603;

std::string name_of(const ua::Party& party) { return party.user.empty() ? party.uri : party.user; }

// On hold, or as good as.
bool is_held(const CallFacts& facts) {
  return facts.change == HoldChange::Holding || (facts.change == HoldChange::None && (facts.held || facts.muted));
}

}  // namespace

void take(Desk& desk, Now now, std::size_t line, const ua::IncomingCall& event) {
  const Call* replaced = desk.find(event.replaces);
  if (replaced == nullptr || replaced->facts.stage == Stage::Ended) return desk.ua.reject(now, event.call, kDecline);
  const bool held = replaced->facts.stage == Stage::Established && is_held(replaced->facts);
  Call& call = desk.add_call(now, false, line, event.caller);
  call.ua = event.call;
  call.note = "in place of " + name_of(replaced->peer);
  desk.answer(now, call, held);
}

void on_event(Desk& desk, Now, const ua::Event& event) {
  const auto* ended = std::get_if<ua::CallEnded>(&event);
  if (ended == nullptr || !ended->replaced_by) return;
  Call* replaced = desk.find(ended->call);
  Call* call = desk.find(ended->replaced_by);
  if (replaced == nullptr || call == nullptr) return;
  replaced->note = "taken over by " + name_of(call->peer);
  call->order = std::exchange(replaced->order, std::nullopt);
}

}  // namespace offhook::phone::replace
