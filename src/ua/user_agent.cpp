// The user agent's door: commands and inputs go to their rooms, and what is over is swept out after each.
#include "ua/user_agent.hpp"

#include <utility>

#include "calls.hpp"
#include "capabilities.hpp"
#include "core.hpp"
#include "merged.hpp"
#include "message_summary.hpp"
#include "publication.hpp"
#include "registration.hpp"
#include "sip/header/numbers.hpp"
#include "transfer.hpp"

namespace offhook::ua {

using sip::HeaderId;
using sip::Method;

class UserAgent::Impl {
 public:
  Impl(Port port, Endpoint local) : core(port, local) {}

  void outside_dialog(Now now, transaction::RequestReceived event);
  void inside_dialog(Now now, transaction::RequestReceived event);
  void bad_event(Now now, const transaction::RequestReceived& event);

  Core core;
  Registrations registrations{core};
  Calls calls{core};
  Transfers transfers{core, calls};
  Publications publications{core};
  MergedRequests merged;
};

UserAgent::UserAgent(Port port, Endpoint local) : impl_(std::make_unique<Impl>(port, local)) {}
UserAgent::~UserAgent() = default;
UserAgent::UserAgent(UserAgent&&) noexcept = default;
UserAgent& UserAgent::operator=(UserAgent&&) noexcept = default;

AccountId UserAgent::add_account(Account account) { return impl_->core.add_account(std::move(account)); }
void UserAgent::register_account(Now now, AccountId account) { impl_->registrations.start(now, account); }
void UserAgent::unregister_account(Now now, AccountId account) { impl_->registrations.stop(now, account); }
bool UserAgent::is_registered(AccountId account) const { return impl_->registrations.is_registered(account); }

void UserAgent::advertise(Now now, AccountId account, std::optional<Endpoint> address) {
  impl_->registrations.advertise(now, account, address);
}
Endpoint UserAgent::advertised(AccountId account) const { return impl_->core.advertised(account); }

Checked<CallId> UserAgent::call(Now now, AccountId account, std::string_view target, const AudioAddress& rtp,
                                std::string_view referred_by) {
  return impl_->calls.call(now, account, target, rtp, referred_by);
}
void UserAgent::ring(Now now, CallId call) { impl_->calls.ring(now, call); }
void UserAgent::answer(Now now, CallId call, const AudioAddress& rtp, bool held) {
  impl_->calls.answer(now, call, rtp, held);
  impl_->calls.sweep();
}
void UserAgent::reject(Now now, CallId call, int status) {
  impl_->calls.reject(now, call, status);
  impl_->calls.sweep();
}
void UserAgent::redirect(Now now, CallId call, std::string_view contact_uri, std::string_view diversion) {
  impl_->calls.redirect(now, call, contact_uri, diversion);
  impl_->calls.sweep();
}
void UserAgent::hang_up(Now now, CallId call, std::string_view reason_header) {
  impl_->calls.hang_up(now, call, reason_header);
  impl_->calls.sweep();
}
void UserAgent::hang_up_early(Now now, CallId call) {
  impl_->calls.hang_up_early(now, call);
  impl_->calls.sweep();
}
void UserAgent::refresh(Now now, CallId call) { impl_->calls.refresh(now, call); }
void UserAgent::readdress(Now now, CallId call, const AudioAddress& rtp, Announce announce) {
  impl_->calls.readdress(now, call, rtp, announce);
}
void UserAgent::hold(Now now, CallId call) { impl_->calls.hold(now, call, true); }
void UserAgent::resume(Now now, CallId call) { impl_->calls.hold(now, call, false); }
void UserAgent::info(Now now, CallId call, std::string_view content_type, std::string_view body) {
  impl_->calls.info(now, call, content_type, body);
}
void UserAgent::transfer(Now now, CallId call, std::string_view target) {
  impl_->transfers.transfer(now, call, target);
}
void UserAgent::accept_transfer(Now now, CallId call) { impl_->transfers.accept(now, call); }
void UserAgent::refuse_transfer(Now now, CallId call, int status) {
  impl_->transfers.refuse(now, call, status);
  impl_->calls.sweep();
}
void UserAgent::notify_transfer(Now now, CallId call, int status) { impl_->transfers.report(now, call, status); }

void UserAgent::publish(Now now, AccountId account, const Publication& publication) {
  impl_->publications.publish(now, account, publication);
}

void UserAgent::request(Now now, transaction::RequestReceived event) {
  const Method method = event.request.method();
  if (method == Method::Ack) {
    impl_->calls.ack(now, event.request);
  } else if (method == Method::Cancel) {
    impl_->calls.cancel(now, event);
  } else if (const auto refusal = refuse(event.request, impl_->core.new_tag())) {
    impl_->core.respond(now, event.id, *refusal);
  } else if (event.request.to_tag().empty()) {
    impl_->outside_dialog(now, std::move(event));
  } else {
    impl_->inside_dialog(now, std::move(event));
  }
  impl_->calls.sweep();
}

void UserAgent::Impl::outside_dialog(Now now, transaction::RequestReceived event) {
  const sip::Message& request = event.request;
  const auto uri = sip::Uri::parse(request.request_uri());
  const AccountId account = uri ? core.account_of(*uri) : AccountId{};
  if (!account) return core.respond(now, event.id, request, 404);
  if (merged.contain(*core.port().transactions, event)) return core.respond(now, event.id, request, 482);
  switch (request.method()) {
    case Method::Invite: return calls.invite(now, account, std::move(event));
    case Method::Options: return core.respond(now, event.id, options_answer(core, account, request, core.new_tag()));
    case Method::Notify:
      return is_message_summary(request) ? take_message_summary(core, now, account, event) : bad_event(now, event);
    case Method::Subscribe: return bad_event(now, event);
    case Method::Refer:
      return core.respond(now, event.id, request, 603);  // only who is in a call with us may send us on
    case Method::Bye:
    case Method::Info:
    case Method::Update:
    case Method::Prack: return core.respond(now, event.id, request, 481);
    case Method::Unknown:
    case Method::Ack:
    case Method::Cancel:
    case Method::Register:
    case Method::Publish:
    case Method::Message: return;  // answered before (capabilities)
  }
}

void UserAgent::Impl::inside_dialog(Now now, transaction::RequestReceived event) {
  const sip::Message& request = event.request;
  Call* call = calls.find(request);
  if (call == nullptr || !call->dialog) return core.respond(now, event.id, request, 481);
  if (!call->dialog->accept_request(request)) return core.respond(now, event.id, request, 500, call->local_tag);
  switch (request.method()) {
    case Method::Invite: return calls.reinvite(now, *call, event);
    case Method::Bye: return calls.bye(now, *call, event);
    case Method::Update: return calls.update(now, *call, event);
    case Method::Refer: return transfers.refer(now, *call, std::move(event));
    case Method::Notify: return transfers.notify(now, *call, event);
    case Method::Subscribe: return bad_event(now, event);
    case Method::Options:
      return core.respond(now, event.id, options_answer(core, call->account, request, call->local_tag));
    case Method::Info: return calls.info_request(now, *call, event);
    case Method::Prack: return core.respond(now, event.id, request, 481, call->local_tag);
    case Method::Unknown:
    case Method::Ack:
    case Method::Cancel:
    case Method::Register:
    case Method::Publish:
    case Method::Message: return;  // answered before (capabilities)
  }
}

void UserAgent::Impl::bad_event(Now now, const transaction::RequestReceived& event) {
  auto answer = sip::Builder::response(event.request, 489, core.new_tag());
  core.respond(now, event.id, answer.add(HeaderId::AllowEvents, kAllowEvents).build());
}

void UserAgent::response(Now now, transaction::ResponseReceived event) {
  const Key key = Port::key_of(event.owner);
  Sent* sent = impl_->core.sent(key);
  if (sent == nullptr || sent->transaction != event.id) return;  // of a server that was given up
  impl_->core.heard(now, *sent, event.response);
  if (event.response.status() == 503 &&
      impl_->core.try_next_server(now, key, seconds(sip::retry_after(event.response).value_or(0))))
    return;
  if (sent->use != Use::Register && sent->use != Use::Publish) impl_->calls.take_information(key, event.response);
  switch (sent->use) {
    case Use::Register: impl_->registrations.response(now, key, event.response); break;
    case Use::Invite: impl_->calls.invite_response(now, key, event.response); break;
    case Use::Reinvite: impl_->calls.reinvite_response(now, key, event.response); break;
    case Use::KeepAlive:  // any answer is a sign of life
      if (event.response.status() >= 200) impl_->core.forget(key);
      break;
    case Use::Update: impl_->calls.update_response(now, key, event.response); break;
    case Use::Info: impl_->calls.info_response(now, key, event.response); break;
    case Use::Bye: impl_->calls.bye_response(now, key, event.response); break;
    case Use::Refer: impl_->transfers.refer_response(now, key, event.response); break;
    case Use::Notify: impl_->transfers.notify_response(now, key, event.response); break;
    case Use::Publish: impl_->publications.response(now, key, event.response); break;
  }
  impl_->calls.sweep();
}

void UserAgent::failed(Now now, transaction::Owner owner, int status) {
  const Key key = Port::key_of(owner);
  const Sent* sent = impl_->core.sent(key);
  if (sent == nullptr || !sent->acks.empty()) return;
  if (!sent->trail.heard && impl_->core.try_next_server(now, key, seconds(0))) return;
  switch (sent->use) {
    case Use::Register: impl_->registrations.failed(now, key, status); break;
    case Use::Invite: impl_->calls.invite_failed(now, key, status); break;
    case Use::Reinvite: impl_->calls.reinvite_failed(now, key, status); break;
    case Use::KeepAlive: impl_->core.forget(key); break;
    case Use::Update: impl_->calls.update_failed(now, key, status); break;
    case Use::Info: impl_->calls.info_failed(now, key, status); break;
    case Use::Bye: impl_->calls.bye_failed(now, key); break;
    case Use::Refer: impl_->transfers.refer_failed(key, status); break;
    case Use::Notify: impl_->transfers.notify_failed(now, key, status); break;
    case Use::Publish: impl_->publications.failed(key); break;
  }
  impl_->calls.sweep();
}

// A refusal of ours that nobody acknowledged: the phone was told when it was sent. A 2xx without ACK is watched by the
// call itself.
void UserAgent::server_failed(Now, transaction::Owner) {}

void UserAgent::timer(Now now, std::uint32_t key) {
  const auto alarm = impl_->core.take_alarm(key);
  if (!alarm) return;
  switch (alarm->kind) {
    case AlarmKind::RegistrationDue: impl_->registrations.due(now, alarm->account); break;
    case AlarmKind::NoServer:
      if (const Sent* sent = impl_->core.sent(alarm->subject))
        failed(now, impl_->core.port().owner(alarm->subject), sent->trail.cancelled ? 487 : 503);
      break;
    case AlarmKind::KeepAliveDue: impl_->registrations.keep_alive_due(now, alarm->account); break;
    case AlarmKind::PongOverdue: impl_->registrations.pong_overdue(now, alarm->account); break;
    case AlarmKind::TransferOverdue: impl_->transfers.overdue(now, alarm->call); break;
    case AlarmKind::AcksExpire:
    case AlarmKind::ProvisionalDue:
    case AlarmKind::ResponseDue:
    case AlarmKind::InvitationExpired:
    case AlarmKind::InviteOverdue:
    case AlarmKind::RekeyDue:
    case AlarmKind::ReinviteDue: impl_->calls.alarm(now, *alarm); break;
  }
  impl_->calls.sweep();
}

void UserAgent::located(Now now, std::uint32_t key, const transport::Located& event) {
  impl_->core.located(now, key, event);
}

void UserAgent::pong(const transport::Flow& flow) { impl_->registrations.pong(flow); }
void UserAgent::lost(Now now, const transport::Flow& flow) { impl_->registrations.lost(now, flow); }

bool UserAgent::owns(const sip::Message& request) const {
  if (!request.to_tag().empty() && impl_->calls.owns(request)) return true;
  const auto uri = sip::Uri::parse(request.request_uri());
  if (!uri) return false;
  // Several phones with one account behind one socket differ by the line alone.
  if (uri->params.has("line")) return impl_->core.knows_line(*uri);
  return static_cast<bool>(impl_->core.account_of(*uri));
}

std::optional<Event> UserAgent::poll() { return impl_->core.poll(); }

Counts UserAgent::counts() const {
  Counts out;
  impl_->calls.for_each([&](CallId, const Call& call) {
    ++out.calls;
    if (call.dialog) ++out.dialogs;
    if (call.is_transferring()) ++out.subscriptions;
  });
  out.registrations = impl_->registrations.count();
  out.keep_alive_timers = impl_->registrations.keep_alive_timers();
  return out;
}

}  // namespace offhook::ua
