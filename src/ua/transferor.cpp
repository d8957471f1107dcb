// The one who transfers: sends REFER, hears by NOTIFY how it goes. RFC 3515 §2.4, RFC 5589 §6.
#include "base/ascii.hpp"
#include "body/sipfrag.hpp"
#include "capabilities.hpp"
#include "sip/header/event.hpp"
#include "transfer.hpp"

namespace offhook::ua {
namespace {

using sip::HeaderId;
using sip::Method;

// Status that a message/sipfrag body tells; 0 when it tells none.
int sipfrag_status(const sip::Message& notify) {
  const auto fragment = body::Sipfrag::parse(notify.body());
  return fragment ? fragment->status() : 0;
}

bool is_terminated(const sip::Message& notify) {
  const auto value = notify.find(HeaderId::SubscriptionState);
  if (!value) return false;
  const auto state = sip::SubscriptionState::parse(*value);
  return state && iequals(state->state, "terminated");
}

}  // namespace

void Transfers::transfer(Now now, CallId id, std::string_view target) {
  Call* call = calls_->find(id);
  if (call == nullptr || call->phase == Phase::Over) return;
  if (call->phase != Phase::Established || call->transferor) return core_->tell(TransferProgress{id, 491, true});
  const auto uri = calls_->target_uri(call->account, target);
  if (!uri) return core_->tell(TransferProgress{id, 484, true});
  sip::Builder builder = call->dialog->request(Method::Refer);
  builder.add(HeaderId::Contact, core_->contact(call->account));
  builder.add(HeaderId::ReferTo, '<' + *uri + '>')
      .add(HeaderId::ReferredBy, '<' + calls_->local_uri(call->account) + '>');
  add_user_agent(builder, core_->account(call->account)->settings);
  call->transferor.emplace();
  const Key key = calls_->send_in_dialog(now, *call, Use::Refer, std::move(builder));
  call->transferor->refer_cseq = core_->sent(key)->request.cseq();
  const Duration patience = kLongestRinging + core_->timers(call->account).timeout();
  call->transferor->alarm = core_->arm(now, patience, {AlarmKind::TransferOverdue, call->account, id, 0});
}

void Transfers::refer_response(Now now, Key key, const sip::Message& response) {
  const Sent* sent = core_->sent(key);
  if (sent == nullptr || response.status() < 200) return;
  Call* call = calls_->find(sent->call);
  if (call == nullptr || !call->transferor) return core_->forget(key);
  Key next = 0;
  if (calls_->answer_challenge(now, key, response, &next)) {
    call->transferor->refer_cseq = core_->sent(next)->request.cseq();
    return;
  }
  core_->forget(key);
  call->transferor->answered = true;
  const int status = response.status();
  if (status >= 300) {
    progress(*call, status, true);
    if (status == 481) calls_->end(now, *call, EndedBy::Network, status, response.reason());
    call->transferor.reset();
    return;
  }
  if (!call->transferor->finished) progress(*call, status, false);
  refer_ended(now, *call);
}

// The peer has taken the REFER: the call is no longer ours, unless a NOTIFY that came first says that it failed.
void Transfers::refer_ended(Now now, Call& call) {
  const bool failed = call.transferor->finished && call.transferor->status >= 300;
  if (!failed) calls_->end(now, call, EndedBy::Local, 0, {});
  if (call.transferor->finished) call.transferor.reset();
}

void Transfers::refer_failed(Key key, int status) {
  const auto sent = core_->take(key);
  if (!sent) return;
  Call* call = calls_->find(sent->call);
  if (call == nullptr || !call->transferor) return;
  progress(*call, status, true);
  call->transferor.reset();
}

void Transfers::progress(Call& call, int status, bool finished) {
  Transferor& transferor = *call.transferor;
  if (transferor.finished) return;
  transferor.finished = finished;
  transferor.status = status;
  if (finished) core_->disarm(transferor.alarm);
  core_->tell(TransferProgress{call.id, status, finished});
}

void Transfers::notify(Now now, Call& call, const transaction::RequestReceived& event) {
  const sip::Message& request = event.request;
  const auto value = request.find(HeaderId::Event);
  const auto package = value ? sip::Event::parse(*value) : Result<sip::Event>(fail(Module::Ua, "no Event"));
  if (!package || !iequals(package->package, "refer")) {
    auto answer = sip::Builder::response(request, 489, call.local_tag);
    return core_->respond(now, event.id, answer.add(HeaderId::AllowEvents, kAllowEvents).build());
  }
  const bool is_ours = call.transferor && !call.transferor->finished &&
                       (package->id().empty() || package->id() == std::to_string(call.transferor->refer_cseq));
  if (!is_ours) return core_->respond(now, event.id, request, 481, call.local_tag);
  core_->respond(now, event.id, request, 200, call.local_tag);
  int status = has_content_type(request, body::kSipfragType) ? sipfrag_status(request) : 0;
  const bool terminated = is_terminated(request);
  if (status == 0 && !terminated) return;
  // The end of the subscription without a final status: nothing more will be heard.
  if (status < 200 && terminated) status = 408;
  progress(call, status, terminated || status >= 200);
  if (call.transferor->finished && call.transferor->answered) call.transferor.reset();
}

void Transfers::overdue(Now now, CallId id) {
  Call* call = calls_->find(id);
  if (call == nullptr) return;
  if (call->transferor && !call->transferor->finished) {
    progress(*call, 408, true);
    if (call->transferor->answered) call->transferor.reset();
  }
  if (!call->transferee || call->transferee->final_sent) return;
  if (!call->transferee->decided) return refuse(now, id, 603);
  report(now, id, 408);
}

}  // namespace offhook::ua
