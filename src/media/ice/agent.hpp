// A full ICE agent for one stream (RFC 8445): it checks every pair of one of our ports and a candidate of the peer,
// learns candidates from the peer's own checks, and comes to one pair a component. Regular nomination; consent is asked
// for as long as the stream lives (RFC 7675), which also keeps the way open (§11).
//
// A machine without I/O, owned by a Session and driven by its tick. Host and reflexive candidates of a component have
// one base, our port; a relayed one is a base of its own. So a pair is known by its component, the peer's address, and
// whether it goes by the relay (§6.1.2.4).
//
// One liberty: where a nomination is never answered, the next best pair is tried before all is given up (§7.2.5.3.4
// would give up). And another: where the pair in use has missed two questions for consent, a worse one that the peer
// nominates takes its place (§8.1.1 would begin anew); browsers change so.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "sdp/ice_side.hpp"
#include "stun/check.hpp"

namespace offhook::media {

struct IcePlan {
  sdp::IceSide local, remote;
  bool controlling = false;      // who has offered; a lite peer never controls
  std::uint16_t components = 2;  // 1: RTCP on the RTP port, or none
  bool is_v6 = false;            // our sockets
};

// A way to the peer: from our own port, or by the relayed address that the plan names as one of ours.
struct IceWay {
  Endpoint remote;
  bool relayed = false;
  friend bool operator==(const IceWay&, const IceWay&) = default;
};

struct IceTimes {
  Duration pace = milliseconds(50);           // Ta: between the first requests of two checks (§14.2)
  Duration rto = milliseconds(500);           // before the first repetition, at the least (§14.3)
  Duration patience = milliseconds(400);      // for a better pair than the one that works already
  Duration patience_with_relay = seconds(2);  // where that one leads over a relay, ours or theirs
  Duration consent_every = seconds(5);        // between 0.8 and 1.2 of it (RFC 7675 §5.1)
  Duration consent_lasts = seconds(30);
  Duration give_up = milliseconds(39'500);  // no failure before: a peer may show itself late (RFC 8863)
  std::size_t most_pairs = 100;             // §6.1.2.5
};

class IceAgent {
 public:
  enum class State : std::uint8_t { Checking, Completed, Failed };

  // `random` must outlive the agent.
  IceAgent(const IcePlan& plan, Random& random, const IceTimes& times = {});

  // Another plan of the same stream: new candidates are taken in; other credentials are a restart (§9), during which
  // the pairs in use stay in use, and the role too.
  void update(const IcePlan& plan);

  struct Datagram {
    std::uint16_t component = 1;
    Endpoint to;
    std::string bytes;
    bool relayed = false;
  };
  // What is due, at each tick of the session.
  [[nodiscard]] std::vector<Datagram> tick(TimePoint now);
  // A STUN datagram that came to the port of `component`, or by its relay. The answer to it, when it has one, which
  // goes the same way.
  [[nodiscard]] std::optional<std::string> receive(TimePoint now, std::uint16_t component, const Endpoint& from,
                                                   std::string_view datagram, bool relayed = false);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool is_controlling() const { return plan_.controlling; }
  // Where the component's media goes: the pair that is selected, before that the best that works; nothing: none yet, or
  // the peer has not agreed for 30 s (RFC 7675 §5.1).
  [[nodiscard]] std::optional<IceWay> way(std::uint16_t component) const;
  [[nodiscard]] std::optional<Endpoint> remote(std::uint16_t component) const;
  [[nodiscard]] bool has_selected(std::uint16_t component) const;
  // True for an address that the peer has named, or has proven to be its own.
  [[nodiscard]] bool knows(std::uint16_t component, const Endpoint& address) const;
  // One of the pairs of the component.
  [[nodiscard]] bool tries(std::uint16_t component, const IceWay& way) const;
  // The pairs of all components, once they are selected; nothing before.
  [[nodiscard]] std::optional<sdp::IceChoice> choice() const;
  // Another number whenever choice() may be another one.
  [[nodiscard]] std::uint32_t changes() const { return changes_; }
  // Did it work once, and the peer has gone silent?
  [[nodiscard]] bool has_lost_consent() const { return components_[0].lost; }
  // Then nobody has begun anew for as long as a first search may take.
  [[nodiscard]] bool is_given_up() const { return given_up_; }
  [[nodiscard]] std::size_t pairs() const { return pairs_.size(); }

 private:
  enum class PairState : std::uint8_t { Frozen, Waiting, InProgress, Succeeded, Failed };
  // A request that may still be answered.
  struct Request {
    stun::TransactionId id{};
    bool nominates = false;
    bool controlling = false;
  };
  struct Pair {
    std::uint16_t component = 1;
    sdp::IceCandidate remote;
    bool relayed = false;  // our end of it
    std::uint64_t priority = 0;
    PairState state = PairState::Frozen;
    bool is_valid = false;          // a check has succeeded
    bool is_wanted = false;         // controlled: the peer has nominated it, our own check is still out
    bool is_triggered = false;      // goes before the others
    Endpoint mapped;                // us, as the peer sees us; once it is valid
    TimePoint agreed;               // when the peer last answered on it
    Request request;                // the check under way
    std::optional<Request> before;  // one that a triggered check has cut short (§7.3.1.4)
    std::string bytes;
    TimePoint due;
    Duration pause{};
    int sent = 0;

    [[nodiscard]] IceWay way() const { return {remote.address, relayed}; }
    [[nodiscard]] bool is_akin(const Pair& other) const {  // one foundation (§6.1.2.2)
      return remote.foundation == other.remote.foundation && relayed == other.relayed;
    }
    [[nodiscard]] bool has_relay() const { return relayed || remote.type == sdp::IceType::Relayed; }
  };
  // A question for consent: its answer may come after the next question (RFC 7675 §5.1).
  struct Question {
    stun::TransactionId id{};
    std::size_t pair = 0;  // place in pairs_
    bool controlling = false;
  };
  // The pair of the ICE session before, until this one has something that works, or its consent ends.
  struct Previous {
    IceWay way;
    TimePoint agreed;
  };
  struct Component {
    std::optional<std::size_t> selected;  // place in pairs_
    std::optional<TimePoint> works_since;
    std::optional<Previous> previous;
    bool lost = false;
    std::vector<Question> asked;  // the last ones, the latest last
    TimePoint ask{};
  };

  void begin(const IcePlan& plan);
  void add_remote(const sdp::IceCandidate& remote);
  void add_pair(const sdp::IceCandidate& remote, bool relayed);
  void thaw_first();
  [[nodiscard]] bool relay_reaches(std::uint16_t component, const IpAddress& remote) const;
  [[nodiscard]] Pair* pair_with(std::uint16_t component, const IceWay& way);
  [[nodiscard]] std::optional<std::size_t> in_use(std::uint16_t component) const;
  [[nodiscard]] std::optional<Previous> previous_of(std::uint16_t component) const;
  [[nodiscard]] bool may_pair(const IpAddress& remote) const;
  void set_priorities();
  void begin_check(TimePoint now, Pair& pair, bool nominates, std::vector<Datagram>& out);
  void repeat_checks(TimePoint now, std::vector<Datagram>& out);
  void start_next(TimePoint now, std::vector<Datagram>& out);
  void thaw();
  void nominate(TimePoint now, std::vector<Datagram>& out);
  void select(TimePoint now, std::size_t index);
  void ask_consent(TimePoint now, std::vector<Datagram>& out);
  void judge(TimePoint now);
  void take_request(TimePoint now, std::uint16_t component, const IceWay& from, const stun::CheckAnswer& answer);
  void take_response(TimePoint now, std::uint16_t component, const IceWay& from, std::string_view datagram,
                     const stun::Message& message);
  bool take_consent(TimePoint now, const Question& question, const IceWay& from, std::string_view datagram,
                    const stun::Message& message);
  void conflict(Pair& pair, const Request& request);
  void succeeded(TimePoint now, std::size_t index, bool nominated, const Endpoint& mapped);
  void fail(Pair& pair);
  void set_role(bool controlling);
  [[nodiscard]] std::string request(const stun::TransactionId& id, const Pair& pair, bool nominates) const;
  [[nodiscard]] std::optional<std::size_t> best(std::uint16_t component, bool valid) const;
  [[nodiscard]] Duration first_pause() const;

  IcePlan plan_;
  IceTimes times_;
  Random* random_;
  std::uint64_t tie_breaker_;
  std::vector<Pair> pairs_;
  std::array<Component, 2> components_;
  TimePoint next_start_{};
  std::optional<TimePoint> begun_;  // the first tick
  TimePoint lost_at_{};             // consent
  bool given_up_ = false;
  State state_ = State::Checking;
  std::uint32_t changes_ = 0;
};

}  // namespace offhook::media
