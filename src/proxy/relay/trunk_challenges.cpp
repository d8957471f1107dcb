// Calls at a trunk that asks for the password of our account there: the same request once more, with credentials.
//
// RFC 3261 §22.3 would have it sent with a higher CSeq, which a proxy may not: the phone would not know its own call
// again. Servers that ask for a password take the same number, for the request that they have refused is over.
#include "relay/relay.hpp"

namespace offhook::proxy {
namespace {

constexpr int kMostChallenges = 3;

}  // namespace

bool Relays::has_account(const Branch& branch, std::string& username, std::string& password) const {
  const Manner* const manner = relays_.find(branch.relay)->targets[branch.target].manner.get();
  if (manner != nullptr && !manner->username.empty()) {
    username = manner->username;
    password = manner->password;
    return true;
  }
  // A request inside a dialog goes where its route says, which may be a trunk as well.
  const Trunk* const trunk = s_.router->trunk_at(branch.server.remote.address);
  if (trunk == nullptr || trunk->username.empty()) return false;
  username = trunk->username;
  password = trunk->password;
  return true;
}

bool Relays::answer_challenge(Now now, BranchId id, const sip::Message& response) {
  if (response.status() != 401 && response.status() != 407) return false;
  Branch& branch = *branches_.find(id);
  if (!branch.credentials) {
    std::string username, password;
    if (!has_account(branch, username, password)) return false;
    branch.credentials = std::make_unique<TrunkCredentials>(std::move(username), std::move(password));
  }
  if (branch.challenges++ < kMostChallenges && branch.credentials->learn(response)) {
    branch.servers.insert(branch.servers.begin(), branch.server);
    if (next_server(now, id)) return true;
  }
  // The password is wrong, which is nothing that the caller could do anything about.
  if (!branch.done) fail(now, id.number(), branch.client, 502);
  return true;
}

}  // namespace offhook::proxy
