// Runs a script in a world and says what came of it. Pure: the world lends time and phones.
#pragma once
#include <string>
#include <vector>

#include "base/time.hpp"
#include "flow/report.hpp"
#include "flow/script.hpp"
#include "flow/world.hpp"

namespace offhook::flow {

struct RunOptions {
  // The world loses, repeats and reorders datagrams: the order of milestones is not judged and provisional responses
  // may be missing, but every other milestone must have arrived, and states and hearing must hold.
  bool lossy = false;
  Duration patience{seconds(45)};  // lossy: how long to wait for any one thing; Timer B and F take 32 s
  bool hang_up = true;             // afterwards end the calls that the flow has left standing
};

[[nodiscard]] Report run(const Script& script, World& world, const RunOptions& options = {});

// Ends every call of these parties; false when one is still there after `patience`.
bool hang_up_all(World& world, const std::vector<PartyPlan>& parties, Duration patience);

}  // namespace offhook::flow
