#include "choose_call.hpp"

#include <algorithm>

namespace offhook::phone {
namespace {

// "no call to …"
std::string_view verb(Action action) {
  switch (action) {
    case Action::Answer: return "answer";
    case Action::Reject: return "reject";
    case Action::Hold: return "hold";
    case Action::Resume: return "resume";
    case Action::Transfer: return "transfer";
    case Action::HangUp: return "hang up";
  }
  return "";
}

bool fits(const Call& call, Action action) {
  const auto actions = actions_of(call.facts);
  if (std::ranges::find(actions, action) != actions.end()) return true;
  // Hanging up on a caller who still rings is to reject the call.
  return action == Action::HangUp && call.facts.stage == Stage::Ringing;
}

// Lower is nearer to the person's hand.
int rank(const Call& call, Action action) {
  if (call.facts.stage == Stage::Ringing) return action == Action::HangUp ? 2 : 0;
  return call.facts.held || call.facts.muted ? 1 : 0;
}

Checked<Call*> named(Desk& desk, Action action, int id) {
  Call* call = desk.find(id);
  if (call == nullptr) return complain("there is no call " + std::to_string(id));
  if (!fits(*call, action))
    return complain("cannot " + std::string(verb(action)) + " call " + std::to_string(id) + ": it is " +
                    std::string(call_state_name(call->shown)));
  return call;
}

}  // namespace

Checked<Call*> choose_call(Desk& desk, Action action, int id) {
  if (id != 0) return named(desk, action, id);
  Call* best = nullptr;
  Call* equal = nullptr;
  for (auto& call : desk.calls) {
    if (!fits(call, action)) continue;
    // A conference is one thing to hold, to resume and to end; transferred is one of its calls.
    if (best != nullptr && best->facts.conference && call.facts.conference && action != Action::Transfer) continue;
    const bool better = best == nullptr || rank(call, action) < rank(*best, action);
    equal = better ? nullptr : rank(call, action) == rank(*best, action) ? &call : equal;
    if (better) best = &call;
  }
  if (best == nullptr) return complain("no call to " + std::string(verb(action)));
  if (equal != nullptr)
    return complain("which one? call " + std::to_string(best->id) + " or call " + std::to_string(equal->id));
  return best;
}

}  // namespace offhook::phone
