// The callee's side: from INVITE to our final answer. RFC 3261 §13.3, CANCEL §9.2.
#include <utility>

#include "calls.hpp"
#include "capabilities.hpp"
#include "party.hpp"
#include "sdp/session_description.hpp"
#include "sip/header/name_addr.hpp"
#include "sip/header/numbers.hpp"
#include "sip/multipart.hpp"

namespace offhook::ua {
namespace {

using sip::Builder;
using sip::HeaderId;

constexpr Duration kProvisionalInterval = minutes(1);
// What a server transaction of ours is handed back with. Which one it was does not matter: the call finds it by its id.
constexpr Key kServerKey = 1;

bool is_over(const Call& call) { return call.phase == Phase::Over; }

}  // namespace

void Calls::invite(Now now, AccountId account, transaction::RequestReceived event) {
  const sip::Message& request = event.request;
  const CallId id = calls_.insert();
  Call& call = *find(id);
  call.id = id;
  call.account = account;
  call.phase = Phase::Over;  // until it is known to be fit for a person: sweep() frees it otherwise
  call.local_tag = core_->new_tag();
  call.session = sdp::Session(core_->random().next() >> 32U);
  if (const auto refusal = refuse_content(call, request)) return core_->respond(now, event.id, *refusal);
  const Replacement replacement = this->replacement(request);
  if (replacement.status != 0)
    return core_->respond(now, event.id, request, replacement.status, call.local_tag, replacement.reason);
  auto dialog = dialog::Dialog::from_request(request, call.local_tag);
  if (!dialog) return core_->respond(now, event.id, request, 400, call.local_tag, dialog.error().text);
  if (const auto refusal = refuse_offer(call, request)) return core_->respond(now, event.id, *refusal);

  core_->respond(now, event.id, request, 100);
  core_->port().transactions->set_owner(event.id, core_->port().owner(kServerKey));
  call.phase = Phase::Offered;
  call.call_id = std::string(request.call_id());
  call.remote_tag = std::string(request.from_tag());
  note_peer(call, request);
  call.invite_cseq = request.cseq();
  call.replaces = replacement.call;
  call.dialog = std::move(*dialog);
  call.peer = party_of(request.find(HeaderId::From).value_or(std::string_view{}));
  const Party called = party_of(request.find(HeaderId::To).value_or(std::string_view{}));
  std::string alert_info(request.find(HeaderId::AlertInfo).value_or(std::string_view{}));
  call.arrival.emplace();
  call.arrival->id = event.id;
  call.arrival->request = std::move(event.request);
  if (const auto lifetime = sip::expires(call.arrival->request))
    core_->arm(now, seconds(*lifetime), {AlarmKind::InvitationExpired, account, id, 0});
  core_->tell(IncomingCall{id, account, call.peer, called, std::move(alert_info), replacement.call});
}

std::optional<sip::Message> Calls::refuse_content(const Call& call, const sip::Message& request) {
  auto refusal = refuse_body(request, call.local_tag);
  if (refusal && sip::is_nested_too_deep(request)) core_->port().transport->count_nested_too_deep();
  return refusal;
}

// Takes the offer of an INVITE or UPDATE; the response that refuses one we cannot accept, with the session as it was.
std::optional<sip::Message> Calls::refuse_offer(Call& call, const sip::Message& request) {
  if (!has_content_type(request, kSdpType)) return std::nullopt;
  if (!sdp::parse(request.body()))
    return Builder::response(request, 400, call.local_tag, "Bad Session Description").build();
  if (call.session.receive_offer(request.body(), audio(call, call.hold.held))) return std::nullopt;
  const std::string warning = "305 " + core_->local().address.uri_host() + " \"Incompatible media format\"";
  return Builder::response(request, 488, call.local_tag).add(HeaderId::Warning, warning).build();
}

void Calls::ring(Now now, CallId id) {
  Call* call = find(id);
  if (call == nullptr || !call->arrival || call->arrival->ringing) return;
  call->arrival->ringing = true;
  send_ringing(now, *call);
}

void Calls::send_ringing(Now now, Call& call) {
  Builder builder = Builder::response(call.arrival->request, 180, call.local_tag);
  builder.copy(call.arrival->request, HeaderId::RecordRoute);
  add_identity(builder, call);
  core_->respond(now, call.arrival->id, builder.build());
  // §13.3.1.1: a proxy in between gives up after three minutes of silence (Timer C).
  call.arrival->provisional_alarm =
      core_->arm(now, kProvisionalInterval, {AlarmKind::ProvisionalDue, call.account, call.id, 0});
}

void Calls::answer(Now now, CallId id, const AudioAddress& rtp, bool held) {
  Call* call = find(id);
  if (call == nullptr || !call->arrival) return;
  if (const Call* replaced = find(call->replaces); call->replaces && (replaced == nullptr || is_over(*replaced)))
    return reject(now, id, 603);  // it ended meanwhile
  call->rtp = rtp;
  call->hold.held = call->hold.wanted = held;
  const sdp::LocalAudio local = audio(*call, held);
  Arrival arrival = std::move(*call->arrival);
  call->arrival.reset();
  core_->disarm(arrival.provisional_alarm);
  const bool has_offer = call->session.state() == sdp::Session::State::OfferReceived;
  const auto body = has_offer ? call->session.answer(local) : Result<std::string>(call->session.make_offer(local));
  if (!body) {
    core_->respond(now, arrival.id, arrival.request, 488, call->local_tag);
    return tell_ended(*call, EndedBy::Local, 488, sip::reason_phrase(488));
  }
  call->phase = Phase::Answered;
  send_accepted(now, *call, arrival.id, arrival.request, *body);
  tell_media(now, *call);
  tell_remote_hold(*call);
  supersede(now, *call);
}

void Calls::reject(Now now, CallId id, int status) {
  Call* call = find(id);
  if (call == nullptr || !call->arrival) return;
  if (status < 300 || status > 699) status = 480;
  refuse(now, *call, Builder::response(call->arrival->request, status, call->local_tag).build());
}

void Calls::redirect(Now now, CallId id, std::string_view contact_uri, std::string_view diversion) {
  Call* call = find(id);
  if (call == nullptr || !call->arrival) return;
  const auto target = target_uri(call->account, contact_uri);
  if (!target) return reject(now, id, 480);
  Builder builder = Builder::response(call->arrival->request, 302, call->local_tag);
  builder.add(HeaderId::Contact, sip::name_addr({}, *target));
  if (!diversion.empty()) builder.add(HeaderId::Diversion, diversion);
  add_user_agent(builder, settings(*call));
  refuse(now, *call, builder.build());
}

void Calls::refuse(Now now, Call& call, const sip::Message& response) {
  core_->respond(now, call.arrival->id, response);
  core_->disarm(call.arrival->provisional_alarm);
  call.arrival.reset();
  tell_ended(call, EndedBy::Local, response.status(), response.reason());
}

// §13.3.1: nobody decided within the time that the caller has given.
void Calls::expire(Now now, Call& call) {
  if (!call.arrival) return;
  core_->respond(now, call.arrival->id, call.arrival->request, 487, call.local_tag);
  core_->disarm(call.arrival->provisional_alarm);
  call.arrival.reset();
  tell_ended(call, EndedBy::Remote, 487, sip::reason_phrase(487));
}

void Calls::cancel(Now now, const transaction::RequestReceived& event) {
  // §9.2: 200 to whatever names a transaction, but only an INVITE is ended by it.
  if (!event.cancels) return core_->respond(now, event.id, event.request, event.cancels_nothing ? 200 : 481);
  Call* cancelled = nullptr;
  calls_.for_each([&](CallId, Call& call) {
    if (call.arrival && call.arrival->id == event.cancels) cancelled = &call;
  });
  // One that has had its final answer goes on as it is (§9.2): the caller will end it by BYE.
  if (cancelled == nullptr) return core_->respond(now, event.id, event.request, 200);
  core_->respond(now, event.id, event.request, 200, cancelled->local_tag);
  core_->respond(now, cancelled->arrival->id, cancelled->arrival->request, 487, cancelled->local_tag);
  core_->disarm(cancelled->arrival->provisional_alarm);
  cancelled->arrival.reset();
  tell_ended(*cancelled, EndedBy::Remote, 487, sip::reason_phrase(487),
             event.request.find(HeaderId::Reason).value_or(std::string_view{}));
}

}  // namespace offhook::ua
