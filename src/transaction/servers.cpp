#include "servers.hpp"

#include <vector>

#include "match.hpp"
#include "sip/header/via.hpp"

namespace offhook::transaction {
namespace {

using Invite = server_invite::Input;
using NonInvite = server_non_invite::Input;
using InviteState = server_invite::State;
using NonInviteState = server_non_invite::State;

Invite invite_input(int status) {
  if (status < 200) return Invite::Provisional;
  return status < 300 ? Invite::Success : Invite::Failure;
}

Invite invite_input(Timer timer) {
  if (timer == Timer::G) return Invite::TimerG;
  if (timer == Timer::H) return Invite::TimerH;
  return timer == Timer::I ? Invite::TimerI : Invite::TimerL;
}

bool is_invite(const Server& server) { return std::holds_alternative<InviteState>(server.state); }

std::optional<sip::Via> top_via(const sip::Message& message) {
  const auto top = message.top(sip::HeaderId::Via);
  if (!top) return std::nullopt;
  const auto via = sip::Via::parse(*top);
  return via ? std::optional(*via) : std::nullopt;
}

// The tag in the To of a response that we keep as bytes.
std::string to_tag_of(const std::string& response) {
  const auto message = sip::Message::parse(response);
  return message ? std::string(message->to_tag()) : std::string{};
}

}  // namespace

void Servers::receive(TimePoint now, transport::Incoming incoming) {
  const sip::Message& request = incoming.message;
  if (request.method() == sip::Method::Ack) {
    receive_ack(now, std::move(incoming));
    return;
  }
  const auto via = top_via(request);
  if (!via) return;  // the transport layer lets none through
  auto key = server_key(request, *via, request.method_text(), request.to_tag());
  const ServerId id = find_key(key);
  if (!id) {
    create(now, std::move(incoming), std::move(key));
    return;
  }
  ++services_.counters->request_retransmits_received;
  Server& server = *servers_.find(id);
  if (is_invite(server))
    feed(id, server, Invite::Invite, {now, &incoming});
  else
    feed(id, server, NonInvite::Request, {now, &incoming});
}

// An ACK is no transaction: it belongs to an INVITE's (non-2xx) or goes to the TU (2xx).
void Servers::receive_ack(TimePoint now, transport::Incoming incoming) {
  if (const ServerId id = invite_of_ack(incoming.message)) {
    feed(id, *servers_.find(id), Invite::Ack, {now, &incoming});
    return;
  }
  ++services_.counters->unmatched_acks;
  services_.events->push_back(RequestReceived{{}, std::move(incoming.message), incoming.flow, {}, 0});
}

void Servers::create(TimePoint now, transport::Incoming incoming, std::string key) {
  const sip::Method method = incoming.message.method();
  const auto id = servers_.insert();
  Server& server = *servers_.find(id);
  if (method == sip::Method::Invite)
    server.state = InviteState::Proceeding;
  else
    server.state = NonInviteState::Trying;
  server.flow = server.reply = incoming.flow;
  server.began = now;
  server.request = std::make_unique<sip::Message>(incoming.message);
  server.key = &keys_.insert_or_assign(std::move(key), id).first->first;
  ++services_.counters->server_started;

  RequestReceived event{id, std::move(incoming.message), incoming.flow, {}, 0};
  if (method == sip::Method::Cancel) {
    event.cancels = invite_of_cancel(*server.request);
    if (const Server* invite = servers_.find(event.cancels)) event.cancels_owner = invite->owner;
  }
  services_.events->push_back(std::move(event));
}

ServerId Servers::find_key(const std::string& key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? ServerId{} : found->second;
}

ServerId Servers::invite_of_ack(const sip::Message& ack) const {
  const auto via = top_via(ack);
  if (!via) return {};
  const ServerId id = find_key(server_key(ack, *via, "INVITE", ack.to_tag()));
  if (id || has_cookie(*via)) return id;
  // RFC 2543 and an INVITE without To tag: the ACK has the tag that our response gave it (§17.2.3).
  const ServerId untagged = find_key(server_key(ack, *via, "INVITE", {}));
  const Server* server = servers_.find(untagged);
  if (server == nullptr || server->response.empty()) return untagged;
  return to_tag_of(server->response) == ack.to_tag() ? untagged : ServerId{};
}

// §9.2: what would match if the method were INVITE's; a CANCEL of any other request has no effect.
ServerId Servers::invite_of_cancel(const sip::Message& cancel) const {
  const auto via = top_via(cancel);
  return via ? find_key(server_key(cancel, *via, "INVITE", cancel.to_tag())) : ServerId{};
}

// RFC 4320 §4.1: to a non-INVITE no provisional response but 100, and over UDP that one only when the client would
// otherwise repeat itself for long. (§4.2 of it, no 408 to a non-INVITE, is for the TU, which alone knows why it says
// 408.)
bool Servers::may_send_provisional(const Server& server, TimePoint now, int status) const {
  if (status != 100) return false;
  return transport::is_reliable(server.flow.protocol) || now - server.began >= time_to_t2(timers_);
}

void Servers::respond(TimePoint now, ServerId id, const sip::Message& response) {
  Server* server = servers_.find(id);
  if (server == nullptr) return;
  const int status = response.status();
  if (is_invite(*server))
    feed(id, *server, invite_input(status), {now, nullptr, &response});
  else if (status >= 200)
    feed(id, *server, NonInvite::Final, {now, nullptr, &response});
  else if (may_send_provisional(*server, now, status))
    feed(id, *server, NonInvite::Provisional, {now, nullptr, &response});
}

void Servers::unreachable(TimePoint now, const transport::Flow& flow) {
  std::vector<ServerId> hit;
  servers_.for_each([&](ServerId id, const Server& server) {
    if (server.reply == flow) hit.push_back(id);
  });
  for (const ServerId id : hit) {
    Server& server = *servers_.find(id);
    if (is_invite(server))
      feed(id, server, Invite::TransportError, {now});
    else
      feed(id, server, NonInvite::TransportError, {now});
  }
}

void Servers::fire(TimePoint now, const Payload& payload) {
  const ServerId id{payload.index, payload.generation};
  Server* server = servers_.find(id);
  if (server == nullptr) return;
  if (is_invite(*server))
    feed(id, *server, invite_input(payload.timer), {now});
  else
    feed(id, *server, NonInvite::TimerJ, {now});
}

bool Servers::has_final(ServerId id) const {
  const Server* server = servers_.find(id);
  if (server == nullptr) return true;
  if (const auto* state = std::get_if<InviteState>(&server->state)) return *state != InviteState::Proceeding;
  return std::get<NonInviteState>(server->state) == NonInviteState::Completed;
}

void Servers::feed(ServerId id, Server& server, server_invite::Input input, const Cause& cause) {
  perform(id, server,
          server_invite::step(std::get<InviteState>(server.state), input, transport::is_reliable(server.flow.protocol)),
          cause);
}

void Servers::feed(ServerId id, Server& server, server_non_invite::Input input, const Cause& cause) {
  perform(id, server,
          server_non_invite::step(std::get<NonInviteState>(server.state), input,
                                  transport::is_reliable(server.flow.protocol)),
          cause);
}

template <class State>
void Servers::perform(ServerId id, Server& server, const Step<State>& step, const Cause& cause) {
  server.state = step.state;
  for (const Action& action : step.actions) act(id, server, action, cause);
  if (step.state == State::Terminated)
    end(id, server);
  else
    forget(server);
}

void Servers::act(ServerId id, Server& server, const Action& action, const Cause& cause) {
  switch (action.verb) {
    case Verb::Send: send(id, server, *cause.response); break;
    case Verb::Resend: resend(server); break;
    case Verb::Deliver:
      services_.events->push_back(RequestReceived{{}, std::move(cause.incoming->message), cause.incoming->flow, {}, 0});
      break;
    case Verb::TimedOut:
      ++services_.counters->timeouts;
      services_.events->push_back(ServerFailed{id, server.owner});
      break;
    case Verb::Failed: services_.events->push_back(ServerFailed{id, server.owner}); break;
    case Verb::Arm:
    case Verb::Backoff:
    case Verb::Hold:
    case Verb::Stop:
      set_timer(*services_.wheel, cause.now, action, timers_, server.clocks, {Timer::None, id.index, id.generation});
      break;
    case Verb::Ack:
    case Verb::Cancel:
    case Verb::Want: break;  // clients only
  }
}

void Servers::send(ServerId id, Server& server, const sip::Message& response) {
  server.response = response.bytes();
  const auto flow = transport::Layer::response_flow(response, server.flow);
  if (!flow) {
    (void)services_.transport->respond(response, server.flow);  // counts it as unroutable
    services_.events->push_back(ServerFailed{id, server.owner});
    return;
  }
  server.reply = *flow;
  services_.transport->send(*flow, server.response);
}

void Servers::resend(Server& server) {
  if (server.response.empty()) return;  // nothing was said yet
  ++services_.counters->response_retransmits_sent;
  services_.transport->send(server.reply, server.response);
}

// Lets go of the bytes that the state can no longer need: most of a transaction's life is waiting for retransmissions.
void Servers::forget(Server& server) {
  const auto* invite = std::get_if<InviteState>(&server.state);
  const auto* other = std::get_if<NonInviteState>(&server.state);
  if (other != nullptr && *other == NonInviteState::Completed) server.request.reset();
  if (invite == nullptr) return;
  if (*invite == InviteState::Confirmed) server.request.reset();
  if (*invite == InviteState::Accepted || *invite == InviteState::Confirmed) {
    server.response.clear();
    server.response.shrink_to_fit();
  }
}

void Servers::end(ServerId id, Server& server) {
  stop_timers(*services_.wheel, server.clocks);
  services_.events->push_back(ServerTerminated{id, server.owner});
  if (const auto key = keys_.find(*server.key); key != keys_.end()) keys_.erase(key);
  servers_.erase(id);
}

}  // namespace offhook::transaction
