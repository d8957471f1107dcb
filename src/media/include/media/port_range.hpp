// Hands out RTP ports: even ones of a range, the odd one above belongs to RTCP (RFC 3550 §11; guide
// network.port.min_rtpport/max_rtpport, 11780-12780). Round robin, so that a port just freed rests before its next use.
// Owned by the phone (the offer names the port before media opens); a plain value.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace offhook::media {

class PortRange {
 public:
  PortRange() : PortRange(11780, 12780) {}
  // Both ends inclusive; the RTCP port must fit as well. An empty range gives no port.
  PortRange(std::uint16_t low, std::uint16_t high);

  [[nodiscard]] std::optional<std::uint16_t> take();
  // A port that is not taken is ignored.
  void give_back(std::uint16_t port);
  [[nodiscard]] std::size_t taken() const { return taken_; }
  [[nodiscard]] std::size_t capacity() const { return used_.size(); }

 private:
  std::uint16_t first_ = 0;
  std::vector<bool> used_;  // one a pair of ports
  std::size_t next_ = 0;
  std::size_t taken_ = 0;
};

}  // namespace offhook::media
