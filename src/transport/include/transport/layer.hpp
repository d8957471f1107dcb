// Transport layer of one engine: bytes to messages and back. RFC 3261 §18, RFC 3581.
//
// In: bytes with their flow. Out: a message with Via's received/rport filled in, or nothing: broken requests are
// answered (400, 505; over UDP only when the answer is hardly longer than they are) and broken responses dropped here,
// each with a counter. Sends are queued for the world to take.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/queue.hpp"
#include "base/random.hpp"
#include "sip/header/via.hpp"
#include "sip/message.hpp"
#include "transport/flow.hpp"

namespace offhook::transport {

struct Incoming {
  explicit Incoming(const Flow& from) : flow(from) {}
  sip::Message message;
  Flow flow;
  std::optional<sip::Via> via;  // the top one, read already: views into the message; nothing when nobody has read it
};

// §18.1.1, where the path's MTU is not known.
inline constexpr std::size_t kLargestDatagram = 1300;
inline constexpr std::size_t kMostAliases = 64;

struct Counters {
  std::uint64_t received = 0, sent = 0;
  std::uint64_t keepalives = 0;                          // CRLF or empty datagrams
  std::uint64_t stun = 0;                                // STUN on the SIP port
  std::uint64_t bad_requests = 0;                        // answered here
  std::uint64_t bad_responses = 0;                       // dropped
  std::uint64_t garbage = 0;                             // neither; dropped
  std::array<std::uint64_t, sip::kLimits> over_limit{};  // by sip::Limit: refused because of their size
  std::uint64_t nested_too_deep = 0;                     // bodies, beyond sip::kMultipartNesting: refused by a TU
  std::uint64_t unroutable = 0;                          // a response whose Via names no address
};

class Layer {
 public:
  explicit Layer(Random& random, sip::Limits limits = {}) : random_(&random), limits_(limits) {}

  [[nodiscard]] std::optional<Incoming> receive(const Flow& flow, std::string bytes);

  // §18.1.1: requests too large for a datagram go by TCP. Off until the world says that it speaks TCP.
  void speak_tcp(bool speaks = true) { speaks_tcp_ = speaks; }
  // Should a request of that many octets, Via and all, leave `flow` for TCP?
  [[nodiscard]] bool wants_tcp(const Flow& flow, std::size_t octets) const {
    return speaks_tcp_ && flow.protocol == Protocol::Udp && octets > kLargestDatagram;
  }

  // What requests from a socket say in their Via: another address than the socket's (a NAT's, found by STUN), and
  // whether the response shall go to where they come from (RFC 3581). Without it: the socket's, and yes.
  struct ViaStyle {
    std::optional<Endpoint> sent_by{};
    bool rport = true;
    friend bool operator==(const ViaStyle&, const ViaStyle&) = default;
  };
  void set_via(const Endpoint& local, ViaStyle style);
  [[nodiscard]] std::string via(const Flow& flow, std::string_view branch) const;
  [[nodiscard]] std::uint32_t via_style() const { return via_style_; }  // another number after each set_via()

  // Sends bytes as they are.
  void send(const Flow& flow, std::string bytes);
  // Where a response to a request with that top Via, which came over `flow`, goes (§18.2.2): maddr is ignored on
  // purpose (an open reflector), received/rport are obeyed, and a UDP response leaves from the socket that the request
  // came to.
  [[nodiscard]] static std::optional<Flow> response_flow(const sip::Message& response, const Flow& flow);
  [[nodiscard]] static std::optional<Flow> response_flow(const sip::Via& top, const Flow& flow);
  // Sends the response along response_flow(); false when there is none (counted).
  bool respond(const sip::Message& response, const Flow& request_flow);

  // A response that has no such flow and was not given to respond().
  void count_unroutable() { ++counters_.unroutable; }
  // Of a request that the TU has refused: only it looks into bodies.
  void count_nested_too_deep() { ++counters_.nested_too_deep; }

  [[nodiscard]] std::optional<Transmit> poll_transmit() { return out_.pop(); }
  // What requests over TLS have said of their connections by `alias` in their Via, the oldest first; at most
  // kMostAliases wait. RFC 5923.
  [[nodiscard]] std::optional<Alias> poll_alias() { return aliases_.pop(); }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  [[nodiscard]] bool is_ping(const Flow& flow, std::string_view bytes);
  [[nodiscard]] bool read(std::string& bytes, Incoming& in);
  void refuse(const Flow& flow, std::string_view bytes, int status, std::string_view reason);
  void note_alias(const sip::Via& top, const Flow& flow);

  Random* random_;
  sip::Limits limits_;
  bool speaks_tcp_ = false;
  Queue<Transmit> out_;
  Queue<Alias> aliases_;
  Counters counters_;
  std::uint32_t via_style_ = 0;
  std::map<Endpoint, ViaStyle> via_styles_;  // of sockets that have one
};

// "SIP/2.0/UDP host:port;branch=…" for a request that leaves over `flow`; ;rport is added (RFC 3581) unless told not
// to. Over a TLS connection of our own ;alias is added: requests to us may come back over it (RFC 5923 §8.1).
[[nodiscard]] std::string via_value(const Flow& flow, std::string_view branch, bool rport = true);

}  // namespace offhook::transport
