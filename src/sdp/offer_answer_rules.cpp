#include "sdp/offer_answer_rules.hpp"

namespace offhook::sdp {
namespace {

using State = Session::State;

// The one who sends has an offer to answer, or the one who receives has made it.
bool answers(const Standing& s) { return s.state == (s.sending ? State::OfferReceived : State::OfferSent); }

bool is_quiet(State state) { return state == State::Idle || state == State::Stable; }

Role role_in_response(const Standing& s) {
  if (s.invite_is_settled) return Role::None;
  if (s.invite_had_offer) return answers(s) ? Role::Answer : Role::None;
  return is_quiet(s.state) ? Role::Offer : Role::None;
}

Role role_in_prack(const Standing& s) {
  if (answers(s)) return Role::Answer;
  // Pattern 5: only on top of a 1xx that has completed the exchange.
  return s.provisional_answered && s.state == State::Stable ? Role::Offer : Role::None;
}

}  // namespace

Carrier carrier_of(std::string_view method, int status, bool reliable) {
  const bool success = status / 100 == 2;
  if (method == "INVITE") {
    if (status == 0) return Carrier::Invite;
    if (success) return Carrier::InviteSuccess;
    if (status / 100 != 1) return Carrier::Other;
    return reliable ? Carrier::ReliableProvisional : Carrier::UnreliableProvisional;
  }
  if (method == "ACK" && status == 0) return Carrier::Ack;
  if (method == "PRACK" && (status == 0 || success)) return status == 0 ? Carrier::Prack : Carrier::PrackSuccess;
  if (method == "UPDATE" && (status == 0 || success)) return status == 0 ? Carrier::Update : Carrier::UpdateSuccess;
  return Carrier::Other;
}

Role role_of(Carrier carrier, const Standing& s) {
  switch (carrier) {
    case Carrier::Invite: return is_quiet(s.state) ? Role::Offer : Role::None;
    case Carrier::UnreliableProvisional:
      return s.invite_had_offer && !s.invite_is_settled && answers(s) ? Role::Preview : Role::None;
    case Carrier::ReliableProvisional:
    case Carrier::InviteSuccess: return role_in_response(s);
    case Carrier::Prack: return role_in_prack(s);
    case Carrier::Update:
      return s.state == State::Stable ? Role::Offer : Role::None;  // never the first (Table 1, "Ini")
    case Carrier::Ack:
    case Carrier::PrackSuccess:
    case Carrier::UpdateSuccess: return answers(s) ? Role::Answer : Role::None;
    case Carrier::Other: return Role::None;
  }
  return Role::None;
}

Refusal refuse_request(Carrier carrier, bool has_offer, State state, const Pending& p) {
  const bool is_invite = carrier == Carrier::Invite;
  if (!is_invite && carrier != Carrier::Update) return Refusal::None;
  if (p.update_server) return Refusal::RetryLater;  // UAS-UsU, UAS-UsI
  if (is_invite) {
    if (p.invite_client || p.update_client) return Refusal::RequestPending;       // UAS-IcI, UAS-UcI
    if (p.invite_server || p.acknowledgement_server) return Refusal::RetryLater;  // UAS-IsI
    if (p.acknowledgement_client) return Refusal::RequestPending;                 // UAS-IcI
  } else {
    if (!has_offer) return Refusal::None;
    if (p.update_client) return Refusal::RequestPending;           // UAS-UcU
    if (p.acknowledgement_client) return Refusal::RequestPending;  // UAS-IcU
    if (p.acknowledgement_server) return Refusal::RetryLater;      // UAS-IsU
    // RFC 3311 §5.1: the first exchange is an INVITE's, and it is not over.
    if (state == State::Idle) return p.invite_client ? Refusal::RequestPending : Refusal::RetryLater;
  }
  if (state == State::OfferSent) return Refusal::RequestPending;
  return state == State::OfferReceived ? Refusal::RetryLater : Refusal::None;
}

bool may_offer(Carrier carrier, State state, const Pending& p) {
  const bool acknowledging = p.acknowledgement_client || p.acknowledgement_server;
  if (!is_quiet(state) || acknowledging || p.update_client || p.update_server) return false;
  if (carrier == Carrier::Invite) return !p.invite_client && !p.invite_server;
  return carrier == Carrier::Update && state == State::Stable;
}

}  // namespace offhook::sdp
