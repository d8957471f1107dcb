// UPDATE, both sides: a change of the session or of our address that needs no ACK, also before the first answer. RFC
// 3311. It shares the wish and the glare of a re-INVITE (reinvite.cpp): only one offer is open at a time.
#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "calls.hpp"
#include "capabilities.hpp"
#include "sip/header/numbers.hpp"

namespace offhook::ua {

using sip::Builder;
using sip::HeaderId;
using sip::Method;

// RFC 3311 §4: a peer says in its Allow that it takes UPDATE.
void Calls::note_peer(Call& call, const sip::Message& message) const {
  if (message.count(HeaderId::Allow) == 0) return;
  call.peer_updates = false;
  for (const std::string_view method : message.values(HeaderId::Allow))
    call.peer_updates = call.peer_updates || method == sip::method_name(Method::Update);
}

void Calls::refresh(Now now, CallId id) {
  Call* call = find(id);
  if (call == nullptr || call->phase != Phase::Established) return;
  Builder builder = call->dialog->request(Method::Update);
  add_identity(builder, *call);
  (void)send_in_dialog(now, *call, Use::Update, std::move(builder));
}

void Calls::update_response(Now now, Key key, const sip::Message& response) {
  const Sent* sent = core_->sent(key);
  if (sent == nullptr || response.status() < 200) return;
  Call* call = find(sent->call);
  if (call == nullptr) return core_->forget(key);
  const int status = response.status();
  const bool offered = key == call->hold.sent;
  if (status >= 300 && call->phase != Phase::Over &&
      answer_challenge(now, key, response, offered ? &call->hold.sent : nullptr))
    return;
  core_->forget(key);
  if (status < 300) {
    call->dialog->refresh_target(response);
    if (offered) change_agreed(now, *call, response);
    return;
  }
  if (!offered) {
    if (status == 408 || status == 481) end(now, *call, EndedBy::Network, status, response.reason());
    return;
  }
  const bool unknown = status == 405 || status == 501;
  if (unknown) call->peer_updates = false;
  reinvite_refused(now, *call, unknown ? 491 : status, response.reason(),
                   seconds(sip::retry_after(response).value_or(0)));
}

void Calls::update_failed(Now now, Key key, int status) {
  const auto sent = core_->take(key);
  Call* call = sent ? find(sent->call) : nullptr;
  if (call == nullptr) return;
  if (key == call->hold.sent) return reinvite_refused(now, *call, status, sip::reason_phrase(status), seconds(0));
  if (status == 408) end(now, *call, EndedBy::Network, status, sip::reason_phrase(status));
}

void Calls::update(Now now, Call& call, const transaction::RequestReceived& event) {
  const sip::Message& request = event.request;
  if (call.phase == Phase::Over) return core_->respond(now, event.id, request, 481, call.local_tag);
  if (const auto refusal = refuse_crossing(call, request)) return core_->respond(now, event.id, *refusal);
  if (const auto refusal = refuse_content(call, request)) return core_->respond(now, event.id, *refusal);
  if (const auto refusal = refuse_offer(call, request)) return core_->respond(now, event.id, *refusal);
  Builder builder = Builder::response(request, 200, call.local_tag);
  add_identity(builder, call);
  if (!call.arrival && call.session.state() == sdp::Session::State::OfferReceived) {
    const auto known = names_of(call);
    const auto body = call.session.answer(audio(call, call.hold.held));
    if (!body) {
      call.session.rollback();
      return core_->respond(now, event.id, request, 488, call.local_tag);
    }
    builder.body(kSdpType, *body);
    note_address(call, known);
  }
  call.dialog->refresh_target(request);
  core_->respond(now, event.id, builder.build());
  tell_media(now, call);
  tell_remote_hold(call);
}

}  // namespace offhook::ua
