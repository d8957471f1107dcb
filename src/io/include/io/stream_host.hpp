// All stream connections of one SIP host: TCP, TLS, WebSocket, secure WebSocket. Listens, connects on demand, reuses
// what is open to the same peer, and gives up who stalls. The machine of each connection is transport::Stream; here are
// the sockets. One thread, behind one descriptor of its loop.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/timer_wheel.hpp"
#include "io/loop.hpp"
#include "io/tls.hpp"
#include "transport/flow.hpp"
#include "transport/stream.hpp"

namespace offhook::io {

class Poller;

struct StreamOptions {
  transport::StreamLimits limits;
  std::size_t most_connections = 100'000;
  int dscp = 0;
  bool reuse_port = false;             // several listeners share an address (SO_REUSEPORT)
  std::uint64_t first_connection = 0;  // numbers of connections are greater
};

struct StreamCounters {
  std::uint64_t accepted = 0, opened = 0, reused = 0;
  std::uint64_t aliases = 0;    // accepted connections that are used the other way, too
  std::uint64_t resumed = 0;    // TLS sessions
  std::uint64_t refused = 0;    // beyond most_connections, not admitted, or put off without a free descriptor
  std::uint64_t failed = 0;     // connection or TLS handshake did not come about
  std::uint64_t ended[8] = {};  // by transport::StreamEnd
};

class StreamHost {
 public:
  struct Port {
    // One message or keep-alive; the flow names its connection.
    std::function<void(const transport::Flow&, std::string)> received;
    // A connection is gone or did not come about.
    std::function<void(const transport::Flow&)> lost;
    // After the calls above: the owner takes its engine's output.
    std::function<void()> drain;
    // Why a connection failed, for a log; may be empty.
    std::function<void(const transport::Flow&, std::string_view why)> trouble;
    // SipHostOptions::admits; may be empty.
    std::function<bool(const IpAddress&)> admits{};
  };

  // `tls` may be null: then TLS and WSS cannot be spoken. `random` and `tls` outlive the host.
  StreamHost(Loop& loop, StreamOptions options, Random& random, TlsContext* tls, Port port);
  ~StreamHost();
  StreamHost(const StreamHost&) = delete;
  StreamHost& operator=(const StreamHost&) = delete;

  // Port 0 takes a free one. Complaint: "cannot listen: Address already in use (tcp:127.0.0.1:5060)".
  [[nodiscard]] Checked<Endpoint> listen(transport::Protocol protocol, Endpoint local);
  void close(transport::Protocol protocol, Endpoint local);
  // Over the flow's connection; with connection 0 over one of `local` that is open to that peer (and name), else a new
  // one. What cannot be sent is told by lost(), at flush().
  void send(const transport::Flow& flow, std::string_view bytes);
  // RFC 5923: the peer of `flow`, a TLS connection that we have accepted, is found at `advertised` over it too: send()
  // with connection 0 takes it for whom the peer's certificate speaks for. Not when the peer has shown none, or one
  // that we do not trust (§9.2); forgotten with the connection.
  void add_alias(const transport::Flow& flow, Endpoint advertised);
  // Writes what send() has queued: one write a connection.
  void flush();

  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  [[nodiscard]] const StreamCounters& counters() const { return counters_; }

 private:
  struct Connection;
  struct Listener;
  // Tokens of the poller: a listener's index with this bit, else a connection's number.
  static constexpr std::uint64_t kListener = 1ULL << 63;
  static constexpr std::uint64_t kNoConnection = 0;  // payload of the timer that listens again
  // Whose connection it is, and whom it goes to: phones of one host share none, or the requests for one would come to
  // another.
  using Peer = std::tuple<transport::Protocol, Endpoint, Endpoint, std::string>;

  void ready();
  void accept(const Listener& listener);
  void pause_listening();
  void resume_listening();
  Connection* open(const transport::Flow& flow);
  Connection& add(int fd, transport::Protocol protocol, bool accepted, const transport::Flow& flow);
  void progress(Connection& connection, bool readable, bool writable);
  [[nodiscard]] bool finish_connect(Connection& connection);
  [[nodiscard]] bool shake_hands(Connection& connection);
  void read(Connection& connection);
  void write(Connection& connection);
  void settle(Connection& connection);
  void want(Connection& connection, bool write);
  void set_timer(Connection& connection);
  void fail(Connection& connection, std::string_view why);
  void linger(Connection& connection);
  void bury(Connection& connection);
  void forget_peer(const Connection& connection);
  [[nodiscard]] Connection* aliased(const transport::Flow& flow);
  void forget_aliases(Connection& connection);
  [[nodiscard]] static Peer peer_of(const transport::Flow& flow);
  void sweep();
  void wake();

  Loop* loop_;
  StreamOptions options_;
  Random* random_;
  TlsContext* tls_;
  Port port_;
  std::unique_ptr<Poller> poller_;
  Loop::Timer timer_;
  TimerWheel wheel_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::map<Peer, std::uint64_t> opened_;
  std::multimap<Endpoint, std::uint64_t> aliases_;
  std::vector<std::uint64_t> dirty_;  // have something to write
  std::vector<std::uint64_t> dead_;
  std::vector<std::uint64_t> again_;  // were cut off while they had more to read
  std::vector<transport::Flow> lost_;
  std::vector<char> buffer_;
  std::uint64_t last_id_;
  bool in_event_ = false;
  bool paused_ = false;  // no descriptor was free
  StreamCounters counters_;
};

}  // namespace offhook::io
