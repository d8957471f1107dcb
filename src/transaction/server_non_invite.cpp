#include "server_non_invite.hpp"

namespace offhook::transaction::server_non_invite {
namespace {

using S = Step<State>;

// A transport error leaves the state as it is: RFC 6026 §8.8 (see server_invite.cpp).

// Timer J absorbs retransmissions of the request; over a reliable transport there are none.
S complete(bool reliable) {
  if (reliable) return {State::Terminated, {kSend}};
  return {State::Completed, {kSend, arm(Timer::J)}};
}

// RFC 4320 §4.2: no 408, nothing at all. The request's retransmissions must not look like a new one, so the state is
// that of an answer, without one.
S abandon(bool reliable) {
  if (reliable) return {State::Terminated, {}};
  return {State::Completed, {arm(Timer::J)}};
}

S trying(Input input, bool reliable) {
  switch (input) {
    case Input::Provisional: return {State::Proceeding, {kSend, stop(Timer::Y)}};
    case Input::Final: return complete(reliable);
    case Input::Abandon: return abandon(reliable);
    case Input::TimerY: return {State::Proceeding, {kTrying}};  // RFC 4320 §4.1, last paragraph
    case Input::TransportError: return {State::Trying, {kFailed}};
    case Input::Request:
    case Input::TimerJ: break;
  }
  return {State::Trying, {}};
}

S proceeding(Input input, bool reliable) {
  switch (input) {
    case Input::Request: return {State::Proceeding, {kResend}};
    case Input::Provisional: return {State::Proceeding, {kSend}};
    case Input::Final: return complete(reliable);
    case Input::Abandon: return abandon(reliable);
    case Input::TransportError: return {State::Proceeding, {kFailed}};
    case Input::TimerJ:
    case Input::TimerY: break;
  }
  return {State::Proceeding, {}};
}

S completed(Input input) {
  switch (input) {
    case Input::Request: return {State::Completed, {kResend}};
    case Input::TimerJ: return {State::Terminated, {}};
    case Input::TransportError: return {State::Completed, {kFailed}};
    case Input::Provisional:
    case Input::Final:
    case Input::Abandon:
    case Input::TimerY: break;
  }
  return {State::Completed, {}};
}

}  // namespace

Step<State> begin() { return {State::Trying, {arm(Timer::Y)}}; }

Step<State> step(State state, Input input, bool reliable) {
  switch (state) {
    case State::Trying: return trying(input, reliable);
    case State::Proceeding: return proceeding(input, reliable);
    case State::Completed: return completed(input);
    case State::Terminated: break;
  }
  return {State::Terminated, {}};
}

}  // namespace offhook::transaction::server_non_invite
