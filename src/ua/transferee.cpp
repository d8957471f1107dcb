// The one who is transferred: takes REFER, tells by NOTIFY how the new call goes. RFC 3515 §2.4.2-§2.4.6, RFC 6665
// §4.2.2.
#include "body/sipfrag.hpp"
#include "capabilities.hpp"
#include "party.hpp"
#include "sip/header/name_addr.hpp"
#include "transfer.hpp"

namespace offhook::ua {
namespace {

using sip::HeaderId;
using sip::Method;

constexpr int kMostRepeats = 3;

// 0 when the REFER can be put to the phone, else the status that refuses it.
int unfit(const sip::Message& refer) {
  std::size_t targets = 0;
  for ([[maybe_unused]] const std::string_view value : refer.values(HeaderId::ReferTo)) ++targets;
  if (targets != 1) return 400;  // RFC 3515 §2.4.2: exactly one
  const auto target = sip::NameAddr::parse(*refer.find(HeaderId::ReferTo));
  const auto uri = target ? target->parse_uri() : Result<sip::Uri>(tl::unexpected(target.error()));
  if (!uri) return 400;
  if (uri->scheme != sip::Scheme::Sip) return 416;
  const auto method = uri->params.find("method");
  return method && *method != "INVITE" ? 603 : 0;  // we call; we do not send what somebody else thinks up
}

}  // namespace

void Transfers::refer(Now now, Call& call, transaction::RequestReceived event) {
  const sip::Message& request = event.request;
  const auto answer = [&](int status) { core_->respond(now, event.id, request, status, call.local_tag); };
  if (call.phase == Phase::Over) return answer(481);
  if (call.phase != Phase::Established || (call.transferee && !call.transferee->final_sent)) return answer(491);
  if (const int status = unfit(request); status != 0) return answer(status);
  call.transferee.emplace();
  Transferee& transferee = *call.transferee;
  if (++call.refers_received > 1) transferee.event = "refer;id=" + std::to_string(request.cseq());
  const auto target = sip::NameAddr::parse(*request.find(HeaderId::ReferTo));
  TransferRequested requested{call.id, party_of(*request.find(HeaderId::ReferTo)), std::string(target->uri), {}};
  requested.referred_by = std::string(request.find(HeaderId::ReferredBy).value_or(std::string_view{}));
  call.dialog->refresh_target(request);
  transferee.id = event.id;
  transferee.request = std::move(event.request);
  // Decided by then, or the peer's transaction is dead anyway.
  transferee.alarm =
      core_->arm(now, core_->timers(call.account).timeout(), {AlarmKind::TransferOverdue, call.account, call.id, 0});
  core_->tell(std::move(requested));
}

void Transfers::accept(Now now, CallId id) {
  Call* call = calls_->find(id);
  if (call == nullptr || !call->transferee || call->transferee->decided) return;
  Transferee& transferee = *call->transferee;
  sip::Builder builder = sip::Builder::response(transferee.request, 202, call->local_tag);
  builder.add(HeaderId::Contact, core_->contact(call->account));
  add_user_agent(builder, core_->account(call->account)->settings);
  core_->respond(now, transferee.id, builder.build());
  transferee.decided = true;
  transferee.request = {};
  core_->disarm(transferee.alarm);
  transferee.alarm = core_->arm(now, kLongestRinging, {AlarmKind::TransferOverdue, call->account, id, 0});
  send_notify(now, *call, 100);
}

void Transfers::refuse(Now now, CallId id, int status) {
  Call* call = calls_->find(id);
  if (call == nullptr || !call->transferee || call->transferee->decided) return;
  if (status < 400 || status > 699) status = 603;
  core_->respond(now, call->transferee->id, call->transferee->request, status, call->local_tag);
  core_->disarm(call->transferee->alarm);
  call->transferee.reset();
}

void Transfers::report(Now now, CallId id, int status) {
  Call* call = calls_->find(id);
  if (call == nullptr || !call->transferee || !call->transferee->decided || call->transferee->final_sent) return;
  Transferee& transferee = *call->transferee;
  if (status < 100 || status > 699 || status == transferee.last) return;
  if (transferee.notify == 0) return send_notify(now, *call, status);
  if (!transferee.next || *transferee.next < 200)
    transferee.next = status;  // only the newest is worth telling, and the final one stays
}

void Transfers::send_notify(Now now, Call& call, int status) {
  Transferee& transferee = *call.transferee;
  const bool is_final = status >= 200;
  sip::Builder builder = call.dialog->request(Method::Notify);
  builder.add(HeaderId::Contact, core_->contact(call.account)).add(HeaderId::Event, transferee.event);
  builder.add(HeaderId::SubscriptionState, is_final ? "terminated;reason=noresource" : "active;expires=60");
  add_user_agent(builder, core_->account(call.account)->settings);
  builder.body(kSipfragType, write(body::sipfrag_of(status)));
  transferee.last = status;
  transferee.final_sent = is_final;
  if (is_final) core_->disarm(transferee.alarm);
  transferee.notify = calls_->send_in_dialog(now, call, Use::Notify, std::move(builder));
}

void Transfers::notify_response(Now now, Key key, const sip::Message& response) {
  const Sent* sent = core_->sent(key);
  if (sent == nullptr || response.status() < 200) return;
  Call* call = calls_->find(sent->call);
  Key* slot = call != nullptr && call->transferee ? &call->transferee->notify : nullptr;
  if (calls_->answer_challenge(now, key, response, slot)) return;
  core_->forget(key);
  if (slot != nullptr) notify_done(now, *call, response.status());
}

void Transfers::notify_failed(Now now, Key key, int status) {
  const auto sent = core_->take(key);
  if (!sent) return;
  if (Call* call = calls_->find(sent->call); call != nullptr && call->transferee) notify_done(now, *call, status);
}

// The transferor may have left without waiting (guide §6.6): a 481, or silence, ends the subscription and nothing else.
void Transfers::notify_done(Now now, Call& call, int status) {
  Transferee& transferee = *call.transferee;
  transferee.notify = 0;
  // One that was overtaken, by our own BYE for instance, is out of order there (RFC 3261 §12.2.2): it is said again.
  if (status == 500 && transferee.repeats++ < kMostRepeats) {
    const int last = transferee.last;
    return send_notify(now, call, std::exchange(transferee.next, std::nullopt).value_or(last));
  }
  if (transferee.final_sent || status == 481 || status == 408) {
    core_->disarm(transferee.alarm);
    call.transferee.reset();
    return;
  }
  if (const auto next = std::exchange(transferee.next, std::nullopt)) send_notify(now, call, *next);
}

}  // namespace offhook::ua
