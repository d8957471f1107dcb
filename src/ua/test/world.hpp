// A world for tests of user agents: nodes with their own transport and transaction layers, a network in virtual time
// that may lose, double and reorder, and a record of every datagram as a short line ("A>B INVITE", "B>A 180 INVITE").
// Repeatable by its seed.
//
// There is no proxy: what is sent to kSwitch is delivered to the node that the Request-URI names, by address or by
// user, as from the sender itself.
#pragma once
#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/overloaded.hpp"
#include "sip/builder.hpp"
#include "sip/uri.hpp"
#include "ua/user_agent.hpp"

namespace offhook::ua::test {

inline constexpr Endpoint kSwitch{IpAddress::v4(10, 0, 0, 100), 5060};
inline constexpr std::string_view kDomain = "example.test";

struct Trouble {
  double loss = 0, duplication = 0;
  Duration least = milliseconds(1), most = milliseconds(1);
};

class World;

class Node {
 public:
  Node(World& world, std::string name, std::uint8_t host);
  virtual ~Node() = default;
  virtual void take(transaction::Event event) = 0;
  virtual void wake_timers() {}
  [[nodiscard]] transport::Flow to(Endpoint remote) const { return {transport::Protocol::Udp, local, remote, 0}; }

  World& world;
  std::string name;
  Endpoint local;
  SeededRandom random;
  transport::Layer transport;
  TimerWheel timers;
  transaction::Layer transactions;
  Lookups lookups;
};

class World {
 public:
  explicit World(std::uint64_t seed = 1, Trouble kind = {}) : trouble(kind), random(seed) {}

  [[nodiscard]] Now now() const { return {TimePoint(clock), WallTime(clock)}; }
  void run_for(Duration duration);
  // Until nothing is under way and no timer is armed; false when that does not come about within `patience`.
  bool settle(Duration patience = minutes(20));
  void after(Duration delay, std::function<void()> action) { plans.emplace(clock + delay, std::move(action)); }
  // What a node has put into its queues goes on its way.
  void flush();

  // Lines of the record; those alone that contain `part` when it is given.
  [[nodiscard]] std::vector<std::string> lines(std::string_view part = {}) const;
  [[nodiscard]] std::size_t count(std::string_view part) const { return lines(part).size(); }
  // Bytes of the newest datagram whose line is `line`.
  [[nodiscard]] std::string last(std::string_view line) const;

  Trouble trouble;
  SeededRandom random;
  Duration clock{0};
  std::vector<Node*> nodes;
  std::map<std::string, Node*> users;
  // False keeps a datagram from arriving. Sees its line.
  std::function<bool(const std::string&)> filter;

 private:
  struct Datagram {
    transport::Flow flow;  // as the receiver sees it
    Node* to = nullptr;
    std::string bytes;
  };
  void send(Node& from, transport::Transmit transmit);
  [[nodiscard]] Node* find(const Endpoint& endpoint, std::string_view bytes);
  bool step(Duration until);
  void drain(Node& node);

  std::multimap<Duration, Datagram> under_way_;
  std::multimap<Duration, std::function<void()>> plans;
  std::vector<std::pair<std::string, std::string>> record_;
};

// A node that does what the test says.
class Peer : public Node {
 public:
  using Node::Node;
  void take(transaction::Event event) override;
  // Builds a request of a dialog-less kind to `to`; the test adds what it needs.
  [[nodiscard]] sip::Builder request(std::string_view method, std::string_view uri,
                                     std::string_view call_id = "peer-call", int cseq = 1) const;
  void send(sip::Message request, Endpoint remote) {
    transactions.start(world.now().mono, request, to(remote), 1);
    world.flush();
  }
  [[nodiscard]] int last_status() const { return responses.empty() ? 0 : responses.back().status(); }

  std::function<void(transaction::RequestReceived&)> on_request;
  std::vector<transaction::RequestReceived> requests;
  std::vector<sip::Message> responses;
};

[[nodiscard]] Account account(std::string user);
inline const std::string kSdp =
    "v=0\r\no=- 1 1 IN IP4 10.0.0.50\r\ns=-\r\nc=IN IP4 10.0.0.50\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 101\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";

// A user agent with one account and a person who answers by the test's rules.
class Agent : public Node {
 public:
  Agent(World& world, std::string name, std::uint8_t host, Account settings);
  void take(transaction::Event event) override;
  void wake_timers() override;
  void pump();

  CallId call(std::string_view target, std::string_view referred_by = {});
  // Each does the command and lets its messages go.
  template <class F>
  void act(F&& f) {
    f();
    pump();
  }
  void ring(CallId id) {
    act([&] { ua.ring(world.now(), id); });
  }
  void answer(CallId id) {
    act([&] { ua.answer(world.now(), id, rtp()); });
  }
  void hang_up(CallId id, std::string_view reason = {}) {
    act([&] { ua.hang_up(world.now(), id, reason); });
  }
  void hold(CallId id) {
    act([&] { ua.hold(world.now(), id); });
  }
  void resume(CallId id) {
    act([&] { ua.resume(world.now(), id); });
  }
  void transfer(CallId id, std::string_view target) {
    act([&] { ua.transfer(world.now(), id, target); });
  }

  [[nodiscard]] Endpoint rtp() const { return {local.address, 11780}; }
  template <class E>
  [[nodiscard]] std::vector<E> all() const {
    std::vector<E> out;
    for (const Event& event : events)
      if (const E* found = std::get_if<E>(&event)) out.push_back(*found);
    return out;
  }
  template <class E>
  [[nodiscard]] E last() const {
    const auto found = all<E>();
    EXPECT_FALSE(found.empty()) << name << " has no such event";
    return found.empty() ? E{} : found.back();
  }
  // Nothing is left of any call, here or in the layers.
  void expect_clean() const;

  UserAgent ua;
  AccountId account_id;
  std::vector<Event> events;
  std::function<void(const Event&)> on_event;
  bool auto_answer = false;
};

// A and B, and a call between them that stands.
struct Pair {
  explicit Pair(std::uint64_t seed = 1, Account first = account("1001"), Account second = account("1002"));
  void establish();
  World world;
  Agent a, b;
  CallId from_a, at_b;
};

}  // namespace offhook::ua::test
