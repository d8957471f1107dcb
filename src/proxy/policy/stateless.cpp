#include "policy/stateless.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "check.hpp"
#include "loop.hpp"
#include "route/breadth.hpp"
#include "sip/builder.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;
using sip::Method;

constexpr std::size_t kMostWaiting = 1000;
constexpr std::string_view kMark = "z9hG4bKs";

std::string hex(std::uint64_t number) {
  std::string out(16, '0');
  for (std::size_t i = 16; i-- > 0; number >>= 4) out[i] = "0123456789abcdef"[number & 15U];
  return out;
}

// Nothing but "-", two numbers and the hash between: "<listen>.<connection>.<hash>".
struct Origin {
  std::string_view text;  // the two numbers as they stand there
  std::size_t listen = 0;
  std::uint64_t connection = 0;
  std::string_view hash;
};
std::optional<Origin> read_origin(std::string_view branch) {
  if (!branch.starts_with(kMark)) return std::nullopt;
  branch.remove_prefix(kMark.size());
  const auto first = branch.find('.'), second = branch.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  const auto listen = parse_number<std::size_t>(branch.substr(0, first));
  const auto connection = parse_number<std::uint64_t>(branch.substr(first + 1, second - first - 1));
  if (!listen || !connection || branch.size() < second + 17) return std::nullopt;
  return Origin{branch.substr(0, second), *listen, *connection, branch.substr(second + 1, 16)};
}

// The socket of ours that it came to; `size()` where there is none.
std::size_t listen_of(const std::vector<transport::Listen>& listening, const transport::Flow& in) {
  const auto fits = [&](const transport::Listen& listen) {
    return listen.protocol == in.protocol && listen.endpoint.port == in.local.port &&
           (listen.endpoint == in.local || listen.endpoint.address.is_unspecified());
  };
  return static_cast<std::size_t>(std::ranges::find_if(listening, fits) - listening.begin());
}

std::optional<sip::Via> second_via(const sip::Message& response) {
  auto via = response.values(HeaderId::Via).begin();
  if (via != std::default_sentinel) ++via;
  if (via == std::default_sentinel) return std::nullopt;
  const auto parsed = sip::Via::parse(*via);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

}  // namespace

Stateless::Stateless(Services services, Random& random) : s_(std::move(services)), key_{random.next(), random.next()} {
  reconfigure();
}

void Stateless::reconfigure() {
  const Policy& policy = s_.router->plan().policy();
  everything_ = policy.stateless;
  some_trunks_ = std::ranges::any_of(policy.trunks, &Trunk::stateless);
}

bool Stateless::take(Now now, const transport::Incoming& incoming) {
  if (!everything_ && !some_trunks_) return false;
  const sip::Message& message = incoming.message;
  if (!incoming.via) return false;
  if (message.is_response()) return respond(message, *incoming.via, incoming.flow.remote.address);
  const auto facts = facts_of(message, incoming.flow);
  if (!facts || facts->emergency || is_for_us(message, *facts)) return false;
  // Whoever owes us a password has transactions, and so have his CANCEL and ACK.
  if (s_.config->challenges_calls() && facts->from_us && !facts->in_dialog) return false;
  auto found = route(now, message, *facts);
  if (!everything_) {
    const Manner* const manner = found && !found->targets.empty() ? found->targets.front().manner.get() : nullptr;
    if (manner == nullptr || !manner->stateless) return false;
  }
  if (auto refusal = check(message, *facts)) {
    refuse(message, incoming.flow, *refusal);
    return true;
  }
  if (found && found->targets.empty()) {
    refuse(message, incoming.flow, found->refusal);
    return true;
  }
  forward(now, incoming, *facts, found ? std::move(found->targets) : s_.targets(now, *facts));
  return true;
}

std::optional<Facts> Stateless::facts_of(const sip::Message& request, const transport::Flow& in) const {
  auto facts = read_facts(request, *s_.names, in.local);
  if (facts) s_.router->recognise(in, *facts);
  return facts;
}

// Asked for ourselves; and where we are no mere balancer, what our registrar and our notifier answer.
bool Stateless::is_for_us(const sip::Message& request, const Facts& facts) const {
  if (!facts.to_us) return false;
  if (request.method() == Method::Register || request.method() == Method::Subscribe) return !balances();
  return facts.uri.user.empty();
}

std::optional<Router::Route> Stateless::route(Now now, const sip::Message& request, const Facts& facts) const {
  if (facts.to_us && everything_ && !s_.config->policy.next_hops.empty())
    return Router::Route{{next_hop(request)}, {503}};
  // The ACK of a refusal has a To tag, but goes where its INVITE went.
  const bool begins = facts.to_tag.empty() || (request.method() == Method::Ack && !facts.plan.came_along_us());
  if (!begins || !facts.to_us || s_.router->plan().is_empty()) return std::nullopt;
  return s_.router->find(now, dialled(facts.uri), {facts.from_us, facts.peer});
}

// By rendezvous: when one of them is taken out of the list, the calls of the others stay where they are.
Target Stateless::next_hop(const sip::Message& request) const {
  const auto weight = [&](const std::string& hop) {
    // The same on every balancer with the same list.
    return siphash({0x6f6666686f6f6bULL, 0x62616c616e6365ULL}, hop + '\n' + std::string(request.call_id()));
  };
  const auto& hops = s_.config->policy.next_hops;
  const auto& best = *std::ranges::max_element(hops, {}, weight);
  Target target;
  target.uri = request.request_uri();
  target.path = route_to(best);
  return target;
}

std::optional<Reply> Stateless::check(const sip::Message& request, const Facts& facts) const {
  if (auto refusal = check_scheme(facts.uri)) return refusal;
  if (auto refusal = check_max_forwards(request)) return refusal;
  if (has_looped(request, loop_mark(request, s_.loop_secret))) {
    ++s_.counters->loops;
    return Reply{482};
  }
  if (auto refusal = check_max_breadth(request)) return refusal;
  if (auto refusal = check_options(request, HeaderId::ProxyRequire)) return refusal;
  return check_relaying({facts.to_us, facts.in_dialog, facts.from_us});
}

void Stateless::forward(Now now, const transport::Incoming& incoming, const Facts& facts, std::vector<Target> targets) {
  const sip::Message& request = incoming.message;
  if (targets.empty()) {
    ++s_.counters->not_found;
    return refuse(request, incoming.flow, {404});
  }
  if (!balances())  // else that is for those behind us to say
    if (const auto refusal = Identities::refuse(request, facts, targets))
      return refuse(request, incoming.flow, *refusal);
  if (incoming.flow.connection != 0) s_.keep(incoming.flow);
  const Target& target = targets.front();
  auto hop = s_.forwarder->next_hop(request, facts.plan, target);
  if (hop.address) return send(request, incoming.flow, facts, target, {*std::move(hop.address)});
  if (!hop.name) return refuse(request, incoming.flow, {503});
  const auto location = s_.resolver->locate(now, *hop.name);
  if (!location.pending) return send(request, incoming.flow, facts, target, location.targets);
  if (waiting_.size() < kMostWaiting) waiting_.emplace(location.pending, Waiting{request, incoming.flow, target});
}

bool Stateless::located(Now, const transport::Located& event) {
  const auto found = waiting_.extract(event.id);
  if (found.empty()) return false;
  const Waiting& waiting = found.mapped();
  if (const auto facts = facts_of(waiting.request, waiting.in))
    send(waiting.request, waiting.in, *facts, waiting.target, event.location.targets);
  return true;
}

void Stateless::send(const sip::Message& request, const transport::Flow& in, const Facts& facts, const Target& target,
                     const std::vector<transport::Target>& servers) {
  const auto way = s_.forwarder->way(request, facts.plan, target);
  for (const auto& server : servers) {
    auto outgoing = s_.forwarder->make(request, way, target, server, in);
    if (!outgoing) continue;
    if (const auto assertion = s_.identities->of(request, in, facts))
      assertion->edit(outgoing->request, target.manner.get());
    Breadth::put(outgoing->request, Breadth(request, 1).share(0));
    outgoing->request.prepend(HeaderId::Via, transport::via_value(outgoing->flow, branch(request, in)));
    s_.transport->send(outgoing->flow, outgoing->request.bytes());
    ++s_.counters->forwarded_requests;
    return;
  }
  refuse(request, in, {503});
}

std::string Stateless::branch(const sip::Message& request, const transport::Flow& in) const {
  const std::string origin = std::to_string(listen_of(s_.names->listen(), in)) + '.' + std::to_string(in.connection);
  const auto via = sip::Via::parse(request.top(HeaderId::Via).value_or(std::string_view{}));
  std::string out = std::string(kMark) + origin + '.' + hex(via ? hash(request, *via, origin) : 0);
  return out += loop_mark(request, s_.loop_secret);
}

// `via`: the one that the request came with. Its branch alone names the transaction, but old peers have none (§16.11).
std::uint64_t Stateless::hash(const sip::Message& message, const sip::Via& via, std::string_view origin) const {
  std::string text(origin);
  const auto add = [&](std::string_view part) { (text += '\n') += part; };
  add(via.branch());
  add(via.sent_by());
  add(via.received() ? via.received()->text() : std::string{});
  add(via.rport() ? std::to_string(*via.rport()) : std::string{});
  add(message.from_tag());
  add(message.call_id());
  add(std::to_string(message.cseq()));
  return siphash(key_, text);
}

// §16.11: no other check than that it answers what we have forwarded. False for a response of a transaction.
bool Stateless::respond(const sip::Message& response, const sip::Via& top, const IpAddress& from) const {
  const auto origin = read_origin(top.branch());
  if (!origin) return false;
  const auto next = second_via(response);
  const auto& listening = s_.names->listen();
  if (!next || origin->listen >= listening.size() || origin->hash != hex(hash(response, *next, origin->text)))
    return true;  // not ours, or meant for ourselves: nobody waits for it
  const transport::Listen& listen = listening[origin->listen];
  const auto address = next->has_received() ? next->received() : IpAddress::parse(next->host);
  if (!address) return true;
  const std::uint16_t port = next->rport().value_or(next->port.value_or(transport::default_port(listen.protocol)));
  sip::Edit edit(response);
  edit.remove_top(HeaderId::Via);
  if (!balances()) s_.identities->passed(edit, from, *address);
  s_.transport->send({listen.protocol, listen.endpoint, {*address, port}, origin->connection}, edit.bytes());
  ++s_.counters->forwarded_responses;
  return true;
}

// §8.2.7: the same answer, tag and all, to the same request; nothing is ever said to an ACK.
void Stateless::refuse(const sip::Message& request, const transport::Flow& in, const Reply& reply) const {
  if (request.method() == Method::Ack) return;
  auto out = sip::Builder::response(request, reply.status, branch(request, in).substr(kMark.size()), reply.phrase());
  for (const auto& [header, value] : reply.headers) out.add(header, value);
  if (!s_.config->server_name.empty()) out.add(HeaderId::Server, s_.config->server_name);
  s_.transport->respond(out.build(), in);
}

}  // namespace offhook::proxy
