#include "relay/relay.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "cluster/nodes.hpp"
#include "loop.hpp"
#include "route/breadth.hpp"
#include "sip/builder.hpp"
#include "sip/edit.hpp"
#include "sip/header/numbers.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;
using transaction::Owner;

// RFC 3326: tells the phones that lose a fork not to show a missed call.
constexpr std::string_view kElsewhere = "SIP;cause=200;text=\"Call completed elsewhere\"";

bool has_second_via(const sip::Message& response) {
  auto via = response.values(HeaderId::Via).begin();
  if (via != std::default_sentinel) ++via;
  return via != std::default_sentinel;
}

// Between the q of two rounds of targets: those of one q are tried at once.
constexpr int kRound = 2'000'000;

bool is_same(const Target& a, const Target& b) {
  if (a.connection.number != b.connection.number) return false;
  const auto x = sip::Uri::parse(a.uri), y = sip::Uri::parse(b.uri);
  return a.uri == b.uri || (x && y && sip::equal(*x, *y));
}

// Where another trunk may do better.
bool is_outage(int status) { return status == 408 || status == 500 || (status >= 502 && status <= 504); }

}  // namespace

void Relays::start(Now now, transaction::ServerId server, const Job& job, std::vector<Target> targets, Caller caller) {
  const RelayId id = relays_.insert();
  Relay& relay = *relays_.find(id);
  relay.server = server;
  relay.invite = job.request.method() == sip::Method::Invite;
  relay.informs = caller.informs;
  relay.assertion = std::move(caller.assertion);
  relay.call = caller.call;
  relay.is_user = caller.is_user;
  relay.targets = std::move(targets);
  s_.transactions->set_owner(server, id.number());
  wave(now, id, job);
  advance(now, id);
}

Job Relays::job_of(const sip::Message& request, const transport::Flow& in) const {
  return {request, in, preprocess(request, *s_.names, in.local), loop_mark(request, s_.loop_secret)};
}

// The targets of the next q, all at once, as far as the request's breadth goes.
void Relays::wave(Now now, RelayId id, const Job& job) {
  Relay& relay = *relays_.find(id);
  const auto first = relay.targets.begin() + relay.next;
  const auto end = std::find_if(first, relay.targets.end(), [q = first->q](const Target& t) { return t.q != q; });
  const Breadth breadth(job.request, static_cast<std::size_t>(end - first));
  for (std::size_t n = 0; n < breadth.branches(); ++n) {
    const BranchId branch_id = branches_.insert();
    Branch& branch = *branches_.find(branch_id);
    branch.relay = id;
    branch.target = relay.next++;
    branch.breadth = breadth.share(n);
    relay.branches.push_back(branch_id);
    ++relay.pending;
    be_patient(now.mono, branch_id);
    begin(now, branch_id, job);
  }
}

void Relays::begin(Now now, BranchId id, const Job& job) {
  Branch& branch = *branches_.find(id);
  Relay& relay = *relays_.find(branch.relay);
  const auto hop = s_.forwarder->next_hop(job.request, job.plan, relay.targets[branch.target]);
  if (hop.address) {
    if (launch(now, id, job, *hop.address, hop.way)) return;
  } else if (hop.name) {
    auto location = s_.resolver->locate(now, *hop.name);
    branch.is_named = true;
    if (location.pending) {
      branch.resolution = location.pending;
      waiting_[location.pending] = id;
      return;
    }
    branch.servers = std::move(location.targets);
  }
  if (launch(now, id, job) || next_flow(now, id, false)) return;
  relay.best.offer(503);
  drop(id);
}

bool Relays::launch(Now now, BranchId id, const Job& job) {
  Branch& branch = *branches_.find(id);
  if (branch.servers.empty()) return false;
  const auto way = s_.forwarder->way(job.request, job.plan, relays_.find(branch.relay)->targets[branch.target]);
  while (!branch.servers.empty()) {
    transport::Target server = std::move(branch.servers.front());
    branch.servers.erase(branch.servers.begin());
    if (launch(now, id, job, std::move(server), way)) return true;
  }
  return false;
}

bool Relays::launch(Now now, BranchId id, const Job& job, transport::Target server, const Forwarder::Way& way) {
  Branch& branch = *branches_.find(id);
  const Relay& relay = *relays_.find(branch.relay);
  const Target& target = relay.targets[branch.target];
  branch.server = std::move(server);
  auto outgoing = s_.forwarder->make(job.request, way, target, branch.server, job.in);
  if (!outgoing) return false;
  ++s_.counters->forwarded_requests;
  Breadth::put(outgoing->request, branch.breadth);
  if (relay.assertion) relay.assertion->edit(outgoing->request, target.manner.get());
  if (branch.credentials) branch.credentials->add(outgoing->request, job.request.method_text(), target.uri, *s_.random);
  if (relay.invite) arm_timer_c(now.mono, id, branch);
  branch.client = s_.transactions->start(now.mono, outgoing->request, outgoing->flow, id.number(), job.mark);
  return true;
}

// RFC 3263 §4.3: the same request with another branch parameter to the next server.
bool Relays::next_server(Now now, BranchId id) {
  const Branch& branch = *branches_.find(id);
  const Relay& relay = *relays_.find(branch.relay);
  if (branch.servers.empty() || relay.closed || relay.answered || relay.server_gone) return false;
  const auto* kept = s_.transactions->request_of(relay.server);
  const auto in = s_.transactions->flow_of(relay.server);
  if (kept == nullptr || !in) return false;
  const sip::Message request = *kept;
  return launch(now, id, job_of(request, *in));
}

bool Relays::next_flow(Now now, BranchId id, bool is_dead) {
  Branch& branch = *branches_.find(id);
  Relay& relay = *relays_.find(branch.relay);
  Target& target = relay.targets[branch.target];
  if (!target.instance) return false;
  if (is_dead && target.instance->flow.reg_id != 0) s_.flow_failed(now, target.instance->flow);
  if (relay.closed || relay.answered || relay.server_gone) return false;
  const auto* kept = s_.transactions->request_of(relay.server);
  const auto in = s_.transactions->flow_of(relay.server);
  auto next = next_of_instance(target);
  if (kept == nullptr || !in || !next) return false;
  const sip::Message request = *kept;
  target = *std::move(next);
  wheel_.cancel(branch.timer_c);
  branch.client = {};  // what the old one still says is of no interest
  branch.servers.clear();
  branch.is_named = branch.heard = branch.overdue = false;
  begin(now, id, job_of(request, *in));
  return true;
}

bool Relays::located(Now now, const transport::Located& event) {
  const auto found = waiting_.extract(event.id);
  if (found.empty()) return false;
  const BranchId id = found.mapped();
  Branch& branch = *branches_.find(id);
  const RelayId relay_id = branch.relay;
  branch.resolution = {};
  branch.servers = event.location.targets;
  if (next_server(now, id)) return true;
  if (next_flow(now, id, false)) {
    advance(now, relay_id);
    return true;
  }
  relays_.find(relay_id)->best.offer(503);
  drop(id);
  advance(now, relay_id);
  return true;
}

// A branch without a client transaction ends at once.
void Relays::drop(BranchId id) {
  Branch& branch = *branches_.find(id);
  if (branch.resolution) {
    waiting_.erase(branch.resolution);
    s_.resolver->cancel(branch.resolution);
  }
  settle(branch);
  std::erase(relays_.find(branch.relay)->branches, id);
  branches_.erase(id);
}

void Relays::next_wave(Now now, RelayId id) {
  Relay& relay = *relays_.find(id);
  const auto* kept = s_.transactions->request_of(relay.server);
  const auto in = s_.transactions->flow_of(relay.server);
  if (kept == nullptr || !in) {
    relay.closed = true;
    return;
  }
  const sip::Message request = *kept;  // request_of is good until the next call only
  wave(now, id, job_of(request, *in));
}

void Relays::cancel(Now now, Owner owner, std::string_view reason) {
  const RelayId id = RelayId::from_number(owner);
  Relay* relay = relays_.find(id);
  if (relay == nullptr || relay->answered) return;
  relay->cancelled = relay->closed = true;
  if (relay->call) s_.calls->cancelled(relay->call);
  cancel_branches(now.mono, *relay, reason);
  advance(now, id);
}

void Relays::cancel_branches(TimePoint now, Relay& relay, std::string_view reason) {
  if (relay.pending == 0) return;
  const auto branches = relay.branches;
  for (const BranchId id : branches) {
    const Branch* branch = branches_.find(id);
    if (branch == nullptr || branch->done) continue;
    if (branch->resolution) {
      if (relay.cancelled) relay.best.offer(487);
      drop(id);
    } else if (relay.invite) {
      s_.transactions->cancel(now, branch->client, reason);
    }
  }
}

void Relays::respond(Now now, transaction::ResponseReceived&& event) {
  const BranchId id = BranchId::from_number(event.owner);
  Branch* branch = branches_.find(id);
  if (branch == nullptr || branch->client != event.id) return;
  const int status = event.response.status();
  branch->heard = true;
  if (branch->patience && is_enough(*branch)) wheel_.cancel(branch->patience);
  if (branch->is_named && status != 503) s_.resolver->succeeded(branch->server);
  if (!has_second_via(event.response)) {
    // With no Via but ours it is meant for nobody behind us (§16.7 step 3); its transaction has ended all the same.
    if (status >= 200) fail(now, event.owner, event.id, 500);
    return;
  }
  if (status < 200)
    provisional(now.mono, id, *branch, event.response);
  else if (status < 300)
    success(now.mono, id, event.response);
  else
    failure(now, id, std::move(event.response));
}

// 100 is hop by hop. A non-INVITE has no other provisional response (RFC 4320 §4.1).
void Relays::provisional(TimePoint now, BranchId id, Branch& branch, const sip::Message& response) {
  Relay* relay = relays_.find(branch.relay);
  if (relay == nullptr || branch.done || response.status() == 100 || !relay->invite) return;
  if (!branch.overdue) arm_timer_c(now, id, branch);
  if (relay->call) s_.calls->provisional(now, relay->call, id.number(), response, relay->targets[branch.target].aor);
  if (!relay->answered) forward(now, *relay, branch, response);
}

// §16.7 step 5: a 2xx goes on at once; every 2xx to an INVITE does, also retransmitted ones and those of other
// branches.
void Relays::success(TimePoint now, BranchId branch_id, const sip::Message& response) {
  Branch& branch = *branches_.find(branch_id);
  const RelayId id = branch.relay;
  Relay* relay = relays_.find(id);
  if (relay == nullptr) return;
  settle(branch);
  if (relay->answered && !relay->invite) return;
  relay->answered = relay->closed = true;
  if (relay->call) s_.calls->success(now, relay->call, response, relay->targets[branch.target].aor);
  forward(now, *relay, branch, response);
  cancel_branches(now, *relay, kElsewhere);
  erase_if_over(id);
}

void Relays::failure(Now now, BranchId id, sip::Message response) {
  Branch& branch = *branches_.find(id);
  const RelayId relay_id = branch.relay;
  Relay* relay = relays_.find(relay_id);
  if (relay == nullptr || branch.done) return;
  if (answer_challenge(now, id, response)) return;
  const bool overdue = branch.overdue;
  if (response.status() == 503 && branch.is_named) {
    s_.resolver->failed(now, branch.server, seconds(sip::retry_after(response).value_or(0)));
    if (next_server(now, id)) return;
  }
  // The instance has not answered: its flow has failed, or nothing came over it.
  const bool is_dead = response.status() == 430;
  if ((is_dead || response.status() == 408) && next_flow(now, id, is_dead)) return advance(now, relay_id);
  settle(branch);
  if (relay->call) s_.calls->branch_failed(now.mono, relay->call, id.number(), response.status());
  if (response.status() < 400 && follow(now, *relay, branch, response)) return advance(now, relay_id);
  close_by(now.mono, *relay, branch, response.status());
  if (sip::Edit edit(response); identify(edit, *relay, branch), !edit.empty()) response = edit.apply();
  // The 487 to Timer C's CANCEL: the caller cancelled nothing, for it nobody answered in time.
  if (overdue && response.status() == 487 && !relay->cancelled)
    relay->best.offer(408);
  else
    relay->best.offer(std::move(response));
  advance(now, relay_id);
}

// They have their turn after the branches that are under way, before what has a lower q. What was tried already is not
// tried again, so that phones that forward to each other end the call.
bool Relays::follow(Now now, Relay& relay, const Branch& branch, const sip::Message& response) {
  const auto* request = s_.transactions->request_of(relay.server);
  const auto in = s_.transactions->flow_of(relay.server);
  if (relay.closed || relay.answered || request == nullptr || !in) return false;
  const Target& redirecting = relay.targets[branch.target];
  auto found = s_.redirections->follow(
      now, response,
      {relay.is_user, redirecting.is_registered, iequals(request->request_uri().substr(0, 5), "sips:"), in->local});
  std::erase_if(found, [&](const Target& target) {
    return std::ranges::any_of(relay.targets, [&](const Target& other) { return is_same(target, other); });
  });
  const std::size_t left = s_.redirections->most() - std::min<std::size_t>(relay.redirected, s_.redirections->most());
  if (found.size() > left) found.resize(left);
  if (found.empty()) return false;
  ++relay.redirections;
  for (Target& target : found) {
    target.q += relay.redirections * kRound;
    if (!target.manner) target.manner = redirecting.manner;
  }
  relay.redirected += static_cast<std::uint8_t>(found.size());
  relay.targets.insert(relay.targets.begin() + relay.next, std::make_move_iterator(found.begin()),
                       std::make_move_iterator(found.end()));
  return true;
}

void Relays::fail(Now now, Owner owner, transaction::ClientId client, int status) {
  const BranchId id = BranchId::from_number(owner);
  Branch* branch = branches_.find(id);
  if (branch == nullptr || branch->done || branch->client != client) return;
  const RelayId relay_id = branch->relay;
  Relay* relay = relays_.find(relay_id);
  if (branch->is_named && !branch->heard) {
    s_.resolver->failed(now, branch->server);
    // A non-INVITE whose Timer F has fired is of no interest any more: its sender has given up as well (RFC 4320 §4.2).
    if ((relay->invite || status != 408) && next_server(now, id)) return;
  }
  const bool is_silent = status == 503 || (status == 408 && relay->invite);
  // A node that cannot be reached says nothing of the flows that it has.
  const bool is_by_node = leads_to_node(relay->targets[branch->target].path);
  const bool is_dead = status == 503 && !is_by_node;
  if (is_silent && next_flow(now, id, is_dead)) return advance(now, relay_id);
  if (status == 503 && is_by_node) status = 480;  // as when it is known not to answer
  settle(*branch);
  if (relay->call) s_.calls->branch_failed(now.mono, relay->call, id.number(), status);
  close_by(now.mono, *relay, *branch, status);
  // A branch that never answered and was cancelled meanwhile: the caller waits for its 487.
  relay->best.offer(relay->cancelled ? 487 : status);
  advance(now, relay_id);
}

// A 6xx ends the search, unless its target speaks for itself alone; of several trunks any answer but an outage does.
void Relays::close_by(TimePoint now, Relay& relay, const Branch& branch, int status) {
  const Manner* const manner = relay.targets[branch.target].manner.get();
  if (manner != nullptr && manner->fails_over && !is_outage(status)) relay.closed = true;
  if (status < 600 || relay.closed || (manner != nullptr && manner->refuses_alone)) return;
  relay.closed = true;
  cancel_branches(now, relay, {});
}

void Relays::settle(Branch& branch) {
  wheel_.cancel(branch.timer_c);
  wheel_.cancel(branch.patience);
  if (branch.done) return;
  branch.done = true;
  branch.servers = {};
  if (Relay* relay = relays_.find(branch.relay)) --relay->pending;
}

// All branches have ended: the next q, or the end.
void Relays::advance(Now now, RelayId id) {
  Relay* relay = relays_.find(id);
  while (relay->pending == 0 && !relay->answered && !relay->closed && relay->next < relay->targets.size())
    next_wave(now, id);
  if (relay->pending == 0 && !relay->answered) conclude(now.mono, *relay);
  erase_if_over(id);
}

void Relays::conclude(TimePoint now, Relay& relay) {
  relay.answered = true;
  const int status = relay.best.status();
  if (relay.call) s_.calls->failed(now, relay.call, status);
  // RFC 4320 §4.2: a non-INVITE gets no 408, whoever said it.
  if (status == 408 && !relay.invite) return s_.transactions->abandon(now, relay.server);
  if (const auto response = relay.best.message()) {
    return answer(now, relay, {response->status(), std::move(*response).release()});
  }
  if (const auto* request = s_.transactions->request_of(relay.server)) {
    const sip::Message copy = *request;
    s_.answers->send(now, relay.server, copy, {status});
  }
}

void Relays::forward(TimePoint now, Relay& relay, const Branch& branch, const sip::Message& response) {
  sip::Edit edit(response);
  edit.remove_top(HeaderId::Via);
  identify(edit, relay, branch);
  if (relay.informs && response.status() / 100 == 2) inform(now, relay, edit);
  answer(now, relay, {response.status(), edit.bytes()});
}

void Relays::identify(sip::Edit& edit, const Relay& relay, const Branch& branch) const {
  s_.identities->answered(edit, relay.assertion.get(), relay.targets[branch.target], branch.server.remote.address);
}

void Relays::answer(TimePoint now, const Relay& relay, transaction::Response response) {
  ++s_.counters->forwarded_responses;
  if (relay.call && s_.records->hold(now, relay.call.call.number(), relay.server, response)) return;
  s_.transactions->respond(now, relay.server, std::move(response));
}

// RFC 7615 §3. Said once: the request is not kept longer than to the first 2xx.
void Relays::inform(TimePoint now, Relay& relay, sip::Edit& edit) {
  relay.informs = false;
  const auto* request = s_.transactions->request_of(relay.server);
  if (request == nullptr) return;
  const auto info = s_.authenticator->information(now, *request, Realm::Proxy, edit.source().body());
  if (!info.empty()) edit.append("Proxy-Authentication-Info", info);
}

void Relays::arm_timer_c(TimePoint now, BranchId id, Branch& branch) {
  wheel_.cancel(branch.timer_c);
  branch.timer_c = wheel_.arm(now + s_.timer_c, id.number());
}

void Relays::wake(Now now) {
  wheel_.advance(now.mono, [&](std::uint64_t payload) {
    if ((payload & kPatience) != 0) {
      const BranchId id = BranchId::from_number(payload & ~kPatience);
      if (Branch* const branch = branches_.find(id)) branch->patience = {};
      return give_up(now, id, 408);
    }
    timer_c(now.mono, BranchId::from_number(payload));
  });
}

// §16.8. A branch that has not even had a provisional response is Timer B's affair, which is shorter; the CANCEL then
// waits in the layer.
void Relays::timer_c(TimePoint now, BranchId id) {
  Branch* branch = branches_.find(id);
  if (branch == nullptr || branch->done) return;
  branch->timer_c = {};
  branch->overdue = true;
  s_.transactions->cancel(now, branch->client);
}

// Of a branch that has gone on to another server only the last transaction counts.
void Relays::client_gone(Now now, Owner owner, transaction::ClientId client) {
  const BranchId id = BranchId::from_number(owner);
  const Branch* branch = branches_.find(id);
  if (branch == nullptr || branch->client != client) return;
  if (!branch->done) fail(now, owner, client, 408);
  branch = branches_.find(id);
  if (branch == nullptr || branch->client != client) return;
  const RelayId relay_id = branch->relay;
  branches_.erase(id);
  if (Relay* relay = relays_.find(relay_id)) std::erase(relay->branches, id);
  erase_if_done(relay_id);
}

void Relays::server_gone(TimePoint now, Owner owner) {
  const RelayId id = RelayId::from_number(owner);
  Relay* relay = relays_.find(id);
  if (relay == nullptr) return;
  relay->server_gone = relay->closed = true;
  if (!relay->answered) {
    if (relay->call) s_.calls->failed(now, relay->call, 408);
    cancel_branches(now, *relay, {});
  }
  erase_if_done(id);
}

std::size_t Relays::unanswered() const {
  std::size_t count = 0;
  relays_.for_each([&](RelayId, const Relay& relay) { count += relay.answered || relay.server_gone ? 0 : 1; });
  return count;
}

// What is kept for retransmissions (Timers J and K) is kept by the transactions; what still comes of other branches
// goes nowhere.
void Relays::erase_if_over(RelayId id) {
  Relay* const relay = relays_.find(id);
  if (relay == nullptr || relay->invite || !relay->answered) return;
  for (const BranchId branch : std::exchange(relay->branches, {})) {
    if (Branch* const still = branches_.find(branch)) settle(*still);
    branches_.erase(branch);
  }
  relays_.erase(id);
}

void Relays::erase_if_done(RelayId id) {
  const Relay* relay = relays_.find(id);
  if (relay != nullptr && relay->server_gone && relay->branches.empty()) relays_.erase(id);
}

}  // namespace offhook::proxy
