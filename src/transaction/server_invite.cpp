#include "server_invite.hpp"

namespace offhook::transaction::server_invite {
namespace {

using S = Step<State>;

// After a transport error the TU is told and the state stays, so that the request's retransmissions are still
// recognised: RFC 6026 §8.8 in place of RFC 3261 §17.2.4 and figure 7.

S fail_finally(bool reliable) {
  if (reliable) return {State::Completed, {kSend, arm(Timer::H)}};
  return {State::Completed, {kSend, arm(Timer::G), arm(Timer::H)}};
}

S proceeding(Input input, bool reliable) {
  switch (input) {
    case Input::Invite: return {State::Proceeding, {kResend}};  // the last provisional response, when there was one
    case Input::Provisional: return {State::Proceeding, {kSend}};
    case Input::Success: return {State::Accepted, {kSend, arm(Timer::L)}};
    case Input::Failure: return fail_finally(reliable);
    case Input::TransportError: return {State::Proceeding, {kFailed}};
    case Input::Ack:
    case Input::TimerG:
    case Input::TimerH:
    case Input::TimerI:
    case Input::TimerL: break;
  }
  return {State::Proceeding, {}};
}

// RFC 6026 §8.5, §7.1: retransmitted INVITEs are absorbed, the TU retransmits its 2xx through here, an ACK goes up to
// it.
S accepted(Input input) {
  switch (input) {
    case Input::Success: return {State::Accepted, {kSend}};
    case Input::Ack: return {State::Accepted, {kDeliver}};
    case Input::TimerL: return {State::Terminated, {}};
    case Input::TransportError: return {State::Accepted, {kFailed}};
    case Input::Invite:
    case Input::Provisional:
    case Input::Failure:
    case Input::TimerG:
    case Input::TimerH:
    case Input::TimerI: break;
  }
  return {State::Accepted, {}};
}

S completed(Input input, bool reliable) {
  switch (input) {
    case Input::Invite: return {State::Completed, {kResend}};
    // Timer I absorbs further ACKs; over a reliable transport there are none.
    case Input::Ack:
      if (reliable) return {State::Terminated, {}};
      return {State::Confirmed, {stop(Timer::G), arm(Timer::I)}};
    case Input::TimerG: return {State::Completed, {kResend, backoff(Timer::G)}};
    case Input::TimerH: return {State::Terminated, {kTimedOut}};
    case Input::TransportError: return {State::Completed, {kFailed}};
    case Input::Provisional:
    case Input::Success:
    case Input::Failure:
    case Input::TimerI:
    case Input::TimerL: break;
  }
  return {State::Completed, {}};
}

S confirmed(Input input) {
  switch (input) {
    case Input::TimerI: return {State::Terminated, {}};
    case Input::Invite:
    case Input::Ack:
    case Input::Provisional:
    case Input::Success:
    case Input::Failure:
    case Input::TimerG:
    case Input::TimerH:
    case Input::TimerL:
    case Input::TransportError: break;
  }
  return {State::Confirmed, {}};
}

}  // namespace

Step<State> step(State state, Input input, bool reliable) {
  switch (state) {
    case State::Proceeding: return proceeding(input, reliable);
    case State::Accepted: return accepted(input);
    case State::Completed: return completed(input, reliable);
    case State::Confirmed: return confirmed(input);
    case State::Terminated: break;
  }
  return {State::Terminated, {}};
}

}  // namespace offhook::transaction::server_invite
