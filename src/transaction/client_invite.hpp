// INVITE client transaction. RFC 3261 §17.1.1, figure 5, with the Accepted state of RFC 6026 §8.4 and the CANCEL rules
// of §9.1.
#pragma once
#include "step.hpp"

namespace offhook::transaction::client_invite {

enum class State : std::uint8_t { Calling, Proceeding, Accepted, Completed, Terminated };
enum class Input : std::uint8_t {
  Provisional,  // 1xx
  Success,      // 2xx
  Failure,      // 3xx-6xx
  Cancel,       // the TU gives up
  TimerA,
  TimerB,
  TimerD,
  TimerM,
  TimerX,
  TransportError,
};

[[nodiscard]] Step<State> begin(bool reliable);
[[nodiscard]] Step<State> step(State state, Input input, bool reliable);

}  // namespace offhook::transaction::client_invite
