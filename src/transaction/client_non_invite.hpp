// Client transaction of every request but INVITE and ACK. RFC 3261 §17.1.2, figure 6.
#pragma once
#include "step.hpp"

namespace offhook::transaction::client_non_invite {

enum class State : std::uint8_t { Trying, Proceeding, Completed, Terminated };
enum class Input : std::uint8_t { Provisional, Final, TimerE, TimerF, TimerK, TransportError };

[[nodiscard]] Step<State> begin(bool reliable);
[[nodiscard]] Step<State> step(State state, Input input, bool reliable);

}  // namespace offhook::transaction::client_non_invite
