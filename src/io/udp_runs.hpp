// Which datagrams of a batch the kernel may be given as one (UDP_SEGMENT): those for one peer that follow each other
// and have one size; the last of them may be shorter. Each peer gets his in the order in which they were queued.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/endpoint.hpp"

namespace offhook::io {

struct OutgoingDatagram {
  Endpoint to;
  std::string bytes;
};

class UdpRuns {
 public:
  static constexpr std::size_t kBatch = 64;  // no run is longer: the kernel takes no more segments (UDP_MAX_SEGMENTS)
  // Larger ones are fragmented on their way, and that the kernel does for single ones only: 1500 of an Ethernet without
  // the headers of IPv6 and UDP.
  static constexpr std::size_t kLargest = 1452;
  static constexpr std::size_t kMostOctets = 65000;  // of a run: it is one packet until it leaves

  struct Run {
    std::uint8_t first = 0, last = 0, count = 0;  // the first and the last datagram
    bool is_open = false;                         // another one may follow
    std::size_t size = 0;                         // of each, and of the last one at most
    std::size_t octets = 0;                       // of all
  };

  // Of a batch of at most kBatch datagrams; good until the next call. Unless they may be joined each is a run.
  [[nodiscard]] std::span<const Run> make(std::span<const OutgoingDatagram> batch, bool may_join);
  // The datagram behind that one in its run, which has such a one.
  [[nodiscard]] std::size_t next(std::size_t datagram) const { return next_.at(datagram); }

 private:
  [[nodiscard]] Run* latest(std::span<const OutgoingDatagram> batch, const Endpoint& to);

  std::vector<Run> runs_;
  std::array<std::uint8_t, kBatch> next_{};
};

}  // namespace offhook::io
