// Changes of a call that stands: hold and resume, the peer's re-INVITE, and both at once. RFC 3261 §14, RFC 3264 §8.4;
// by UPDATE: update.cpp. A wish (hold.wanted) is pursued until it is agreed (hold.held) or refused; only one offer is
// open at a time, in either direction.
#include <algorithm>
#include <utility>

#include "calls.hpp"
#include "capabilities.hpp"
#include "sdp/offer_answer_rules.hpp"
#include "sip/header/numbers.hpp"

namespace offhook::ua {
namespace {

using sip::Builder;
using sip::HeaderId;
using sip::Method;

// §14.1: who chose the Call-ID waits 2.1 to 4 seconds, the other one 0 to 2, in steps of 10 ms.
Duration glare_pause(bool owns_call_id, Random& random) {
  if (owns_call_id) return milliseconds(2100) + milliseconds(10) * static_cast<std::int64_t>(random.below(191));
  return milliseconds(10) * static_cast<std::int64_t>(random.below(201));
}

constexpr seconds kLongestPause{10};  // §14.2 bounds the Retry-After of a re-INVITE that came too early

}  // namespace

void Calls::hold(Now now, CallId id, bool wanted) {
  Call* call = find(id);
  if (call == nullptr || call->phase == Phase::Over) return;
  if (call->phase == Phase::Inviting || call->phase == Phase::Offered)
    return core_->tell(HoldChanged{id, false, false});
  HoldMachine& hold = call->hold;
  hold.wanted = wanted;
  if (hold.sent == 0 && hold.held == wanted) return core_->tell(HoldChanged{id, wanted, true});
  pursue_hold(now, *call);
}

bool Calls::offer_is_open(const Call& call) const {
  return call.hold.sent != 0 || call.session.state() == sdp::Session::State::OfferSent;
}

void Calls::pursue_hold(Now now, Call& call) {
  HoldMachine& hold = call.hold;
  if (call.phase != Phase::Established || !hold.is_wish()) return;
  if (offer_is_open(call) || hold.alarm != 0 || !call.unacked.empty()) return;  // comes back here when that is over
  hold.offered = hold.wanted;
  const bool update = call.peer_updates && settings(call).modify_by_update;
  Builder builder = call.dialog->request(update ? Method::Update : Method::Invite);
  add_identity(builder, call);
  builder.add(HeaderId::Accept, kSdpType).body(kSdpType, call.session.make_offer(audio(call, hold.offered)));
  hold.open = std::exchange(hold.wishes, {});
  hold.sent = send_in_dialog(now, call, update ? Use::Update : Use::Reinvite, std::move(builder));
}

void Calls::reinvite_response(Now now, Key key, const sip::Message& response) {
  Sent* sent = core_->sent(key);
  if (sent == nullptr || response.status() < 200) return;
  if (!sent->acks.empty()) {
    if (response.status() / 100 == 2) (void)repeat_ack(*sent, response);  // one dialog: no other tag can come
    return;
  }
  Call* call = find(sent->call);
  if (call == nullptr) return core_->forget(key);
  if (response.status() < 300) return reinvite_accepted(now, *call, key, response);
  if (call->phase != Phase::Over && answer_challenge(now, key, response, &call->hold.sent)) return;
  core_->forget(key);
  reinvite_refused(now, *call, response.status(), response.reason(), seconds(sip::retry_after(response).value_or(0)));
}

void Calls::reinvite_accepted(Now now, Call& call, Key key, const sip::Message& response) {
  call.dialog->refresh_target(response);
  send_ack(now, *core_->sent(key), *call.dialog, response);
  keep_for_acks(now, key);
  change_agreed(now, call, response);
}

// The 2xx to our re-INVITE or UPDATE with an offer.
void Calls::change_agreed(Now now, Call& call, const sip::Message& response) {
  call.hold.sent = 0;
  if (call.phase == Phase::Over) return;
  if (!has_content_type(response, kSdpType) || !call.session.accept_answer(response.body()))
    return end(now, call, EndedBy::Network, 488, "No usable answer");
  const bool only_renewed = std::exchange(call.hold.open, {}).any() && call.hold.held == call.hold.offered;
  call.hold.held = call.hold.offered;
  if (!only_renewed) core_->tell(HoldChanged{call.id, call.hold.held, true});
  tell_media(now, call);
  tell_remote_hold(call);
  pursue_hold(now, call);
}

void Calls::reinvite_failed(Now now, Key key, int status) {
  const auto sent = core_->take(key);
  if (!sent) return;
  if (Call* call = find(sent->call)) reinvite_refused(now, *call, status, sip::reason_phrase(status), seconds(0));
}

void Calls::reinvite_refused(Now now, Call& call, int status, std::string_view reason, seconds retry_after) {
  HoldMachine& hold = call.hold;
  hold.sent = 0;
  call.session.rollback();
  const auto open = std::exchange(hold.open, {});
  if (call.phase == Phase::Over) return;
  if (status == 408 || status == 481)
    return end(now, call, EndedBy::Network, status, reason);  // §12.2.1.2: the peer has lost the dialog
  const bool came_too_early = status == 500 && retry_after > seconds(0);
  if (status == 491 || came_too_early) {
    const Duration pause =
        status == 491 ? glare_pause(call.outgoing, core_->random()) : Duration(std::min(retry_after, kLongestPause));
    hold.wishes.renew = hold.wishes.renew || open.renew;
    hold.wishes.again = hold.wishes.again || open.again;
    hold.wishes.restart = hold.wishes.restart || open.restart;
    hold.alarm = core_->arm(now, pause, {AlarmKind::ReinviteDue, call.account, call.id, 0});
    return;
  }
  if (open.renew) rekey_refused(now, call);
  if (!open.any() || hold.offered != hold.held) {
    hold.wanted = hold.held;
    core_->tell(HoldChanged{call.id, hold.held, false});
  }
  pursue_hold(now, call);  // what has been wished meanwhile
}

// A re-INVITE or UPDATE that crosses what is under way in its dialog: 491 where that is ours, 500 where it is theirs
// (RFC 6337 §4.3, RFC 3261 §14.2, RFC 3311 §5.2).
std::optional<sip::Message> Calls::refuse_crossing(const Call& call, const sip::Message& request) {
  sdp::Pending pending;
  pending.invite_client = call.hold.sent != 0 || call.invitation.has_value();
  pending.invite_server = call.arrival.has_value();
  pending.acknowledgement_server =
      std::any_of(call.unacked.begin(), call.unacked.end(), [](const Unacked& u) { return u.carries_offer; });
  const auto carrier = sdp::carrier_of(request.method_text(), 0, false);
  // Our offer in a 2xx waits for its answer in the ACK: RFC 6337's UAS-IsI says 500, RFC 5407 §3.1.5 prefers 491, which
  // tells the peer what it met.
  if (carrier == sdp::Carrier::Invite && pending.acknowledgement_server && !pending.invite_client)
    return Builder::response(request, 491, call.local_tag).build();
  switch (sdp::refuse_request(carrier, !request.body().empty(), call.session.state(), pending)) {
    case sdp::Refusal::None: return std::nullopt;
    case sdp::Refusal::RequestPending: return Builder::response(request, 491, call.local_tag).build();
    case sdp::Refusal::RetryLater: {
      const std::string pause = std::to_string(core_->random().below(11));
      return Builder::response(request, 500, call.local_tag).add(HeaderId::RetryAfter, pause).build();
    }
  }
  return std::nullopt;
}

void Calls::reinvite(Now now, Call& call, const transaction::RequestReceived& event) {
  const sip::Message& request = event.request;
  if (call.phase == Phase::Over) return core_->respond(now, event.id, request, 481, call.local_tag);
  if (const auto refusal = refuse_crossing(call, request)) return core_->respond(now, event.id, *refusal);
  if (const auto refusal = refuse_content(call, request)) return core_->respond(now, event.id, *refusal);
  if (const auto refusal = refuse_offer(call, request)) return core_->respond(now, event.id, *refusal);
  const sdp::LocalAudio local = audio(call, call.hold.held);
  const bool has_offer = call.session.state() == sdp::Session::State::OfferReceived;
  const auto known = names_of(call);
  const auto body = has_offer ? call.session.answer(local) : Result<std::string>(call.session.make_offer(local));
  if (!body) {
    call.session.rollback();
    return core_->respond(now, event.id, request, 488, call.local_tag);
  }
  call.dialog->refresh_target(request);
  send_accepted(now, call, event.id, request, *body);
  if (!has_offer) return;
  note_address(call, known);
  tell_media(now, call);
  tell_remote_hold(call);
}

void Calls::tell_remote_hold(Call& call) {
  if (call.phase == Phase::Over) return;
  const auto& negotiated = call.session.negotiated();
  const bool held = negotiated && negotiated->on_hold_by_remote;
  if (std::exchange(call.held_by_remote, held) != held) core_->tell(RemoteHoldChanged{call.id, held});
}

}  // namespace offhook::ua
