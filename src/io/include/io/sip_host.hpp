// Drives one SIP engine (proxy or rack of phones) on real sockets in a loop: UDP datagrams in and out by batches,
// stream connections by StreamHost, the engine's deadline on a timer.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "flow/recorder.hpp"
#include "flow/wire_ring.hpp"
#include "io/dns.hpp"
#include "io/loop.hpp"
#include "io/random.hpp"
#include "io/stream_host.hpp"
#include "io/tls.hpp"
#include "io/udp_socket.hpp"
#include "transport/engine.hpp"

namespace offhook::io {

// What goes to the other shards of this process (transport/shard.hpp). Called after each input, on this host's thread.
struct ShardLink {
  unsigned index = 0, count = 1;
  struct Input {
    transport::Flow flow;
    std::string bytes;
  };
  std::function<void(unsigned shard, std::vector<Input>)> input;                 // came here and is for that one
  std::function<void(unsigned shard, std::vector<transport::Transmit>)> output;  // for connections of that one
  std::function<void(const transport::Flow&)> lost;                              // a connection of ours; all may use it
};

struct SipHostOptions {
  UdpOptions udp;
  StreamOptions stream;
  ShardLink shards;
  TlsContext* tls = nullptr;  // outlives the host; without it TLS and WSS are not spoken
  // Is that source heard? Asked for each datagram before it is copied, for each new connection, and for what comes over
  // one: a connection of a source that is not heard is closed. Without it all are.
  std::function<bool(const IpAddress&)> admits;
  // What went wrong at the edge and is nobody's answer: a TLS handshake that failed, with the peer and the reason.
  std::function<void(const transport::Flow&, std::string_view why)> trouble;
};

class SipHost {
 public:
  // `after` runs after each input, before transmits are taken: it passes on what else the engine has (store writes,
  // media commands, events).
  SipHost(Loop& loop, std::function<void()> after = {}, flow::Recorder* recorder = nullptr,
          SipHostOptions options = {});
  ~SipHost();
  SipHost(const SipHost&) = delete;
  SipHost& operator=(const SipHost&) = delete;

  // The engine, before the loop runs: it may want to know first which ports were taken.
  void drive(transport::Engine& engine) { engine_ = &engine; }

  // Returns the endpoint bound (port 0 has become a number).
  [[nodiscard]] Checked<Endpoint> listen(transport::Protocol protocol, Endpoint local);
  void close(transport::Protocol protocol, Endpoint local);
  // Who answers the engine's questions; outlives this host. Without it none finds an answer.
  void use(Dns& dns) { dns_ = &dns; }
  // Where what goes over the wire is kept from now on; it must outlive this host, or nothing takes its place.
  void record_in(flow::WireRing* ring) { ring_ = ring; }
  // After a command or a completion was given to the engine directly.
  void drain();
  // From another shard: messages that are for this one, and what goes over connections of this one.
  void take(std::vector<ShardLink::Input> messages);
  void send(std::vector<transport::Transmit> transmits);
  void lose(const transport::Flow& flow);

  [[nodiscard]] const StreamHost& streams() const { return streams_; }

 private:
  void adopt(UdpSocket socket);
  void readable(UdpSocket& socket);
  void received(Now at, const transport::Flow& flow, std::string bytes);
  void take_output();
  void take_questions();
  [[nodiscard]] bool passes_on(const transport::Flow& flow, std::string& bytes);
  [[nodiscard]] bool passes_on(transport::Transmit& transmit);
  void pass_on();

  Loop* loop_;
  transport::Engine* engine_ = nullptr;
  std::function<void()> after_;
  flow::Recorder* recorder_;
  flow::WireRing* ring_ = nullptr;
  SipHostOptions options_;
  SystemRandom random_;
  Dns* dns_ = nullptr;
  Loop::Timer timer_;
  UdpBatch batch_;
  std::map<Endpoint, std::unique_ptr<UdpSocket>> sockets_;
  StreamHost streams_;
  std::vector<std::vector<ShardLink::Input>> inputs_;      // by shard
  std::vector<std::vector<transport::Transmit>> outputs_;  // likewise
};

}  // namespace offhook::io
