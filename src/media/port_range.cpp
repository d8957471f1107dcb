#include "media/port_range.hpp"

namespace offhook::media {

PortRange::PortRange(std::uint16_t low, std::uint16_t high) {
  const int first = low + (low & 1);
  first_ = static_cast<std::uint16_t>(first);
  if (low == 0 || first + 1 > high) return;
  used_.resize(static_cast<std::size_t>((high - first + 1) / 2));
}

std::optional<std::uint16_t> PortRange::take() {
  if (taken_ == used_.size()) return std::nullopt;
  while (used_[next_]) next_ = (next_ + 1) % used_.size();
  const std::size_t pair = next_;
  next_ = (next_ + 1) % used_.size();
  used_[pair] = true;
  ++taken_;
  return static_cast<std::uint16_t>(first_ + 2 * pair);
}

void PortRange::give_back(std::uint16_t port) {
  if (port < first_ || (port - first_) % 2 != 0) return;
  const auto pair = static_cast<std::size_t>(port - first_) / 2;
  if (pair >= used_.size() || !used_[pair]) return;
  used_[pair] = false;
  --taken_;
}

}  // namespace offhook::media
