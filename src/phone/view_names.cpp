#include "phone/view.hpp"

namespace offhook::phone {

std::string_view call_state_name(CallState state) {
  switch (state) {
    case CallState::Dialing: return "dialing";
    case CallState::RingBack: return "ringback";
    case CallState::Ringing: return "ringing";
    case CallState::Talking: return "talking";
    case CallState::Held: return "held";
    case CallState::HeldByRemote: return "held-by-remote";
    case CallState::Transferring: return "transferring";
    case CallState::Ended: return "ended";
  }
  return "";
}

std::string_view digit_way_name(DigitWay way) {
  switch (way) {
    case DigitWay::Event: return "event";
    case DigitWay::Inband: return "inband";
    case DigitWay::Info: return "info";
  }
  return "";
}

std::string_view action_name(Action action) {
  switch (action) {
    case Action::Answer: return "answer";
    case Action::Reject: return "reject";
    case Action::Hold: return "hold";
    case Action::Resume: return "resume";
    case Action::Transfer: return "transfer";
    case Action::HangUp: return "hangup";
  }
  return "";
}

}  // namespace offhook::phone
