// INVITE server transaction. RFC 3261 §17.2.1, figure 7, with the Accepted state of RFC 6026 §8.5. The 100 after 200 ms
// is the TU's.
#pragma once
#include "step.hpp"

namespace offhook::transaction::server_invite {

enum class State : std::uint8_t { Proceeding, Accepted, Completed, Confirmed, Terminated };
enum class Input : std::uint8_t {
  Invite,  // a retransmission
  Ack,
  Provisional,
  Success,
  Failure,  // the TU answers
  TimerG,
  TimerH,
  TimerI,
  TimerL,
  TransportError,
};

[[nodiscard]] Step<State> step(State state, Input input, bool reliable);

}  // namespace offhook::transaction::server_invite
