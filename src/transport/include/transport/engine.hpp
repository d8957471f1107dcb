// The contract between an engine (a proxy, a rack of phones) and the world that drives it (io with real sockets, sim
// with virtual time). After each receive() or wake() the world takes poll_transmit() until it is empty, then looks at
// deadline(). One thread.
#pragma once
#include <optional>
#include <string>

#include "base/time.hpp"
#include "transport/dns.hpp"
#include "transport/flow.hpp"

namespace offhook::transport {

class Engine {
 public:
  virtual ~Engine() = default;
  // One datagram, or one framed message of a stream, as it came.
  virtual void receive(Now now, const Flow& flow, std::string bytes) = 0;
  // Time has come to deadline() (or any other moment: waking early is harmless).
  virtual void wake(Now now) = 0;
  [[nodiscard]] virtual std::optional<TimePoint> deadline() const = 0;
  [[nodiscard]] virtual std::optional<Transmit> poll_transmit() = 0;
  // The world could not send to that peer (ICMP unreachable, connection or TLS handshake refused), or the connection
  // that `flow` names is gone.
  virtual void unreachable(Now now, const Flow& flow) = 0;
  // Connections that may be used the other way; the world takes them before the transmits. Whether it uses one depends
  // on how the peer has proved who it is (RFC 5923 §9.2), which only the world knows.
  [[nodiscard]] virtual std::optional<Alias> poll_alias() { return std::nullopt; }
  // DNS: after transmits the world takes the questions, and gives each its answer when it has one. An engine that asks
  // nothing leaves both as they are.
  [[nodiscard]] virtual std::optional<dns::Question> poll_question() { return std::nullopt; }
  virtual void answer(Now /*now*/, std::uint64_t /*question*/, const dns::Answer& /*answer*/) {}
};

}  // namespace offhook::transport
