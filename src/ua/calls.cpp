// Finding calls, BYE, and the end of a call. RFC 3261 §12.2, §15.
#include "calls.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "capabilities.hpp"
#include "party.hpp"
#include "sip/header/name_addr.hpp"
#include "srtp_keys.hpp"

namespace offhook::ua {
namespace {

using sip::HeaderId;
using sip::Method;

bool belongs_to(const Call& call, const sip::Message& request) {
  if (call.local_tag != request.to_tag() || call.call_id != request.call_id()) return false;
  const std::string& remote_tag = call.dialog ? call.dialog->id().remote_tag : call.remote_tag;
  return remote_tag == request.from_tag();
}

}  // namespace

Call* Calls::find(const sip::Message& request) {
  Call* found = nullptr;
  calls_.for_each([&](CallId, Call& call) {
    if (found == nullptr && belongs_to(call, request)) found = &call;
  });
  return found;
}

bool Calls::owns(const sip::Message& request) const {
  bool found = false;
  calls_.for_each([&](CallId, const Call& call) { found = found || belongs_to(call, request); });
  return found;
}

void Calls::hang_up(Now now, CallId id, std::string_view reason_header) {
  Call* call = find(id);
  if (call == nullptr) return;
  switch (call->phase) {
    case Phase::Inviting:
      // The screen is free at once; the 487, or a 2xx that overtook the CANCEL, is dealt with underneath.
      call->invitation->cancelled = true;
      core_->cancel(now, call->invitation->sent, reason_header);
      return tell_ended(*call, EndedBy::Local, 487, "Request Terminated");
    case Phase::Offered: return reject(now, id, 486);
    case Phase::Answered:
    case Phase::Established: return end(now, *call, EndedBy::Local, 0, {}, reason_header);
    case Phase::Over: return;
  }
}

void Calls::hang_up_early(Now now, CallId id) {
  Call* call = find(id);
  if (call == nullptr || call->phase != Phase::Inviting || call->invitation->early.empty()) return hang_up(now, id, {});
  call->invitation->cancelled = true;
  for (EarlyDialog& early : call->invitation->early) {
    Sent bye;
    bye.use = Use::Bye;
    bye.account = call->account;
    bye.call = id;
    bye.request = call->authenticator.sign(settings(*call), core_->random(), early.dialog.request(Method::Bye).build());
    bye.next_hop = Core::destination(early.dialog.next_hop());
    early.bye_sent = true;
    core_->send(now, std::move(bye));
  }
  tell_ended(*call, EndedBy::Local, 487, "Request Terminated");
}

void Calls::end(Now now, Call& call, EndedBy by, int status, std::string_view reason, std::string_view reason_header) {
  if (call.phase == Phase::Over) return;
  if (call.phase == Phase::Answered && !call.unacked.empty()) {
    call.bye_when_acked = true;
    call.bye_reason = std::string(reason_header);
  } else {
    send_bye(now, call, reason_header);
  }
  tell_ended(call, by, status, reason);
}

void Calls::send_bye(Now now, Call& call, std::string_view reason_header) {
  call.bye_when_acked = false;
  drop_unacked(call);
  // A re-INVITE that was only provisionally answered would keep us waiting without end.
  core_->cancel(now, call.hold.sent);
  if (call.bye_sent || !call.dialog) return;
  call.bye_sent = true;
  sip::Builder builder = call.dialog->request(Method::Bye);
  add_user_agent(builder, settings(call));
  if (!reason_header.empty()) builder.add(HeaderId::Reason, reason_header);
  send_in_dialog(now, call, Use::Bye, std::move(builder));
}

void Calls::bye(Now now, Call& call, const transaction::RequestReceived& event) {
  core_->respond(now, event.id, event.request, 200, call.local_tag);
  if (call.arrival) {
    // A BYE on the early dialog ends the INVITE too (§15.1.2).
    core_->respond(now, call.arrival->id, call.arrival->request, 487, call.local_tag);
    core_->disarm(call.arrival->provisional_alarm);
    call.arrival.reset();
  }
  drop_unacked(call);
  call.bye_when_acked = false;
  call.bye_sent = true;  // there is nothing left to end from here
  core_->cancel(now, call.hold.sent);
  tell_ended(call, EndedBy::Remote, 0, {}, event.request.find(HeaderId::Reason).value_or(std::string_view{}));
}

void Calls::bye_response(Now now, Key key, const sip::Message& response) {
  if (response.status() < 200) return;
  if (answer_challenge(now, key, response, nullptr)) return;
  bye_failed(now, key);
}

// Answered or not, the call is as over as it can be. An INVITE whose early dialog was left is still owed its end (487,
// §15.1.2): who does not say it in time is told by CANCEL.
void Calls::bye_failed(Now now, Key key) {
  const auto sent = core_->take(key);
  const Call* call = sent ? find(sent->call) : nullptr;
  if (call == nullptr || !call->invitation) return;
  (void)core_->arm(now, core_->timers(call->account).t2, {AlarmKind::InviteOverdue, call->account, call->id, 0});
}

Key Calls::send_in_dialog(Now now, Call& call, Use use, sip::Builder builder) {
  Sent sent;
  sent.use = use;
  sent.account = call.account;
  sent.call = call.id;
  sent.request = call.authenticator.sign(settings(call), core_->random(), builder.build());
  sent.next_hop = Core::destination(call.dialog->next_hop());
  return core_->send(now, std::move(sent));
}

bool Calls::answer_challenge(Now now, Key key, const sip::Message& response, Key* slot) {
  Sent* sent = core_->sent(key);
  if (sent == nullptr || (response.status() != 401 && response.status() != 407)) return false;
  const LocalAccount* account = core_->account(sent->account);
  Call* call = find(sent->call);
  // The dialog counts on; a fork that was hung up has none any more, and nothing else is sent in it.
  const std::uint32_t cseq = call != nullptr && call->dialog
                                 ? call->dialog->request(sent->request.method()).build().cseq()
                                 : sent->request.cseq() + 1;
  Authenticator once;
  Authenticator& authenticator = call != nullptr ? call->authenticator : once;
  auto again = authenticator.answer(account->settings, core_->random(), *sent, response, cseq);
  if (!again) return false;
  Sent next = *core_->take(key);
  next.request = std::move(*again);
  const Key new_key = core_->send(now, std::move(next));
  if (slot != nullptr) *slot = new_key;
  return true;
}

void Calls::take_information(Key key, const sip::Message& response) {
  const Sent* sent = core_->sent(key);
  if (sent == nullptr || response.status() / 100 != 2) return;
  // A proof that is wrong ends no call: what the server says of the next nonce does not count, that is all.
  if (Call* call = find(sent->call)) (void)call->authenticator.take_information(sent->request, response);
}

void Calls::tell_ended(Call& call, EndedBy by, int status, std::string_view reason, std::string_view reason_header) {
  if (call.phase == Phase::Over) return;
  call.phase = Phase::Over;
  remember(call);
  core_->disarm(call.hold.alarm);
  core_->disarm(call.rekey_alarm);
  core_->tell(CallEnded{call.id, by, status, std::string(reason), std::string(reason_header), call.replaced_by});
}

void Calls::tell_media(Now now, Call& call) {
  watch_key(now, call);
  if (call.phase == Phase::Over || call.told_media == call.session.negotiated()) return;
  call.told_media = call.session.negotiated();
  core_->tell(MediaChanged{call.id, call.told_media});
}

void Calls::tell_established(const Call& call) {
  CallEstablished event{call.id, call.peer};
  if (call.dialog) {
    const dialog::DialogId& id = call.dialog->id();
    event.call_id = id.call_id;
    event.local_tag = id.local_tag;
    event.remote_tag = id.remote_tag;
  }
  core_->tell(std::move(event));
}

sdp::LocalAudio Calls::audio(const Call& call, bool held) const {
  const Account& account = settings(call);
  sdp::LocalAudio out{call.rtp.rtp, account.codecs, sdp::Direction::SendRecv, account.ptime, false};
  // RFC 5761 §5.1: not offered, for phones here do not, but with DTLS, whose keys are those of one port; taken, and
  // kept, where the other side offers it.
  const auto agreed = call.session.negotiated();
  out.rtcp_mux = call.session.state() == sdp::Session::State::OfferReceived || (agreed && agreed->rtcp_mux);
  out.rtcp = call.rtp.rtcp;
  if (call.rtp.candidates) name_candidates(call, out);
  out.srtp = account.srtp.use;
  out.crypto = draw_keys(account.srtp, core_->random());
  out.dtls = draw_dtls(account.srtp, core_->random());
  if (out.dtls && out.dtls->offered) out.rtcp_mux = true;
  out.renew_keys = call.hold.wishes.renew;
  if (!held) return out;
  switch (account.hold_style) {
    case HoldStyle::SendOnly: out.direction = sdp::Direction::SendOnly; break;
    case HoldStyle::Inactive: out.direction = sdp::Direction::Inactive; break;
    case HoldStyle::ZeroAddress:
      out.direction = sdp::Direction::SendOnly;
      out.rfc2543_hold = true;
      break;
  }
  return out;
}

void Calls::add_identity(sip::Builder& builder, const Call& call) const {
  builder.add(HeaderId::Contact, core_->contact(call.account)).add(HeaderId::Allow, kAllow);
  builder.add(HeaderId::Supported, kSupported);
  add_user_agent(builder, settings(call));
}

std::string Calls::local_uri(AccountId id) const {
  const Account& account = core_->account(id)->settings;
  return "sip:" + sip::escape_user(account.user) + '@' + account.domain;
}

Checked<std::string> Calls::target_uri(AccountId id, std::string_view target) const {
  target = trim(target);
  if (target.empty()) return complain("no number to call");
  std::string uri;
  const std::string start = to_lower(target.substr(0, 5));
  if (start.starts_with("sip:") || start.starts_with("sips:"))
    uri = std::string(without_headers(target));
  else if (target.find('@') != std::string_view::npos)
    uri = "sip:" + std::string(without_headers(target));
  else
    uri = "sip:" + sip::escape_user(target) + '@' + core_->account(id)->settings.domain;
  const auto parsed = sip::Uri::parse(uri);
  if (!parsed) return complain("not a number or SIP address", std::string(target));
  if (parsed->scheme == sip::Scheme::Sips)
    return complain("sips: needs TLS all the way, which this account does not have", std::string(target));
  return uri;
}

void Calls::alarm(Now now, const Alarm& alarm) {
  Call* call = find(alarm.call);
  switch (alarm.kind) {
    case AlarmKind::AcksExpire: return core_->forget(alarm.subject);
    case AlarmKind::ProvisionalDue:
      if (call != nullptr && call->arrival) send_ringing(now, *call);
      return;
    case AlarmKind::ResponseDue:
      if (call != nullptr) repeat_accepted(now, *call, alarm.subject);
      return;
    case AlarmKind::InviteOverdue:
      if (call == nullptr || !call->invitation) return;
      if (const Sent* open = core_->sent(call->invitation->sent))
        core_->port().transactions->cancel(now.mono, open->transaction);
      return;
    case AlarmKind::ReinviteDue:
      if (call == nullptr) return;
      call->hold.alarm = 0;
      return pursue_hold(now, *call);
    case AlarmKind::RekeyDue:
      if (call != nullptr) rekey(now, *call);
      return;
    case AlarmKind::InvitationExpired:
      if (call != nullptr) expire(now, *call);
      return;
    case AlarmKind::RegistrationDue:
    case AlarmKind::KeepAliveDue:
    case AlarmKind::PongOverdue:
    case AlarmKind::NoServer:
    case AlarmKind::TransferOverdue: return;  // other rooms'
  }
}

void Calls::sweep() {
  calls_.for_each([&](CallId id, Call& call) {
    if (call.phase != Phase::Over || call.is_transferring() || !call.unacked.empty() || core_->has_sent(id)) return;
    core_->disarm_all(id);
    calls_.erase(id);
  });
}

}  // namespace offhook::ua
