#include "srv_order.hpp"

#include <algorithm>

namespace offhook::transport {
namespace {

using Iterator = std::vector<dns::Srv>::iterator;

// One priority. Those of weight 0 stand first; a number between 0 and the sum of all weights, both included, takes the
// first record whose running sum reaches it: a weight of 0 has a small chance, and the only one when all weigh nothing.
void draw(Iterator first, Iterator last, Random& random) {
  std::stable_partition(first, last, [](const dns::Srv& srv) { return srv.weight == 0; });
  std::uint64_t sum = 0;
  for (auto it = first; it != last; ++it) sum += it->weight;
  for (; first != last; ++first) {
    const std::uint64_t number = random.below(sum + 1);
    std::uint64_t running = 0;
    auto chosen = first;
    for (; chosen != last; ++chosen) {
      running += chosen->weight;
      if (running >= number) break;
    }
    sum -= chosen->weight;
    std::rotate(first, chosen, chosen + 1);  // the rest keeps its order: zeros stay in front
  }
}

}  // namespace

std::vector<dns::Srv> srv_order(std::vector<dns::Srv> records, Random& random) {
  std::stable_sort(records.begin(), records.end(),
                   [](const dns::Srv& a, const dns::Srv& b) { return a.priority < b.priority; });
  for (auto first = records.begin(); first != records.end();) {
    const auto last =
        std::find_if(first, records.end(), [&](const dns::Srv& srv) { return srv.priority != first->priority; });
    draw(first, last, random);
    first = last;
  }
  return records;
}

}  // namespace offhook::transport
