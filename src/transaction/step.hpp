// What the four machines have in common. A machine is a pure function: step(state, input, reliable) gives the next
// state and the actions that the layer performs, in their order. A machine knows timers by their letters only; how long
// they run is the layer's matter (timer_duration).
#pragma once
#include <array>
#include <cassert>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace offhook::transaction {

// §17, table 4, with L and M of RFC 6026. Two that their RFCs give no letter: X, 64*T1 after a CANCEL (§9.1); Y, a
// non-INVITE has had no answer for as long as it takes a client's Timer E to stand at T2 (RFC 4320 §4.1).
enum class Timer : std::uint8_t { None, A, B, D, E, F, G, H, I, J, K, L, M, X, Y };

enum class Verb : std::uint8_t {
  Send,      // client: the request; server: the response that the TU gave
  Resend,    // the same bytes once more
  Ack,       // client INVITE: make the ACK of a non-2xx and send it
  Cancel,    // client INVITE: send a CANCEL
  Want,      // client INVITE: remember the CANCEL until a provisional response comes
  Trying,    // server non-INVITE: make a 100 and send it
  Deliver,   // hand the message to the TU
  TimedOut,  // tell the TU: no answer (client), no ACK (server)
  Failed,    // tell the TU: could not be sent
  Arm,       // start the timer with its first duration
  Backoff,   // start it again, twice as long as before; E and G not longer than T2
  Hold,      // start it again with T2
  Stop,      // stop it
};

struct Action {
  Verb verb = Verb::Send;
  Timer timer = Timer::None;
  friend bool operator==(const Action&, const Action&) = default;
};

// A short list by value.
class Actions {
 public:
  constexpr Actions() = default;
  constexpr Actions(std::initializer_list<Action> list) : size_(list.size()) {
    assert(list.size() <= kMost);
    std::size_t i = 0;
    for (const Action& action : list) items_[i++] = action;
  }
  [[nodiscard]] constexpr const Action* begin() const { return items_.data(); }
  [[nodiscard]] constexpr const Action* end() const { return items_.data() + size_; }

 private:
  static constexpr std::size_t kMost = 6;
  std::array<Action, kMost> items_{};
  std::size_t size_ = 0;
};

template <class State>
struct Step {
  State state;
  Actions actions;
};

inline constexpr Action kSend{Verb::Send}, kResend{Verb::Resend}, kAck{Verb::Ack}, kCancel{Verb::Cancel},
    kWant{Verb::Want}, kTrying{Verb::Trying}, kDeliver{Verb::Deliver}, kTimedOut{Verb::TimedOut}, kFailed{Verb::Failed};
[[nodiscard]] constexpr Action arm(Timer timer) { return {Verb::Arm, timer}; }
[[nodiscard]] constexpr Action backoff(Timer timer) { return {Verb::Backoff, timer}; }
[[nodiscard]] constexpr Action hold(Timer timer) { return {Verb::Hold, timer}; }
[[nodiscard]] constexpr Action stop(Timer timer) { return {Verb::Stop, timer}; }

}  // namespace offhook::transaction
