#include "clients.hpp"

#include <utility>

#include "base/overloaded.hpp"
#include "hop_request.hpp"
#include "match.hpp"
#include "sip/header/via.hpp"

namespace offhook::transaction {
namespace {

using Invite = client_invite::Input;
using NonInvite = client_non_invite::Input;

Invite invite_input(int status) {
  if (status < 200) return Invite::Provisional;
  return status < 300 ? Invite::Success : Invite::Failure;
}

Invite invite_input(Timer timer) {
  switch (timer) {
    case Timer::A: return Invite::TimerA;
    case Timer::B: return Invite::TimerB;
    case Timer::D: return Invite::TimerD;
    case Timer::M: return Invite::TimerM;
    case Timer::X:
    case Timer::None:
    case Timer::E:
    case Timer::F:
    case Timer::G:
    case Timer::H:
    case Timer::I:
    case Timer::J:
    case Timer::K:
    case Timer::L:
    case Timer::Y: break;
  }
  return Invite::TimerX;
}

NonInvite non_invite_input(Timer timer) {
  if (timer == Timer::E) return NonInvite::TimerE;
  return timer == Timer::F ? NonInvite::TimerF : NonInvite::TimerK;
}

// From here on responses are retransmissions (or, for an INVITE, 2xx of other branches).
bool is_answered(const Client& client) {
  return std::visit(Overloaded{[](client_invite::State s) {
                                 return s == client_invite::State::Accepted || s == client_invite::State::Completed;
                               },
                               [](client_non_invite::State s) { return s == client_non_invite::State::Completed; }},
                    client.state);
}

}  // namespace

ClientId Clients::start(TimePoint now, Request request, const transport::Flow& flow, Owner owner, const Timers* timers,
                        Kind kind) {
  const bool invite = request.method == "INVITE";
  const auto id = clients_.insert();
  Client& client = *clients_.find(id);
  client.silent = kind == Kind::Silent;
  client.may_fall_back = kind == Kind::MayFallBack;
  client.flow = flow;
  client.owner = owner;
  if (timers != nullptr && *timers != timers_) client.timers = std::make_unique<Timers>(*timers);
  client.bytes = std::move(request.bytes);
  client.body = static_cast<std::uint32_t>(request.body);
  client.key = services_.keys->client(request.branch, request.method);
  keys_.set(client.key, id);
  peers_.add(clients_, id, flow.remote);
  ++services_.counters->client_started;
  const bool reliable = transport::is_reliable(flow.protocol);
  if (invite)
    perform(id, client, client_invite::begin(reliable), {now});
  else
    perform(id, client, client_non_invite::begin(reliable), {now});
  return id;
}

void Clients::cancel(TimePoint now, ClientId id, std::string_view reason) {
  Client* client = clients_.find(id);
  if (client == nullptr || client->cancel != Client::CancelStage::None) return;
  if (!std::holds_alternative<client_invite::State>(client->state)) return;  // §9.1: CANCEL is for INVITE only
  if (!reason.empty()) client->reason = std::make_unique<std::string>(reason);
  feed(id, *client, Invite::Cancel, {now});
}

bool Clients::receive(TimePoint now, transport::Incoming& incoming) {
  const sip::Via* const via = top_via(incoming);
  const ClientId id = via == nullptr ? ClientId{} : keys_.find(services_.keys->client(*via, incoming.message));
  if (!id) return false;
  Client& client = *clients_.find(id);
  if (is_answered(client)) ++services_.counters->response_retransmits_received;
  const int status = incoming.message.status();
  if (std::holds_alternative<client_invite::State>(client.state))
    feed(id, client, invite_input(status), {now, &incoming});
  else
    feed(id, client, status < 200 ? NonInvite::Provisional : NonInvite::Final, {now, &incoming});

  // A CANCEL that waited for this provisional response.
  Client* still = clients_.find(id);
  if (status < 200 && still != nullptr && still->cancel == Client::CancelStage::Wanted)
    feed(id, *still, Invite::Cancel, {now});
  return true;
}

void Clients::unreachable(TimePoint now, const transport::Flow& flow) {
  const auto hit = peers_.select(clients_, flow.remote,
                                 [&](const Client& client) { return transport::concerns(flow, client.flow); });
  for (const ClientId id : hit) {
    Client& client = *clients_.find(id);
    if (fall_back(id, client, {now})) continue;
    if (std::holds_alternative<client_invite::State>(client.state))
      feed(id, client, Invite::TransportError, {now});
    else
      feed(id, client, NonInvite::TransportError, {now});
  }
}

// §18.1.1: a peer that does not speak TCP gets the large request by UDP, before it has answered anything. It is the
// same transaction: nobody has seen the branch.
bool Clients::fall_back(ClientId id, Client& client, const Cause& cause) {
  const auto* invite = std::get_if<client_invite::State>(&client.state);
  const auto* other = std::get_if<client_non_invite::State>(&client.state);
  const bool unanswered =
      invite != nullptr ? *invite == client_invite::State::Calling : *other == client_non_invite::State::Trying;
  constexpr std::string_view kByTcp = "SIP/2.0/TCP", kByUdp = "SIP/2.0/UDP";
  const std::size_t via = client.bytes.find(kByTcp);  // ours is the first
  if (!std::exchange(client.may_fall_back, false) || !unanswered || via == std::string::npos) return false;
  client.bytes.replace(via, kByTcp.size(), kByUdp);
  client.flow.protocol = transport::Protocol::Udp;
  client.flow.connection = 0;
  stop_timers(*services_.wheel, client.clocks);
  if (invite != nullptr)
    perform(id, client, client_invite::begin(false), cause);
  else
    perform(id, client, client_non_invite::begin(false), cause);
  return true;
}

void Clients::fire(TimePoint now, const Payload& payload) {
  const ClientId id{payload.index, payload.generation};
  Client* client = clients_.find(id);
  if (client == nullptr) return;
  if (std::holds_alternative<client_invite::State>(client->state))
    feed(id, *client, invite_input(payload.timer), {now});
  else
    feed(id, *client, non_invite_input(payload.timer), {now});
}

void Clients::feed(ClientId id, Client& client, client_invite::Input input, const Cause& cause) {
  const auto state = std::get<client_invite::State>(client.state);
  perform(id, client, client_invite::step(state, input, transport::is_reliable(client.flow.protocol)), cause);
}

void Clients::feed(ClientId id, Client& client, client_non_invite::Input input, const Cause& cause) {
  const auto state = std::get<client_non_invite::State>(client.state);
  perform(id, client, client_non_invite::step(state, input, transport::is_reliable(client.flow.protocol)), cause);
}

template <class State>
void Clients::perform(ClientId id, Client& client, const Step<State>& step, const Cause& cause) {
  client.state = step.state;
  for (const Action& action : step.actions) act(id, client, action, cause);
  if (step.state == State::Terminated)
    end(id, client);
  else
    forget(client);
}

void Clients::act(ClientId id, Client& client, const Action& action, const Cause& cause) {
  switch (action.verb) {
    case Verb::Send: services_.transport->send(client.flow, client.bytes); break;
    case Verb::Resend:
      // An ACK goes again because its response came again; that is counted there.
      if (!is_answered(client)) ++services_.counters->request_retransmits_sent;
      services_.transport->send(client.flow, client.bytes);
      break;
    case Verb::Ack: acknowledge(client, cause); break;
    case Verb::Cancel: send_cancel(client, cause); break;
    case Verb::Want: client.cancel = Client::CancelStage::Wanted; break;
    case Verb::Deliver:
      report<ResponseReceived>(client, id, client.owner, std::move(cause.incoming->message), cause.incoming->flow);
      break;
    case Verb::TimedOut:
      ++services_.counters->timeouts;
      report<ClientTimeout>(client, id, client.owner);
      break;
    case Verb::Failed: report<ClientTransportError>(client, id, client.owner); break;
    case Verb::Arm:
    case Verb::Backoff:
    case Verb::Hold:
    case Verb::Stop:
      set_timer(*services_.wheel, cause.now, action, timers(client), client.clocks,
                {Timer::None, id.index, id.generation});
      break;
    case Verb::Trying: break;  // servers only
  }
}

void Clients::acknowledge(Client& client, const Cause& cause) {
  const auto invite = reread(client.bytes, client.cut);
  if (!invite) return;
  client.cut = 0;
  client.bytes = make_ack(*invite, cause.incoming->message).release();
  services_.transport->send(client.flow, client.bytes);
}

// The CANCEL has the INVITE's branch and is a transaction of its own (§9.1).
void Clients::send_cancel(Client& client, const Cause& cause) {
  client.cancel = Client::CancelStage::Sent;
  const auto reason = std::move(client.reason);
  const auto invite = reread(client.bytes, client.cut);
  if (!invite) return;
  const auto via = sip::Via::parse(invite->top(sip::HeaderId::Via).value_or(std::string_view{}));
  if (!via) return;  // it is ours
  const auto request = make_cancel(*invite, reason ? std::string_view(*reason) : std::string_view{});
  start(cause.now, {request.method_text(), via->branch(), std::string(request.bytes())}, client.flow, client.owner,
        client.timers.get(), Kind::Silent);
}

template <class E, class... Args>
void Clients::report(const Client& client, Args&&... args) {
  if (!client.silent) services_.events->emplace(std::in_place_type<E>, std::forward<Args>(args)...);
}

// Lets go of what the state can no longer need. An INVITE that rings is not sent again, but its header makes the ACK or
// the CANCEL: only its body goes. Answered transactions wait half a minute for nothing but retransmissions.
void Clients::forget(Client& client) {
  const auto* invite = std::get_if<client_invite::State>(&client.state);
  if (invite != nullptr && *invite == client_invite::State::Proceeding && client.cut == 0 && client.body != 0) {
    client.cut = client.body;
    client.bytes.resize(client.bytes.size() - client.body);
    client.bytes.shrink_to_fit();
  }
  if (!is_answered(client) || (invite != nullptr && *invite == client_invite::State::Completed)) return;
  client.bytes.clear();
  client.bytes.shrink_to_fit();
}

void Clients::end(ClientId id, Client& client) {
  stop_timers(*services_.wheel, client.clocks);
  report<ClientTerminated>(client, id, client.owner);
  keys_.erase(client.key, id);
  peers_.remove(clients_, id, client.flow.remote);
  clients_.erase(id);
}

}  // namespace offhook::transaction
