// What a phone shows: plain values for a screen, the web page and the API. Made new on every call of Rack::view.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "media/quality.hpp"

namespace offhook::phone {

enum class CallState : std::uint8_t { Dialing, RingBack, Ringing, Talking, Held, HeldByRemote, Transferring, Ended };
[[nodiscard]] std::string_view call_state_name(
    CallState state);  // "dialing", "ringback", "ringing", "talking", "held", "held-by-remote", …

// The buttons that make sense now.
enum class Action : std::uint8_t { Answer, Reject, Hold, Resume, Transfer, HangUp };
[[nodiscard]] std::string_view action_name(
    Action action);  // "answer", "reject", "hold", "resume", "transfer", "hangup"

enum class DigitWay : std::uint8_t { Event, Inband, Info };
[[nodiscard]] std::string_view digit_way_name(DigitWay way);  // "event", "inband", "info"
struct DigitView {
  char digit = 0;
  DigitWay way = DigitWay::Event;
  milliseconds duration{};  // 0: not over, or nobody has told
  TimePoint at;
};

struct CallView {
  int id = 0;  // 1, 2, … per phone; commands name it
  bool outgoing = false;
  CallState state = CallState::Dialing;
  std::string peer_name, peer_number, peer_uri;
  TimePoint since;          // of this state
  bool encrypted = false;   // what is said and heard is protected (SRTP)
  bool waiting = false;     // rings while another call is up (call waiting)
  bool conference = false;  // is mixed with the others that are
  std::string note;         // "Busy here", "forwarded to 1003", "transfer: 180" …
  std::vector<Action> actions;
  std::string digits_sent;                            // DTMF, as the screen may show it
  std::vector<DigitView> digits_heard;                // each key once
  std::shared_ptr<const media::CallQuality> quality;  // the newest report; null before the first
};

// Of a mailbox, as its server has told; voice messages are counted where it counts them.
struct Messages {
  bool waiting = false;
  std::uint32_t fresh = 0, old = 0;
  friend bool operator==(const Messages&, const Messages&) = default;
};

struct AccountView {
  int index = 1;
  std::string label, user, domain;
  bool registered = false;
  std::string status;  // "registered", "registering", "403 Forbidden" …
  std::string nat;     // "203.0.113.7:5060 (STUN)"; "" where there is no NAT
  Messages messages{};
};

// A page that this phone sends, or plays (guide: Multicast Paging).
struct PageView {
  bool sent = false;
  int number = 0;  // of the paging or listen address
  std::string label;
  Endpoint group;
  TimePoint since;
};

struct PhoneView {
  std::string name;  // "A"
  std::string model, mac;
  Endpoint local;
  std::vector<AccountView> accounts;
  std::vector<CallView> calls;  // live ones, and ended ones for a few seconds so that a person can read why
  bool dnd = false;
  std::string forward;    // "always 1003", "" when none
  bool off_hook = false;  // before a call
  std::optional<PageView> page;
  // What the phone plays to its person now: "dial", "ring", "busy" …, or a ringer ("Ring1.wav"); "" for nothing.
  std::string tone, ringer;
};

}  // namespace offhook::phone
