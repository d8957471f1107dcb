// Server transaction of every request but INVITE and ACK. RFC 3261 §17.2.2, figure 8, with RFC 4320: a 100 by itself
// when the TU takes its time (§4.1), an end without a response (§4.2). Which provisional responses the TU may send at
// all (§4.1) is decided before they come here.
#pragma once
#include "step.hpp"

namespace offhook::transaction::server_non_invite {

enum class State : std::uint8_t { Trying, Proceeding, Completed, Terminated };
enum class Input : std::uint8_t {
  Request,  // a retransmission
  Provisional,
  Final,    // the TU answers
  Abandon,  // the TU will not answer
  TimerJ,
  TimerY,
  TransportError,
};

[[nodiscard]] Step<State> begin();
[[nodiscard]] Step<State> step(State state, Input input, bool reliable);

}  // namespace offhook::transaction::server_non_invite
