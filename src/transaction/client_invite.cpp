#include "client_invite.hpp"

namespace offhook::transaction::client_invite {
namespace {

using S = Step<State>;

// 3xx-6xx: the ACK is made here, hop by hop (§17.1.1.3). Timer D absorbs the response's retransmissions; over a
// reliable transport there are none.
S complete(bool reliable) {
  if (reliable) return {State::Terminated, {kAck, kDeliver}};
  return {State::Completed, {kAck, kDeliver, stop(Timer::A), arm(Timer::D)}};
}

S calling(Input input, bool reliable) {
  switch (input) {
    case Input::Provisional: return {State::Proceeding, {kDeliver, stop(Timer::A), stop(Timer::B)}};
    case Input::Success: return {State::Accepted, {kDeliver, stop(Timer::A), arm(Timer::M)}};
    case Input::Failure: return complete(reliable);
    case Input::Cancel: return {State::Calling, {kWant}};  // §9.1: not before a provisional response
    case Input::TimerA: return {State::Calling, {kResend, backoff(Timer::A)}};
    case Input::TimerB: return {State::Terminated, {kTimedOut}};
    case Input::TransportError: return {State::Terminated, {kFailed}};
    case Input::TimerD:
    case Input::TimerM:
    case Input::TimerX: break;
  }
  return {State::Calling, {}};
}

S proceeding(Input input, bool reliable) {
  switch (input) {
    case Input::Provisional: return {State::Proceeding, {kDeliver}};
    case Input::Success: return {State::Accepted, {kDeliver, arm(Timer::M)}};
    case Input::Failure: return complete(reliable);
    case Input::Cancel: return {State::Proceeding, {kCancel, arm(Timer::X)}};
    // §9.1, last paragraph: no final response 64*T1 after the CANCEL.
    case Input::TimerX: return {State::Terminated, {kTimedOut}};
    // Nothing of ours is under way; figure 5 has no such arrow.
    case Input::TransportError:
    case Input::TimerA:
    case Input::TimerB:
    case Input::TimerD:
    case Input::TimerM: break;
  }
  return {State::Proceeding, {}};
}

// RFC 6026 §8.4: every 2xx goes up (the UAC acknowledges it, a proxy forwards it), nothing else does.
S accepted(Input input) {
  switch (input) {
    case Input::Success: return {State::Accepted, {kDeliver}};
    case Input::TimerM: return {State::Terminated, {}};
    case Input::Provisional:
    case Input::Failure:
    case Input::Cancel:
    case Input::TimerA:
    case Input::TimerB:
    case Input::TimerD:
    case Input::TimerX:
    case Input::TransportError: break;
  }
  return {State::Accepted, {}};
}

S completed(Input input) {
  switch (input) {
    case Input::Failure: return {State::Completed, {kResend}};  // what is sent last is the ACK
    case Input::TimerD: return {State::Terminated, {}};
    case Input::TransportError: return {State::Terminated, {kFailed}};
    case Input::Provisional:
    case Input::Success:
    case Input::Cancel:
    case Input::TimerA:
    case Input::TimerB:
    case Input::TimerM:
    case Input::TimerX: break;
  }
  return {State::Completed, {}};
}

}  // namespace

Step<State> begin(bool reliable) {
  if (reliable) return {State::Calling, {kSend, arm(Timer::B)}};
  return {State::Calling, {kSend, arm(Timer::A), arm(Timer::B)}};
}

Step<State> step(State state, Input input, bool reliable) {
  switch (state) {
    case State::Calling: return calling(input, reliable);
    case State::Proceeding: return proceeding(input, reliable);
    case State::Accepted: return accepted(input);
    case State::Completed: return completed(input);
    case State::Terminated: break;
  }
  return {State::Terminated, {}};
}

}  // namespace offhook::transaction::client_invite
