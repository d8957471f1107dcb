// ACK to a 2xx, both sides: the caller acknowledges each retransmission, the callee retransmits until it is
// acknowledged. RFC 3261 §13.2.2.4, §13.3.1.4.
#include <algorithm>
#include <utility>

#include "calls.hpp"
#include "capabilities.hpp"

namespace offhook::ua {

using sip::HeaderId;

void Calls::send_ack(Now now, Sent& sent, dialog::Dialog& dialog, const sip::Message& response,
                     std::string_view answer) {
  sip::Builder builder = dialog.request(sip::Method::Ack, sent.request.cseq());
  builder.copy(sent.request, HeaderId::Authorization)
      .copy(sent.request, HeaderId::ProxyAuthorization);  // §22.1: those of the INVITE
  if (!answer.empty()) builder.body(kSdpType, answer);
  core_->send_ack(now, sent, std::string(response.to_tag()), builder.build(), dialog.next_hop());
}

// The record outlives the call: a 2xx that is repeated after our BYE still wants its ACK.
void Calls::keep_for_acks(Now now, Key key) {
  Sent& sent = *core_->sent(key);
  sent.call = {};
  core_->arm(now, core_->timers(sent.account).timeout(), {AlarmKind::AcksExpire, sent.account, {}, key});
}

bool Calls::repeat_ack(Sent& sent, const sip::Message& response) {
  const auto it = std::find_if(sent.acks.begin(), sent.acks.end(),
                               [&](const SentAck& ack) { return ack.to_tag == response.to_tag(); });
  if (it == sent.acks.end()) return false;
  if (!it->waiting) core_->port().transactions->resend(it->bytes, it->flow);
  return true;
}

// 200 to an INVITE with `body` as our answer or, when the INVITE had none, our offer.
void Calls::send_accepted(Now now, Call& call, const transaction::ServerId& id, const sip::Message& request,
                          std::string_view body) {
  sip::Builder builder = sip::Builder::response(request, 200, call.local_tag);
  builder.copy(request, HeaderId::RecordRoute);  // §12.1.1
  add_identity(builder, call);
  Unacked unacked;
  unacked.cseq = request.cseq();
  unacked.id = id;
  unacked.response = builder.body(kSdpType, body).build();
  unacked.carries_offer = call.session.state() == sdp::Session::State::OfferSent;
  unacked.interval = core_->timers(call.account).t1;
  unacked.give_up = now.mono + core_->timers(call.account).timeout();
  unacked.alarm = core_->arm(now, unacked.interval, {AlarmKind::ResponseDue, call.account, call.id, unacked.cseq});
  core_->respond(now, id, unacked.response);
  call.dialog->confirm(unacked.response);
  call.unacked.push_back(std::move(unacked));
}

void Calls::repeat_accepted(Now now, Call& call, std::uint32_t cseq) {
  const auto it =
      std::find_if(call.unacked.begin(), call.unacked.end(), [&](const Unacked& u) { return u.cseq == cseq; });
  if (it == call.unacked.end()) return;
  if (now.mono >= it->give_up) {
    call.unacked.erase(it);
    if (call.bye_when_acked) return send_bye(now, call, std::exchange(call.bye_reason, {}));
    return end(now, call, EndedBy::Network, 408, "No ACK");
  }
  core_->respond(now, it->id, it->response);
  it->interval = std::min(2 * it->interval, core_->timers(call.account).t2);
  it->alarm = core_->arm(now, std::min(it->interval, it->give_up - now.mono),
                         {AlarmKind::ResponseDue, call.account, call.id, cseq});
}

void Calls::ack(Now now, const sip::Message& request) {
  Call* call = find(request);
  if (call == nullptr) return;
  const auto it = std::find_if(call->unacked.begin(), call->unacked.end(),
                               [&](const Unacked& u) { return u.cseq == request.cseq(); });
  if (it == call->unacked.end()) return;
  Unacked unacked = std::move(*it);
  call->unacked.erase(it);
  core_->disarm(unacked.alarm);
  acked(now, *call, unacked, request);
}

void Calls::acked(Now now, Call& call, const Unacked& unacked, const sip::Message& ack) {
  if (call.bye_when_acked) {
    if (call.unacked.empty()) send_bye(now, call, std::exchange(call.bye_reason, {}));
    return;
  }
  const bool is_first = call.phase == Phase::Answered && unacked.cseq == call.invite_cseq;
  if (is_first) call.phase = Phase::Established;
  if (unacked.carries_offer && (!has_content_type(ack, kSdpType) || !call.session.accept_answer(ack.body())))
    return end(now, call, EndedBy::Network, 488, "No usable answer");
  if (is_first) tell_established(call);
  tell_media(now, call);
  tell_remote_hold(call);
  pursue_hold(now, call);
  send_next_info(now, call);
}

void Calls::drop_unacked(Call& call) {
  for (Unacked& unacked : call.unacked) core_->disarm(unacked.alarm);
  call.unacked.clear();
}

}  // namespace offhook::ua
