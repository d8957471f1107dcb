// What a session's two ports look like from outside: STUN (RFC 8489) from the RTP and the RTCP port. Once both are
// known, a request every now and then keeps the NAT's way open while nothing is said (RFC 6263 §4.6 asks for no more).
// Owned by a Session; its tick drives it.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/endpoint.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "stun/client.hpp"

namespace offhook::media {

class Gatherer {
 public:
  // `server` is asked for both ports. The Random must outlive it.
  Gatherer(TimePoint now, const Endpoint& server, Random& random);

  struct Result {
    std::optional<Endpoint> rtp, rtcp;  // nothing: the server did not answer
  };
  // The datagrams that are due: send(bool rtcp, const Endpoint& to, std::string_view bytes).
  template <class Send>
  void tick(TimePoint now, Send&& send) {
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      if (now >= next_) clients_[i].begin(now, server_, *random_, kKeepAlive);
      if (const auto datagram = clients_[i].poll(now)) send(i == 1, server_, *datagram);
    }
    if (now >= next_) next_ = now + kInterval;
  }
  // False: it was no answer to us.
  bool receive(bool rtcp, const Endpoint& from, std::string_view datagram) {
    return clients_[rtcp ? 1 : 0].receive(from, datagram);
  }
  // Once, when both ports are known or given up.
  [[nodiscard]] std::optional<Result> take_result();

 private:
  static constexpr Duration kInterval = seconds(20);
  static constexpr stun::Schedule kKeepAlive{milliseconds(500), 1, 2};  // the answer says nothing new

  Endpoint server_;
  Random* random_;
  std::array<stun::Client, 2> clients_;  // RTP, RTCP
  TimePoint next_;                       // keep-alive
  bool told_ = false;
};

}  // namespace offhook::media
