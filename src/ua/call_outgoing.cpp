// The caller's side: INVITE to its final answer. RFC 3261 §13.2, §9.1, forks §13.2.2.4, early media as a preview of the
// answer (RFC 3264 §4).
#include <algorithm>
#include <utility>

#include "calls.hpp"
#include "capabilities.hpp"
#include "party.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::ua {
namespace {

using sip::HeaderId;
using sip::Method;

// A proxy that forks to more than that is not followed into each of them.
constexpr std::size_t kMaxEarlyDialogs = 16;

}  // namespace

Checked<CallId> Calls::call(Now now, AccountId account, std::string_view target, const AudioAddress& rtp,
                            std::string_view referred_by) {
  if (core_->account(account) == nullptr) return complain("no such account");
  const auto uri = target_uri(account, target);
  if (!uri) return tl::unexpected(uri.error());
  const CallId id = calls_.insert();
  Call& call = *find(id);
  call.id = id;
  call.account = account;
  call.outgoing = true;
  call.call_id = core_->new_call_id();
  call.local_tag = core_->new_tag();
  call.peer = party_of_uri(*uri);
  call.rtp = rtp;
  call.session = sdp::Session(core_->random().next() >> 32U);
  call.invitation.emplace();
  call.invitation->to = sip::name_addr({}, *uri);
  call.invitation->referred_by = std::string(referred_by);
  send_invite(now, call, *uri, {});
  return id;
}

void Calls::send_invite(Now now, Call& call, const std::string& uri, std::string_view diversion) {
  Invitation& invitation = *call.invitation;
  invitation.tried.push_back(uri);
  invitation.request = call.authenticator.sign(settings(call), core_->random(), invite_request(call, uri, diversion));
  Sent sent;
  sent.use = Use::Invite;
  sent.account = call.account;
  sent.call = call.id;
  sent.request = invitation.request;
  invitation.sent = core_->send(now, std::move(sent));
}

sip::Message Calls::invite_request(Call& call, const std::string& uri, std::string_view diversion) {
  const Account& account = settings(call);
  const Invitation& invitation = *call.invitation;
  ++call.invite_cseq;
  sip::Builder builder = sip::Builder::request(Method::Invite, uri);
  if (!account.route().empty()) builder.add(HeaderId::Route, account.route());
  builder.add(HeaderId::MaxForwards, "70");
  builder.add(HeaderId::From, sip::name_addr(account.display_name, local_uri(call.account)) + ";tag=" + call.local_tag);
  builder.add(HeaderId::To, invitation.to)
      .add(HeaderId::CallId, call.call_id)
      .add(HeaderId::CSeq, std::to_string(call.invite_cseq) + " INVITE");
  add_identity(builder, call);
  builder.add(HeaderId::Accept, kSdpType);
  if (!invitation.referred_by.empty()) builder.add(HeaderId::ReferredBy, invitation.referred_by);  // RFC 3892 §2.2
  if (!diversion.empty()) builder.add(HeaderId::Diversion, diversion);                             // RFC 5806 §5.4.1
  // A redirected INVITE makes its offer anew; nothing has changed in it, so its o= line stays.
  call.session.rollback();
  if (!account.offer_in_invite) return builder.build();
  return builder.body(kSdpType, call.session.make_offer(audio(call, false))).build();
}

void Calls::invite_response(Now now, Key key, const sip::Message& response) {
  Sent* sent = core_->sent(key);
  if (sent == nullptr) return;
  if (!sent->acks.empty()) {
    if (response.status() / 100 == 2 && !repeat_ack(*sent, response)) hang_up_fork(now, *sent, response);
    return;
  }
  Call* call = find(sent->call);
  if (call == nullptr) return core_->forget(key);
  if (response.status() < 200) return progress(*call, response);
  if (response.status() < 300) return invite_accepted(now, key, response);
  if (!call->invitation->cancelled && answer_challenge(now, key, response, &call->invitation->sent)) {
    call->invitation->request = core_->sent(call->invitation->sent)->request;
    call->invite_cseq = call->invitation->request.cseq();
    return;
  }
  core_->forget(key);
  invite_refused(now, *call, response);
}

void Calls::progress(Call& call, const sip::Message& response) {
  if (response.status() == 100 || !call.invitation) return;
  (void)early_dialog(call, response);
  if (call.phase != Phase::Inviting) return;
  core_->tell(CallProgress{call.id, response.status(), call.peer});
  if (!has_content_type(response, kSdpType) || call.session.state() != sdp::Session::State::OfferSent) return;
  // The answer itself comes with the 2xx; what is heard until then (ringing from a gateway) is taken on a copy.
  sdp::Session preview = call.session;
  if (!preview.accept_answer(response.body()) || preview.negotiated() == call.told_media) return;
  call.told_media = preview.negotiated();
  core_->tell(MediaChanged{call.id, call.told_media});
}

// The early dialog that a response belongs to, made by its first one; nothing when it makes none.
EarlyDialog* Calls::early_dialog(Call& call, const sip::Message& response) {
  std::vector<EarlyDialog>& early = call.invitation->early;
  for (EarlyDialog& each : early)
    if (each.dialog.id().remote_tag == response.to_tag()) return &each;
  if (response.status() >= 200 || early.size() >= kMaxEarlyDialogs) return nullptr;
  auto dialog = dialog::Dialog::from_response(call.invitation->request, response);
  if (!dialog) return nullptr;
  early.push_back({std::move(*dialog), false});
  return &early.back();
}

// Takes the answer of a 2xx, or answers its offer: the answer is then what the ACK carries. Nothing when they do not
// agree.
std::optional<std::string> Calls::agree(Call& call, const sip::Message& accepted) {
  if (!has_content_type(accepted, kSdpType)) return std::nullopt;
  if (call.session.state() == sdp::Session::State::OfferSent)
    return call.session.accept_answer(accepted.body()) ? std::optional<std::string>(std::in_place) : std::nullopt;
  auto answer = call.session.answer(accepted.body(), audio(call, false));
  return answer ? std::optional(std::move(*answer)) : std::nullopt;
}

void Calls::invite_accepted(Now now, Key key, const sip::Message& response) {
  Sent& sent = *core_->sent(key);
  Call& call = *find(sent.call);
  // The early dialog knows which CSeq comes next; its routes and target are those of the 2xx (§13.2.2.4).
  EarlyDialog* early = early_dialog(call, response);
  auto dialog = dialog::Dialog::from_response(call.invitation->request, response);
  if (!dialog) {
    // A 2xx without Contact or tag leaves nobody whom an ACK could reach (§12.1.2).
    core_->forget(key);
    return give_up(call, EndedBy::Network, 500, "Malformed 2xx");
  }
  const bool cancelled = call.invitation->cancelled;
  const bool forked = std::ranges::any_of(call.invitation->early, [&](const EarlyDialog& each) {
    return each.dialog.id().remote_tag != response.to_tag();
  });
  if (early != nullptr) {
    early->dialog.confirm(response);
    call.bye_sent = early->bye_sent;
    dialog = std::move(early->dialog);
  }
  call.dialog = std::move(*dialog);
  call.invitation.reset();
  const auto answer = agree(call, response);
  send_ack(now, sent, *call.dialog, response, answer.value_or(""));
  keep_for_acks(now, key);
  note_peer(call, response);
  if (cancelled) return send_bye(now, call, {});  // §9.1: the 2xx was faster than the CANCEL
  call.phase = Phase::Established;
  const Party answered = party_of(call.dialog->remote_address());
  if (!answered.display_name.empty()) call.peer.display_name = answered.display_name;
  if (!answer) return end(now, call, EndedBy::Network, 488, "No usable answer");
  tell_established(call);
  tell_media(now, call);
  tell_remote_hold(call);
  if (forked) renew_after_fork(call);
  pursue_hold(now, call);
  send_next_info(now, call);
}

// RFC 4568 §7.3: all who were offered the call know the keys of the offer.
void Calls::renew_after_fork(Call& call) {
  const auto& negotiated = call.session.negotiated();
  if (settings(call).srtp.renew_after_fork && negotiated && negotiated->srtp) call.hold.wishes.renew = true;
}

// A 2xx from another branch of a forking proxy: one call is enough, so it is acknowledged and ended.
void Calls::hang_up_fork(Now now, Sent& sent, const sip::Message& response) {
  auto dialog = dialog::Dialog::from_response(sent.request, response);
  if (!dialog) return;
  send_ack(now, sent, *dialog, response);
  Sent bye;
  bye.use = Use::Bye;
  bye.account = sent.account;
  bye.request = dialog->request(Method::Bye).build();
  bye.next_hop = Core::destination(dialog->next_hop());
  core_->send(now, std::move(bye));
  const auto id = dialog->id();
  calls_.for_each([&](CallId, Call& call) {
    if (call.phase != Phase::Established || call.dialog->id().call_id != id.call_id) return;
    renew_after_fork(call);
    pursue_hold(now, call);
  });
}

void Calls::invite_refused(Now now, Call& call, const sip::Message& response) {
  const int status = response.status();
  if (!call.invitation->cancelled) {
    if (status / 100 == 3) take_targets(call, response);
    // 6xx speaks for every target (§16.7 step 5 says so of a proxy; a caller is no less bound, §21.6).
    if (status / 100 != 6 &&
        try_next_target(now, call, status, response.find(HeaderId::Diversion).value_or(std::string_view{})))
      return;
  }
  give_up(call, EndedBy::Network, status, response.reason());
}

void Calls::invite_failed(Now now, Key key, int status) {
  const auto sent = core_->take(key);
  if (!sent) return;
  Call* call = find(sent->call);
  if (call == nullptr || !call->invitation) return;
  if (!call->invitation->cancelled && try_next_target(now, *call, status, {})) return;
  give_up(*call, EndedBy::Network, status,
          sent->trail.trouble.empty() ? sip::reason_phrase(status) : std::string_view(sent->trail.trouble));
}

void Calls::give_up(Call& call, EndedBy by, int status, std::string_view reason) {
  tell_ended(call, by, status, reason);
  call.invitation.reset();
}

}  // namespace offhook::ua
