#include "client_non_invite.hpp"

namespace offhook::transaction::client_non_invite {
namespace {

using S = Step<State>;

// Timer K absorbs retransmissions of the response; over a reliable transport there are none.
S complete(bool reliable) {
  if (reliable) return {State::Terminated, {kDeliver}};
  return {State::Completed, {kDeliver, stop(Timer::E), arm(Timer::K)}};
}

S trying(Input input, bool reliable) {
  switch (input) {
    case Input::Provisional:
      return {State::Proceeding, {kDeliver}};  // E runs on: the request may yet be lost further down
    case Input::Final: return complete(reliable);
    case Input::TimerE: return {State::Trying, {kResend, backoff(Timer::E)}};
    case Input::TimerF: return {State::Terminated, {kTimedOut}};
    case Input::TransportError: return {State::Terminated, {kFailed}};
    case Input::TimerK: break;
  }
  return {State::Trying, {}};
}

S proceeding(Input input, bool reliable) {
  switch (input) {
    case Input::Provisional: return {State::Proceeding, {kDeliver}};
    case Input::Final: return complete(reliable);
    case Input::TimerE: return {State::Proceeding, {kResend, hold(Timer::E)}};
    case Input::TimerF: return {State::Terminated, {kTimedOut}};
    case Input::TransportError: return {State::Terminated, {kFailed}};
    case Input::TimerK: break;
  }
  return {State::Proceeding, {}};
}

S completed(Input input) {
  switch (input) {
    case Input::TimerK: return {State::Terminated, {}};
    case Input::Provisional:
    case Input::Final:
    case Input::TimerE:
    case Input::TimerF:
    case Input::TransportError: break;
  }
  return {State::Completed, {}};
}

}  // namespace

Step<State> begin(bool reliable) {
  if (reliable) return {State::Trying, {kSend, arm(Timer::F)}};
  return {State::Trying, {kSend, arm(Timer::E), arm(Timer::F)}};
}

Step<State> step(State state, Input input, bool reliable) {
  switch (state) {
    case State::Trying: return trying(input, reliable);
    case State::Proceeding: return proceeding(input, reliable);
    case State::Completed: return completed(input);
    case State::Terminated: break;
  }
  return {State::Terminated, {}};
}

}  // namespace offhook::transaction::client_non_invite
