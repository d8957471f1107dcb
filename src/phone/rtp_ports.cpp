#include "rtp_ports.hpp"

#include <vector>

namespace offhook::phone {

std::optional<std::uint16_t> RtpPorts::take(const IpAddress& address, config::RtpPortRange range) {
  auto& ports = ranges_.try_emplace(Key{address, range.min, range.max}, range.min, range.max).first->second;
  // Ports that a phone with another, overlapping range holds are put aside and returned to this range at the end.
  std::vector<std::uint16_t> aside;
  std::optional<std::uint16_t> found;
  while (!found) {
    const auto port = ports.take();
    if (!port) break;
    if (in_use_.insert({address, *port}).second)
      found = port;
    else
      aside.push_back(*port);
  }
  for (const auto port : aside) ports.give_back(port);
  return found;
}

void RtpPorts::give_back(const IpAddress& address, config::RtpPortRange range, std::uint16_t port) {
  if (in_use_.erase({address, port}) == 0) return;
  const auto ports = ranges_.find(Key{address, range.min, range.max});
  if (ports != ranges_.end()) ports->second.give_back(port);
}

}  // namespace offhook::phone
