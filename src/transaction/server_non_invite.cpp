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

S trying(Input input, bool reliable) {
  switch (input) {
    case Input::Provisional: return {State::Proceeding, {kSend}};
    case Input::Final: return complete(reliable);
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
    case Input::TransportError: return {State::Proceeding, {kFailed}};
    case Input::TimerJ: break;
  }
  return {State::Proceeding, {}};
}

S completed(Input input) {
  switch (input) {
    case Input::Request: return {State::Completed, {kResend}};
    case Input::TimerJ: return {State::Terminated, {}};
    case Input::TransportError: return {State::Completed, {kFailed}};
    case Input::Provisional:
    case Input::Final: break;
  }
  return {State::Completed, {}};
}

}  // namespace

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
