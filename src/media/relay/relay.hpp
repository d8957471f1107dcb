// The relayed addresses of a session's two ports: an allocation each at one TURN server (RFC 8656), asked for while the
// session looks for its other addresses, and kept for as long as it lives.
// Owned by a Session; its tick drives it.
#pragma once
#include <array>
#include <memory>
#include <optional>

#include "media/engine.hpp"
#include "nat/gatherer.hpp"
#include "turn/allocation.hpp"

namespace offhook::media {

class Relay {
 public:
  // What has not come by then comes too late: as long as a STUN server is waited for.
  static constexpr Duration kPatience = milliseconds(2500);

  // `random` must outlive it.
  Relay(TimePoint now, std::shared_ptr<const turn::Server> server, Random& random);

  [[nodiscard]] const Endpoint& server() const { return allocations_[0].server(); }
  [[nodiscard]] turn::Allocation& of(bool rtcp) { return allocations_[rtcp ? 1 : 0]; }

  // The datagrams that are due, for the server: send(bool rtcp, std::string_view bytes).
  template <class Send>
  void flush(TimePoint now, Send&& send) {
    for (const bool rtcp : {false, true})
      while (const auto datagram = of(rtcp).poll(now)) send(rtcp, *datagram);
  }
  // Once, when all is known or given up: `seen` is what a STUN server has told, `waits` for one that has not yet.
  [[nodiscard]] std::optional<Mapped> take_result(TimePoint now, bool waits, std::optional<Gatherer::Result> seen);
  void close(TimePoint now);

 private:
  std::array<turn::Allocation, 2> allocations_;  // RTP, RTCP
  TimePoint late_;
  std::optional<Gatherer::Result> seen_;
  bool told_ = false;
};

}  // namespace offhook::media
