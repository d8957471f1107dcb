// Which SIP message may carry an offer, which an answer, and who has to wait: RFC 6337 §2.2 (its six patterns), §3.1,
// §4.3 (its rules UAC-xx and UAS-xx), which sum up RFC 3261 §13.2.1, §14, RFC 3262 §5 and RFC 3311 §5. Pure functions
// from facts to a value; this module knows no SIP, so the facts are plain ones.
#pragma once
#include <cstdint>
#include <string_view>

#include "sdp/offer_answer.hpp"

namespace offhook::sdp {

enum class Carrier : std::uint8_t {
  Invite,
  UnreliableProvisional,  // 1xx to INVITE
  ReliableProvisional,    // 1xx with 100rel (RFC 3262)
  InviteSuccess,          // 2xx to INVITE
  Ack,                    // to a 2xx
  Prack,
  PrackSuccess,
  Update,
  UpdateSuccess,
  Other  // a description there is no part of an exchange: OPTIONS, 488 (§2.4)
};
// `status` is 0 for a request.
[[nodiscard]] Carrier carrier_of(std::string_view method, int status, bool reliable);

enum class Role : std::uint8_t {
  None,     // no description belongs there; one that is there is ignored
  Preview,  // what the answer will be (§3.1.1): heard, but nothing is agreed
  Offer,
  Answer
};

// Where the dialog stands, seen by us, when we send or receive the message.
struct Standing {
  Session::State state = Session::State::Idle;
  bool sending = false;               // we send it
  bool invite_had_offer = false;      // the INVITE of this transaction carried one
  bool invite_is_settled = false;     // a reliable response to it has carried a description already
  bool provisional_answered = false;  // PRACK only: the 1xx that it acknowledges carried the answer
};
[[nodiscard]] Role role_of(Carrier carrier, const Standing& standing);

// Transactions of the dialog that are not over. An INVITE is pending until its final response; a 2xx or reliable 1xx
// with a description until its ACK or PRACK is done.
struct Pending {
  bool invite_client = false;
  bool invite_server = false;
  bool update_client = false;
  bool update_server = false;
  bool acknowledgement_client = false;  // ours is on its way: PRACK to their 1xx that carried a description
  bool acknowledgement_server = false;  // we wait for theirs: ACK or PRACK to our response that carried one
};

enum class Refusal : std::uint8_t {
  None,
  RequestPending,  // 491
  RetryLater       // 500 with Retry-After of 0 to 10 seconds (RFC 3261 §14.2, RFC 3311 §5.2)
};
// A re-INVITE or UPDATE that came in. An UPDATE without offer collides with another UPDATE only.
[[nodiscard]] Refusal refuse_request(Carrier carrier, bool has_offer, Session::State state, const Pending& pending);
// May we send a re-INVITE or an UPDATE with an offer now (UAC-II, -UU, -UI, -IU)?
[[nodiscard]] bool may_offer(Carrier carrier, Session::State state, const Pending& pending);

}  // namespace offhook::sdp
