// Branches that are not waited for: their target's patience has run out, or the node that they go by way of has died.
#include "cluster/nodes.hpp"
#include "relay/relay.hpp"

namespace offhook::proxy {

void Relays::be_patient(TimePoint now, BranchId id) {
  Branch& branch = *branches_.find(id);
  const Manner* const manner = relays_.find(branch.relay)->targets[branch.target].manner.get();
  if (manner != nullptr && manner->patience.count() > 0)
    branch.patience = wheel_.arm(now + manner->patience, id.number() | kPatience);
}

bool Relays::is_enough(const Branch& branch) const {
  const Relay* const relay = relays_.find(branch.relay);
  return relay != nullptr && relay->targets[branch.target].manner->until_heard;
}

// The branch ends here; what it still says is of no interest, but a 2xx that crosses the CANCEL goes on like any other.
void Relays::give_up(Now now, BranchId id, int status) {
  Branch* branch = branches_.find(id);
  if (branch == nullptr || branch->done) return;
  const RelayId relay_id = branch->relay;
  Relay* const relay = relays_.find(relay_id);
  relay->best.offer(relay->cancelled ? 487 : status);
  if (relay->call) s_.calls->branch_failed(now.mono, relay->call, id.number(), status);
  if (branch->resolution) {
    drop(id);
  } else {
    settle(*branch);
    if (relay->invite) s_.transactions->cancel(now.mono, branch->client);
  }
  advance(now, relay_id);
}

void Relays::node_died(Now now, std::string_view node) {
  std::vector<BranchId> lost;
  branches_.for_each([&](BranchId id, const Branch& branch) {
    const Relay* const relay = relays_.find(branch.relay);
    if (!branch.done && relay != nullptr && node_of(relay->targets[branch.target].path) == node) lost.push_back(id);
  });
  for (const BranchId id : lost) {
    const Branch* const branch = branches_.find(id);
    if (branch == nullptr || branch->done) continue;
    const RelayId relay = branch->relay;
    const transaction::ClientId client = branch->client;
    if (!next_flow(now, id, false)) {
      give_up(now, id, 480);
      continue;
    }
    // Should it come back meanwhile, that phone must not ring twice.
    if (client && relays_.find(relay)->invite) s_.transactions->cancel(now.mono, client);
    advance(now, relay);
  }
}

}  // namespace offhook::proxy
