#include "servers.hpp"

#include <array>
#include <utility>

#include "hop_request.hpp"
#include "match.hpp"
#include "sip/builder.hpp"
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

// Its last response will not be sent again: of a 2xx to INVITE that is the TU's affair, and over a reliable transport a
// non-INVITE ends with it.
bool is_done_with_response(const Server& server) {
  if (server.detour) return false;
  if (const auto* other = std::get_if<NonInviteState>(&server.state)) return *other == NonInviteState::Terminated;
  const auto state = std::get<InviteState>(server.state);
  return state == InviteState::Accepted || state == InviteState::Confirmed;
}

NonInvite non_invite_input(Timer timer) { return timer == Timer::Y ? NonInvite::TimerY : NonInvite::TimerJ; }

// Methods whose transactions a CANCEL can name without ending them.
constexpr std::array kUncancellable{"OPTIONS", "REGISTER", "BYE",   "REFER",   "SUBSCRIBE", "NOTIFY",
                                    "MESSAGE", "INFO",     "PRACK", "PUBLISH", "UPDATE"};

}  // namespace

void Servers::receive(TimePoint now, transport::Incoming&& incoming) {
  const sip::Message& request = incoming.message;
  if (request.method() == sip::Method::Ack) {
    receive_ack(now, std::move(incoming));
    return;
  }
  const sip::Via* const via = top_via(incoming);
  if (via == nullptr) return;  // the transport layer lets none through
  const Key key = has_cookie(*via) ? services_.keys->server(*via, request.method_text()) : Key{};
  const ServerId id = is_some(key) ? keys_.find(key) : old_peers_.find(request, *via);
  if (!id) {
    create(now, incoming, *via, key);
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
void Servers::receive_ack(TimePoint now, transport::Incoming&& incoming) {
  if (const ServerId id = invite_of_ack(incoming)) {
    feed(id, *servers_.find(id), Invite::Ack, {now, &incoming});
    return;
  }
  ++services_.counters->unmatched_acks;
  services_.events->emplace(std::in_place_type<RequestReceived>, ServerId{}, std::move(incoming.message),
                            incoming.flow);
}

void Servers::create(TimePoint now, transport::Incoming& incoming, const sip::Via& via, const Key& key) {
  const auto id = servers_.insert();
  Server& server = *servers_.find(id);
  server.flow = incoming.flow;
  server.began = now;
  server.request = incoming.message.bytes();
  server.key = key;
  if (is_some(key))
    keys_.set(key, id);
  else
    server.old = old_peers_.add(incoming.message, via, id);
  auto way = transport::Layer::response_flow(via, server.flow);
  server.has_way_back = way.has_value();
  if (way && *way != server.flow) server.elsewhere = std::make_unique<transport::Flow>(std::move(*way));
  peers_.add(servers_, id, server.reply().remote);
  ++services_.counters->server_started;

  const sip::Method method = incoming.message.method();
  ++services_.counters->requests[static_cast<std::size_t>(method)];
  const Cancelled cancelled = method == sip::Method::Cancel ? find_cancelled(incoming.message, via) : Cancelled{};
  // `via` looks into the message and is of no use from here on.
  services_.events->emplace(std::in_place_type<RequestReceived>, id, std::move(incoming.message), incoming.flow,
                            cancelled.invite, cancelled.owner, cancelled.nothing);
  if (method == sip::Method::Invite)
    server.state = InviteState::Proceeding;
  else
    perform(id, server, server_non_invite::begin(), {now});
}

ServerId Servers::invite_of_ack(transport::Incoming& ack) const {
  const sip::Via* const via = top_via(ack);
  if (via == nullptr) return {};
  return has_cookie(*via) ? keys_.find(services_.keys->server(*via, "INVITE"))
                          : old_peers_.find_acknowledged(ack.message, *via);
}

ServerId Servers::find_cancelled(const sip::Message& cancel, const sip::Via& via, std::string_view method) const {
  return has_cookie(via) ? keys_.find(services_.keys->server(via, method))
                         : old_peers_.find_cancelled(cancel, via, method);
}

// §9.2: what would match if the method were another one. Only an INVITE can be ended that way.
Servers::Cancelled Servers::find_cancelled(const sip::Message& cancel, const sip::Via& via) const {
  Cancelled out{find_cancelled(cancel, via, "INVITE")};
  if (const Server* invite = servers_.find(out.invite)) out.owner = invite->owner;
  if (out.invite) return out;
  for (const char* method : kUncancellable) out.nothing = out.nothing || find_cancelled(cancel, via, method);
  return out;
}

const sip::Message* Servers::request_of(ServerId id) {
  const Server* server = servers_.find(id);
  if (server == nullptr || server->request.empty()) return nullptr;
  asked_for_ = reread(server->request);
  return asked_for_ ? &*asked_for_ : nullptr;
}

// RFC 4320 §4.1: to a non-INVITE no provisional response but 100, and over UDP that one only when the client would
// otherwise repeat itself for long.
bool Servers::may_send_provisional(const Server& server, TimePoint now, int status) const {
  if (status != 100) return false;
  return transport::is_reliable(server.flow.protocol) || now - server.began >= time_to_t2(timers_);
}

// RFC 4320 §4.2: the client has given up by now, and a late answer would only wander back as a stray.
void Servers::abandon(TimePoint now, ServerId id) {
  Server* server = servers_.find(id);
  if (server == nullptr || is_invite(*server) || has_final(id)) return;
  server->response.clear();  // a 100 is not repeated either: it would promise an answer
  feed(id, *server, NonInvite::Abandon, {now});
}

void Servers::respond(TimePoint now, ServerId id, Response response) {
  Server* server = servers_.find(id);
  if (server == nullptr) return;
  const int status = response.status;
  ++services_.counters->responses[static_cast<std::size_t>(status / 100)];
  if (is_invite(*server))
    feed(id, *server, invite_input(status), {now, nullptr, &response});
  else if (status == 408)
    abandon(now, id);
  else if (status >= 200)
    feed(id, *server, NonInvite::Final, {now, nullptr, &response});
  else if (may_send_provisional(*server, now, status))
    feed(id, *server, NonInvite::Provisional, {now, nullptr, &response});
}

void Servers::unreachable(TimePoint now, const transport::Flow& flow) {
  const auto hit = peers_.select(servers_, flow.remote,
                                 [&](const Server& server) { return transport::concerns(flow, server.reply()); });
  for (const ServerId id : hit) {
    Server& server = *servers_.find(id);
    if (take_detour(now, id, server)) continue;
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
    feed(id, *server, non_invite_input(payload.timer), {now});
}

bool Servers::has_final(ServerId id) const {
  const Server* server = servers_.find(id);
  if (server == nullptr) return true;
  if (const auto* state = std::get_if<InviteState>(&server->state)) return *state != InviteState::Proceeding;
  return std::get<NonInviteState>(server->state) == NonInviteState::Completed;
}

void Servers::feed(ServerId id, Server& server, server_invite::Input input, const Cause& cause) {
  const bool once = cause.response != nullptr && cause.response->once;  // as if it could not be lost: no Timer G
  const bool reliable = once || transport::is_reliable(server.flow.protocol);
  perform(id, server, server_invite::step(std::get<InviteState>(server.state), input, reliable), cause);
}

void Servers::feed(ServerId id, Server& server, server_non_invite::Input input, const Cause& cause) {
  // A response on its detour may still have to be sent to another server, so its transaction does not end at once.
  const bool once = cause.response != nullptr && cause.response->once;
  const bool reliable = once || (transport::is_reliable(server.flow.protocol) && !server.detour);
  perform(id, server, server_non_invite::step(std::get<NonInviteState>(server.state), input, reliable), cause);
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
    case Verb::Send: send(id, server, *cause.response, cause.now); break;
    case Verb::Resend: resend(server); break;
    case Verb::Trying: send_trying(id, server, cause.now); break;
    case Verb::Deliver:
      services_.events->emplace(std::in_place_type<RequestReceived>, ServerId{}, std::move(cause.incoming->message),
                                cause.incoming->flow);
      break;
    case Verb::TimedOut:
      ++services_.counters->timeouts;
      services_.events->push(ServerFailed{id, server.owner});
      break;
    case Verb::Failed: services_.events->push(ServerFailed{id, server.owner}); break;
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

void Servers::send(ServerId id, Server& server, Response& response, TimePoint now) {
  // What is kept is as long as it must be; what is sent may have room behind it.
  if (!is_done_with_response(server)) server.response = std::string(response.bytes);
  if (server.old != nullptr) {
    const auto parsed = reread(response.bytes);
    server.old->second.response_tag = parsed ? parsed->to_tag() : std::string_view{};
  }
  if (server.detour) {
    if (!send_around(now, id, server)) services_.events->push(ServerFailed{id, server.owner});
    return;
  }
  if (!server.has_way_back) {
    services_.transport->count_unroutable();
    services_.events->push(ServerFailed{id, server.owner});
    return;
  }
  services_.transport->send(server.reply(), std::move(response.bytes));
}

void Servers::send_trying(ServerId id, Server& server, TimePoint now) {
  const auto request = reread(server.request);
  if (!request) return;
  Response trying{100, sip::Builder::response(*request, 100, {}).build().release()};
  send(id, server, trying, now);
}

void Servers::set_reply(ServerId id, Server& server, transport::Flow flow) {
  if (flow == server.reply()) return;
  peers_.remove(servers_, id, server.reply().remote);
  server.elsewhere = flow == server.flow ? nullptr : std::make_unique<transport::Flow>(std::move(flow));
  peers_.add(servers_, id, server.reply().remote);
}

void Servers::resend(Server& server) {
  if (server.response.empty()) return;  // nothing was said yet
  ++services_.counters->response_retransmits_sent;
  services_.transport->send(server.reply(), server.response);
}

// Lets go of the bytes that the state can no longer need: most of a transaction's life is waiting for retransmissions.
void Servers::forget(Server& server) {
  const auto drop = [](std::string& bytes) { std::string().swap(bytes); };
  const auto* invite = std::get_if<InviteState>(&server.state);
  const bool answered = invite != nullptr ? *invite != InviteState::Proceeding
                                          : std::get<NonInviteState>(server.state) == NonInviteState::Completed;
  if (answered) drop(server.request);
  if (is_done_with_response(server)) drop(server.response);
}

void Servers::end(ServerId id, Server& server) {
  stop_timers(*services_.wheel, server.clocks);
  leave_detour(server);
  services_.events->push(ServerTerminated{id, server.owner});
  if (server.old != nullptr)
    old_peers_.remove(server.old);
  else
    keys_.erase(server.key, id);
  peers_.remove(servers_, id, server.reply().remote);
  servers_.erase(id);
}

}  // namespace offhook::transaction
