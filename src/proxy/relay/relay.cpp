#include "relay/relay.hpp"

#include <algorithm>

#include "loop.hpp"
#include "sip/edit.hpp"

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

}  // namespace

void Relays::start(TimePoint now, transaction::ServerId server, const sip::Message& request, const transport::Flow& in,
                   std::vector<Target> targets) {
  const RelayId id = relays_.insert();
  Relay& relay = *relays_.find(id);
  relay.server = server;
  relay.invite = request.method() == sip::Method::Invite;
  relay.targets = std::move(targets);
  s_.transactions->set_owner(server, id.number());
  wave(now, id, request, in);
  advance(now, id);
}

// The targets of the next q, all at once.
void Relays::wave(TimePoint now, RelayId id, const sip::Message& request, const transport::Flow& in) {
  Relay& relay = *relays_.find(id);
  const Plan plan = preprocess(request, *s_.names, in.local);
  const std::string mark = loop_mark(request, s_.loop_secret);
  const int q = relay.targets[relay.next].q;
  while (relay.next < relay.targets.size() && relay.targets[relay.next].q == q) {
    const auto outgoing = s_.forwarder->make(request, plan, relay.targets[relay.next++], in);
    if (!outgoing) {
      relay.best.offer(503);
      continue;
    }
    const BranchId branch_id = branches_.insert();
    Branch& branch = *branches_.find(branch_id);
    branch.relay = id;
    relay.branches.push_back(branch_id);
    ++relay.pending;
    ++s_.counters->forwarded_requests;
    if (relay.invite) arm_timer_c(now, branch_id, branch);
    branch.client = s_.transactions->start(now, outgoing->request, outgoing->flow, branch_id.number(), mark);
  }
}

void Relays::next_wave(TimePoint now, RelayId id) {
  Relay& relay = *relays_.find(id);
  const auto* kept = s_.transactions->request_of(relay.server);
  const auto in = s_.transactions->flow_of(relay.server);
  if (kept == nullptr || !in) {
    relay.closed = true;
    return;
  }
  const sip::Message request = *kept;  // request_of is good until the next call only
  wave(now, id, request, *in);
}

void Relays::cancel(TimePoint now, Owner owner, std::string_view reason) {
  Relay* relay = relays_.find(RelayId::from_number(owner));
  if (relay == nullptr || relay->answered) return;
  relay->cancelled = relay->closed = true;
  cancel_branches(now, *relay, reason);
}

void Relays::cancel_branches(TimePoint now, Relay& relay, std::string_view reason) {
  if (!relay.invite) return;
  for (const BranchId id : relay.branches)
    if (const Branch* branch = branches_.find(id); branch != nullptr && !branch->done)
      s_.transactions->cancel(now, branch->client, reason);
}

void Relays::respond(TimePoint now, transaction::ResponseReceived event) {
  const BranchId id = BranchId::from_number(event.owner);
  Branch* branch = branches_.find(id);
  if (branch == nullptr) return;
  const int status = event.response.status();
  if (!has_second_via(event.response)) {
    // With no Via but ours it is meant for nobody behind us (§16.7 step 3); its transaction has ended all the same.
    if (status >= 200) fail(now, event.owner, 503);
    return;
  }
  if (status < 200)
    provisional(now, id, *branch, event.response);
  else if (status < 300)
    success(now, *branch, event.response);
  else
    failure(now, *branch, std::move(event.response));
}

// 100 is hop by hop. A non-INVITE has no other provisional response (RFC 4320 §4.1).
void Relays::provisional(TimePoint now, BranchId id, Branch& branch, const sip::Message& response) {
  Relay* relay = relays_.find(branch.relay);
  if (relay == nullptr || branch.done || response.status() == 100 || !relay->invite) return;
  if (!branch.overdue) arm_timer_c(now, id, branch);
  if (!relay->answered) forward(now, *relay, response);
}

// §16.7 step 5: a 2xx goes on at once; every 2xx to an INVITE does, also retransmitted ones and those of other
// branches.
void Relays::success(TimePoint now, Branch& branch, const sip::Message& response) {
  const RelayId id = branch.relay;
  Relay* relay = relays_.find(id);
  if (relay == nullptr) return;
  settle(branch);
  if (relay->answered && !relay->invite) return;
  relay->answered = relay->closed = true;
  forward(now, *relay, response);
  cancel_branches(now, *relay, kElsewhere);
}

void Relays::failure(TimePoint now, Branch& branch, sip::Message response) {
  const RelayId id = branch.relay;
  Relay* relay = relays_.find(id);
  if (relay == nullptr || branch.done) return;
  const bool overdue = branch.overdue;
  settle(branch);
  if (response.status() >= 600 && !relay->closed) {
    relay->closed = true;
    cancel_branches(now, *relay, {});
  }
  // The 487 to Timer C's CANCEL: the caller cancelled nothing, for it nobody answered in time.
  if (overdue && response.status() == 487 && !relay->cancelled)
    relay->best.offer(408);
  else
    relay->best.offer(std::move(response));
  advance(now, id);
}

void Relays::fail(TimePoint now, Owner owner, int status) {
  Branch* branch = branches_.find(BranchId::from_number(owner));
  if (branch == nullptr || branch->done) return;
  const RelayId id = branch->relay;
  settle(*branch);
  Relay* relay = relays_.find(id);
  if (relay == nullptr) return;
  // A branch that never answered and was cancelled meanwhile: the caller waits for its 487.
  relay->best.offer(relay->cancelled ? 487 : status);
  advance(now, id);
}

void Relays::settle(Branch& branch) {
  wheel_.cancel(branch.timer_c);
  if (branch.done) return;
  branch.done = true;
  if (Relay* relay = relays_.find(branch.relay)) --relay->pending;
}

// All branches have ended: the next q, or the end.
void Relays::advance(TimePoint now, RelayId id) {
  Relay* relay = relays_.find(id);
  while (relay->pending == 0 && !relay->answered && !relay->closed && relay->next < relay->targets.size())
    next_wave(now, id);
  if (relay->pending == 0 && !relay->answered) conclude(now, *relay);
}

void Relays::conclude(TimePoint now, Relay& relay) {
  relay.answered = true;
  const int status = relay.best.status();
  // RFC 4320 §4.2: a non-INVITE gets no 408, whoever said it.
  if (status == 408 && !relay.invite) return s_.transactions->abandon(now, relay.server);
  if (const auto response = relay.best.message()) {
    s_.transactions->respond(now, relay.server, *response);
    ++s_.counters->forwarded_responses;
    return;
  }
  if (const auto* request = s_.transactions->request_of(relay.server)) {
    const sip::Message copy = *request;
    s_.answers->send(now, relay.server, copy, {status});
  }
}

void Relays::forward(TimePoint now, Relay& relay, const sip::Message& response) {
  sip::Edit edit(response);
  edit.remove_top(HeaderId::Via);
  s_.transactions->respond(now, relay.server, edit.apply());
  ++s_.counters->forwarded_responses;
}

void Relays::arm_timer_c(TimePoint now, BranchId id, Branch& branch) {
  wheel_.cancel(branch.timer_c);
  branch.timer_c = wheel_.arm(now + s_.timer_c, id.number());
}

void Relays::wake(TimePoint now) {
  wheel_.advance(now, [&](std::uint64_t payload) { timer_c(now, BranchId::from_number(payload)); });
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

void Relays::client_gone(TimePoint now, Owner owner) {
  const BranchId id = BranchId::from_number(owner);
  if (Branch* branch = branches_.find(id); branch != nullptr && !branch->done) fail(now, owner, 408);
  const Branch* branch = branches_.find(id);
  if (branch == nullptr) return;
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
  if (!relay->answered) cancel_branches(now, *relay, {});
  erase_if_done(id);
}

void Relays::erase_if_done(RelayId id) {
  const Relay* relay = relays_.find(id);
  if (relay != nullptr && relay->server_gone && relay->branches.empty()) relays_.erase(id);
}

}  // namespace offhook::proxy
