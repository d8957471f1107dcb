// One call as data: what its rooms (calls.hpp, transfer.hpp) know about it. A plain value in the calls' SlotMap.
//
//   Inviting ──2xx──> Established <──ACK── Answered <──answer()── Offered
//       └──refused, cancelled──┐   │ BYE        │ no ACK             │ refused, CANCEL
//                              └───┴──> Over <──┴────────────────────┘
// Over: the phone has been told; transactions, unacknowledged 2xx and transfer subscriptions finish underneath, then
// the call is freed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "authenticator.hpp"
#include "core.hpp"
#include "dialog/dialog.hpp"
#include "sdp/offer_answer.hpp"

namespace offhook::ua {

enum class Phase : std::uint8_t { Inviting, Offered, Answered, Established, Over };

// An early dialog of our INVITE; a forked one has several.
struct EarlyDialog {
  dialog::Dialog dialog;
  bool bye_sent = false;
};

// Our INVITE, until its final answer.
struct Invitation {
  Key sent = 0;
  sip::Message request;  // the last one, as sent: the dialog is made from it
  std::string to;        // name-addr, the same in each redirected one (§8.1.3.4)
  std::string referred_by;
  std::vector<std::string> tried;    // Request-URIs that have had an INVITE
  std::vector<std::string> waiting;  // targets of 3xx responses, the best last
  int last_status = 0;               // of the target before
  bool cancelled = false;
  std::vector<EarlyDialog> early;
};

// Their INVITE, until our final answer.
struct Arrival {
  transaction::ServerId id;
  sip::Message request;
  Key provisional_alarm = 0;
  bool ringing = false;
};

// A 2xx of ours to an INVITE that waits for its ACK (§13.3.1.4).
struct Unacked {
  std::uint32_t cseq = 0;
  transaction::ServerId id;
  sip::Message response;
  Duration interval{};
  TimePoint give_up;
  Key alarm = 0;
  bool carries_offer = false;  // the ACK must bring the answer
};

// Our own re-INVITEs: the wish and where it stands.
struct HoldMachine {
  bool held = false;  // agreed
  bool wanted = false;
  bool offered = false;  // what the open re-INVITE asks for
  Key sent = 0;          // the open re-INVITE
  Key alarm = 0;         // the pause after a 491
  // What else is wanted, whatever becomes of hold.
  struct Wishes {
    bool renew = false;    // new SRTP keys
    bool again = false;    // our address said anew
    bool restart = false;  // and checks of ICE begun anew by it
    [[nodiscard]] bool any() const { return renew || again; }
  };
  Wishes wishes, open;  // and what the open re-INVITE says: another one that comes meanwhile is not met by it
  [[nodiscard]] bool is_wish() const { return wanted != held || wishes.any(); }
};

// INFO requests of ours.
struct Information {
  struct Body {
    std::string type, body;
  };
  std::vector<Body> waiting;  // the next one first
  Key sent = 0;
};

// We sent REFER; a subscription to its outcome lives until a final NOTIFY or until we have waited long enough (RFC 3515
// §2.4.4).
struct Transferor {
  std::uint32_t refer_cseq = 0;
  Key alarm = 0;
  bool answered = false;  // REFER's final response has come
  bool finished = false;  // the phone knows the end
  int status = 0;         // the last one heard
};

// The peer sent REFER.
struct Transferee {
  transaction::ServerId id;
  sip::Message request;  // until it is decided
  bool decided = false;
  std::string event = "refer";  // with ;id= when it is not the first REFER of the dialog (RFC 3515 §2.4.6)
  Key notify = 0;               // one NOTIFY at a time, so that they arrive in order
  int last = 0;                 // status notified last
  std::optional<int> next;      // status that waits for its turn
  bool final_sent = false;
  int repeats = 0;  // of reports that the peer could not place
  Key alarm = 0;
};

struct Call {
  CallId id;
  AccountId account;
  bool outgoing = false;
  Phase phase = Phase::Inviting;
  std::string call_id, local_tag;
  std::string remote_tag;  // incoming: the caller's, also before there is a dialog
  Party peer;
  AudioAddress rtp;
  std::uint32_t invite_cseq = 0;  // of the first INVITE, either way

  std::optional<dialog::Dialog> dialog;
  sdp::Session session;
  Authenticator authenticator;
  std::optional<Invitation> invitation;
  std::optional<Arrival> arrival;
  std::vector<Unacked> unacked;
  HoldMachine hold;
  Information information;
  std::optional<Transferor> transferor;
  std::optional<Transferee> transferee;
  int refers_received = 0;

  std::optional<sdp::Negotiated> told_media;
  sdp::KeyMaterial watched_key;  // of ours, whose lifetime runs
  Key rekey_alarm = 0;
  bool held_by_remote = false;
  bool peer_updates = false;  // its Allow names UPDATE
  bool bye_sent = false;
  CallId replaces;              // whose place it takes once it is answered
  CallId replaced_by;           // that took its place
  bool bye_when_acked = false;  // §15: the callee may not send BYE before it has the ACK
  std::string bye_reason;

  [[nodiscard]] bool is_transferring() const {
    return (transferor && !transferor->finished) || (transferee && !transferee->final_sent);
  }
};

}  // namespace offhook::ua
