#include "call.hpp"

namespace offhook::phone {

CallState state_of(const CallFacts& facts) {
  switch (facts.stage) {
    case Stage::Waiting:
    case Stage::Dialing: return CallState::Dialing;
    case Stage::RingBack: return CallState::RingBack;
    case Stage::Ringing: return CallState::Ringing;
    case Stage::Answering: return CallState::Talking;  // who has pressed Answer speaks; the ACK is on its way
    case Stage::Ended: return CallState::Ended;
    case Stage::Established: break;
  }
  if (facts.transferring) return CallState::Transferring;
  // Our own hold counts before theirs: its Resume button is the one that makes sense.
  if (facts.held || facts.muted) return CallState::Held;
  return facts.held_by_remote ? CallState::HeldByRemote : CallState::Talking;
}

std::vector<Action> actions_of(const CallFacts& facts) {
  switch (facts.stage) {
    case Stage::Waiting:
    case Stage::Dialing:
    case Stage::RingBack:
    case Stage::Answering: return {Action::HangUp};
    case Stage::Ringing:
      if (facts.answer_pending) return {Action::Reject};
      return {Action::Answer, Action::Reject};
    case Stage::Ended: return {};
    case Stage::Established: break;
  }
  // One request at a time: what a further one would mean is open until the answer to this one is here.
  if (facts.transferring || facts.change != HoldChange::None) return {Action::HangUp};
  if (facts.held || facts.muted) return {Action::Resume, Action::Transfer, Action::HangUp};
  return {Action::Hold, Action::Transfer, Action::HangUp};
}

bool is_talking(const CallFacts& facts) {
  if (facts.stage == Stage::Answering) return true;
  // A call that is being transferred leaves by itself: nothing needs to hold it.
  return facts.stage == Stage::Established && !facts.held && !facts.muted && !facts.transferring;
}

}  // namespace offhook::phone
