// The calls that go through the proxy, as it sees them: what call records, metrics and lamps are made of.
//
// A call is one INVITE outside of a dialog and what becomes of it, however many phones it rings. It is seen from the
// requests and responses that are relayed; a call whose end does not come along here ends by silence.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace offhook::proxy {

struct CallSettings {
  bool on = true;  // never without Record-Route: their ends would not be seen
  // A call in which nothing is heard for so long has ended, unseen; one with a session timer (RFC 4028) when that has
  // run out.
  seconds silence{12 * 3600};
  std::size_t most = 100'000;  // kept at a time; further ones are relayed and not kept
};

enum class CallState : std::uint8_t { Trying, Ringing, Answered, Ended };
enum class CallEnd : std::uint8_t {
  None,       // it has not ended
  Hangup,     // BYE
  Cancelled,  // by the caller, before anybody answered
  Failed,     // with `status`
  Silent,     // nobody has said anything for too long
  Expired,    // its session timer has run out
};
enum class CallSide : std::uint8_t { Nobody, Caller, Callee };

// "answered", "hangup", "caller"; CallEnd::None and CallSide::Nobody are "".
[[nodiscard]] std::string_view text_of(CallState state);
[[nodiscard]] std::string_view text_of(CallEnd end);
[[nodiscard]] std::string_view text_of(CallSide side);

// A call as it is at one moment. Times by the wall clock are its start's plus the monotonic time since then: a step of
// the clock changes no duration.
struct CallRecord {
  std::uint64_t number = 0;                     // names it in this run, and no other call
  std::string call_id, caller_tag, callee_tag;  // the last from the first that rings, and then from who has answered
  std::string caller, caller_display;           // of From: "sip:1001@example.test"
  std::string caller_user;                      // its user when it is one of ours; "" otherwise
  std::string dialled;                          // Request-URI as it came
  std::string callee, callee_display;           // of To
  std::string callee_user;  // the user of ours who is called, and who has answered it; "" when it went elsewhere
  std::string caller_contact, callee_contact;  // URIs
  CallState state = CallState::Trying;
  Now started{};
  std::optional<Now> rang, answered, ended;
  CallEnd end = CallEnd::None;
  CallSide ended_by = CallSide::Nobody;
  int status = 0;           // the final response to the INVITE: 200, 486 …; 0 while there is none
  std::uint32_t shard = 0;  // of the process, which relays it: for records, where the world knows of several
};

// Who wants to know. Told as it happens, before the response that says so leaves the proxy; must not call the core.
// A call that fails with 401 or 407 is mostly asked again, as a new one, with credentials.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void started(const CallRecord&) {}
  virtual void ringing(const CallRecord&) {}  // the first time
  virtual void answered(const CallRecord&) {}
  virtual void ended(const CallRecord&) {}
};

}  // namespace offhook::proxy
