#include "udp_runs.hpp"

#include <algorithm>

namespace offhook::io {

std::span<const UdpRuns::Run> UdpRuns::make(std::span<const OutgoingDatagram> batch, bool may_join) {
  runs_.clear();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto here = static_cast<std::uint8_t>(i);
    const std::size_t size = batch[i].bytes.size();
    Run* const run = may_join ? latest(batch, batch[i].to) : nullptr;
    if (run == nullptr || !run->is_open || size > run->size || size == 0 || run->octets + size > kMostOctets) {
      runs_.push_back({here, here, 1, size <= kLargest, size, size});
      continue;
    }
    next_.at(run->last) = here;
    run->last = here;
    ++run->count;
    run->octets += size;
    run->is_open = size == run->size;
  }
  return runs_;
}

// A batch has few peers, and the one that is looked for is most often among the last.
UdpRuns::Run* UdpRuns::latest(std::span<const OutgoingDatagram> batch, const Endpoint& to) {
  const auto found =
      std::find_if(runs_.rbegin(), runs_.rend(), [&](const Run& run) { return batch[run.first].to == to; });
  return found == runs_.rend() ? nullptr : &*found;
}

}  // namespace offhook::io
