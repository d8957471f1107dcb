// What a user agent tells the phone above it. Plain values, taken with UserAgent::poll().
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/slot_map.hpp"
#include "base/time.hpp"
#include "body/dtmf_info.hpp"
#include "sdp/offer_answer.hpp"
#include "ua/account.hpp"

namespace offhook::ua {

struct CallTag;
using CallId = Handle<CallTag>;

struct Party {
  std::string display_name;
  std::string uri;   // sip:1002@127.0.0.1
  std::string user;  // 1002; the host when the URI has no user
};

struct Registered {
  AccountId account;
  seconds expires{};
};
// The registration ended: on our own wish (status 0), or the server said no for good. A retry is armed when the account
// asks for one.
struct Unregistered {
  AccountId account;
  int status = 0;  // 403, 408 …
  std::string reason;
  bool will_retry = false;
};

// A new call: 100 has been sent; the phone decides: ring, answer, reject, redirect. Nothing else is sent until it does.
struct IncomingCall {
  CallId call;
  AccountId account;
  Party caller;
  Party called;            // To
  std::string alert_info;  // Alert-Info value, "" when there is none
  // It takes the place of that call (RFC 3891): answered at once, never rung; answer() then ends the other one.
  CallId replaces{};
};
// Outgoing: a provisional response above 100.
struct CallProgress {
  CallId call;
  int status = 180;
  Party peer;
};
// Outgoing: a 3xx sends it to another target; the new INVITE is already on its way (RFC 3261 §8.1.3.4).
struct CallRedirected {
  CallId call;
  int status = 302;
  Party to;
};
// Both sides agreed (2xx; for an incoming call: ACK came).
struct CallEstablished {
  CallId call;
  Party peer;
  std::string call_id{}, local_tag{}, remote_tag{};  // of its dialog
};
enum class EndedBy : std::uint8_t { Local, Remote, Network };  // Network: timeout, transport, refused by a response
struct CallEnded {
  CallId call;
  EndedBy by = EndedBy::Local;
  int status = 0;             // final response that refused it, or 0 for BYE; 487 cancelled
  std::string reason;         // its phrase
  std::string reason_header;  // Reason value of a CANCEL or BYE ("SIP;cause=200;text=…"), "" when there is none
  CallId replaced_by{};       // the call that took its place, when one did
};
// What the leg sends and hears has changed. Nothing: no session. Comes with early media, with answer() on the callee's
// side (before the ACK), and not with CallEnded, which ends the session by itself.
struct MediaChanged {
  CallId call;
  std::optional<sdp::Negotiated> negotiated;
};
// Our hold() or resume() has been answered.
struct HoldChanged {
  CallId call;
  bool held = false;  // the state that holds now
  bool succeeded = true;
};
// The far end holds or resumes us.
struct RemoteHoldChanged {
  CallId call;
  bool held = false;
};
// The peer asks us to call somebody (REFER, RFC 3515). The phone says accept_transfer or refuse_transfer.
struct TransferRequested {
  CallId call;
  Party target;
  std::string refer_to;     // URI, with ?Replaces=… when it has it
  std::string referred_by;  // Referred-By value, "" when there is none
};
// Our transfer(): the peer took it (202, the call ends then and its CallId stays good until `finished`), its progress
// (NOTIFY sipfrag), and its end. RFC 5589.
struct TransferProgress {
  CallId call;
  int status = 100;
  bool finished = false;  // a final status, a refused REFER, or nothing heard in time (status 408)
};

// A digit came by INFO; it has been answered.
struct InfoReceived {
  CallId call;
  body::DtmfInfo digit;
};
// The final response to an INFO of ours. Not 2xx: those that waited behind it are not sent.
struct InfoAnswered {
  CallId call;
  int status = 200;
};

// A server tells of the account's mailbox (RFC 3842), without having been asked.
struct MessagesWaiting {
  AccountId account;
  bool waiting = false;
  std::uint32_t fresh = 0, old = 0;  // voice messages, where it counts them
};

using Event = std::variant<Registered, Unregistered, IncomingCall, CallProgress, CallRedirected, CallEstablished,
                           CallEnded, MediaChanged, HoldChanged, RemoteHoldChanged, TransferRequested, TransferProgress,
                           InfoReceived, InfoAnswered, MessagesWaiting>;

}  // namespace offhook::ua
