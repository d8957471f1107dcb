// `offhook flow run --sim`: flows in virtual time, one seed or many.
#pragma once
#include <cstdint>
#include <vector>

#include "flow/script.hpp"
#include "flow_output.hpp"

namespace offhook {

struct SimChoice {
  std::uint64_t seeds = 1, first_seed = 1;
  // Negative: the default, which is a perfect network for one seed and 5 % loss, 2 % duplication and reordering for
  // several.
  double loss = -1, duplication = -1, reordering = -1;
  bool rough = false;  // the network of several seeds also for a single one
};

// Exit code.
int run_sim(const SimChoice& choice, const FlowOutput& output, const std::vector<flow::Script>& scripts);

}  // namespace offhook
