// Calls of all kinds through the proxy over a network that loses, repeats and reorders: every call ends, nothing stays
// behind, and a seed replays.
#include <gtest/gtest.h>

#include <map>

#include "agent.hpp"
#include "base/ascii.hpp"
#include "harness.hpp"

namespace offhook::proxy::test {
namespace {

struct Outcome {
  std::map<std::string, int> results;
  int calls = 0, registered = 0, bye_failures = 0;
  std::size_t relays = 0, transactions = 0, timers = 0;
  std::uint64_t fingerprint = 14695981039346656037ULL;  // of every datagram and its time
  std::uint64_t relayed = 0;
};

class Storm {
 public:
  explicit Storm(std::uint64_t seed) : random_(seed), core_(World::default_config(), random_, locator_) {
    for (std::uint8_t i = 0; i < 3; ++i)
      agents_.emplace_back("100" + std::to_string(i + 1), party(static_cast<std::uint8_t>(20 + i)), kProxy, random_);
    agents_.emplace_back("1003", party(40), kProxy, random_);  // 1003 has two phones
  }

  Outcome run() {
    for (auto& agent : agents_) agent.register_at(now_.mono);
    run_until(now_.mono + seconds(40));
    for (int call = 0; call < 12; ++call) {
      Agent& caller = agents_[random_.below(3)];
      caller.call(now_.mono, "100" + std::to_string(1 + random_.below(3)));
      ++outcome_.calls;
      run_until(now_.mono + milliseconds(random_.below(3000)));
    }
    run_until(now_.mono + minutes(12));
    for (const auto& agent : agents_) {
      for (const auto& [result, count] : agent.results) outcome_.results[result] += count;
      outcome_.registered += agent.registered;
      outcome_.bye_failures += agent.bye_failures;
    }
    outcome_.relays = core_.relay_count();
    outcome_.transactions = core_.transaction_count();
    outcome_.timers = core_.timer_count();
    outcome_.relayed = core_.counters().forwarded_responses;
    return outcome_;
  }

 private:
  static inline const Endpoint kProxy = party(1);
  struct Datagram {
    Endpoint from, to;
    std::string bytes;
  };

  void ship(const transport::Transmit& transmit) {
    outcome_.fingerprint =
        fnv1a(transmit.bytes, outcome_.fingerprint ^ static_cast<std::uint64_t>(now_.mono.time_since_epoch().count()));
    if (random_.unit() < 0.05) return;
    for (int copies = random_.unit() < 0.02 ? 2 : 1; copies > 0; --copies)
      network_.emplace(now_.mono + milliseconds(1 + random_.below(80)),
                       Datagram{transmit.flow.local, transmit.flow.remote, transmit.bytes});
  }

  void collect() {
    while (auto write = core_.poll_store()) core_.stored(now_, write->id, true);
    while (const auto transmit = core_.poll_transmit()) ship(*transmit);
    for (auto& agent : agents_)
      while (const auto transmit = agent.poll_transmit()) ship(*transmit);
  }

  void deliver(Datagram datagram) {
    if (datagram.to == kProxy)
      return core_.receive(now_, {transport::Protocol::Udp, kProxy, datagram.from, 0}, std::move(datagram.bytes));
    for (auto& agent : agents_)
      if (agent.endpoint() == datagram.to) return agent.receive(now_.mono, std::move(datagram.bytes));
  }

  void run_until(TimePoint end) {
    collect();
    while (true) {
      std::optional<TimePoint> next = core_.deadline();
      const auto earlier = [&](std::optional<TimePoint> at) {
        if (at && (!next || *at < *next)) next = at;
      };
      for (const auto& agent : agents_) earlier(agent.deadline());
      if (!network_.empty()) earlier(network_.begin()->first);
      if (!next || *next > end) break;
      move_to(std::max(*next, now_.mono));
      while (!network_.empty() && network_.begin()->first <= now_.mono) {
        auto node = network_.extract(network_.begin());
        deliver(std::move(node.mapped()));
      }
      core_.wake(now_);
      for (auto& agent : agents_) agent.wake(now_.mono);
      collect();
    }
    move_to(end);
  }

  void move_to(TimePoint at) {
    now_.wall += at - now_.mono;
    now_.mono = at;
  }

  SeededRandom random_;
  transport::Locator locator_;
  Core core_;
  std::deque<Agent> agents_;
  std::multimap<TimePoint, Datagram> network_;
  Now now_{TimePoint{} + seconds(1), WallTime{} + seconds(1289690940)};
  Outcome outcome_;
};

TEST(Storm, EveryCallEndsAndNothingStaysBehindOver300Seeds) {
  std::map<std::string, int> all;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Outcome outcome = Storm(seed).run();
    int ended = 0;
    for (const auto& [result, count] : outcome.results) {
      ended += count;
      all[result] += count;
    }
    EXPECT_EQ(ended, outcome.calls);
    EXPECT_EQ(outcome.results.count("timeout"), 0U);
    EXPECT_EQ(outcome.registered, 4);
    EXPECT_EQ(outcome.bye_failures, 0);
    EXPECT_EQ(outcome.relays, 0U);
    EXPECT_EQ(outcome.transactions, 0U);
    EXPECT_EQ(outcome.timers, 0U);
  }
  // The storm blew from every side.
  for (const char* result : {"200", "302", "486", "487", "603"}) EXPECT_GT(all[result], 30) << result;
}

TEST(Storm, ASeedReplays) {
  const Outcome first = Storm(5).run(), second = Storm(5).run(), other = Storm(6).run();
  EXPECT_EQ(first.fingerprint, second.fingerprint);
  EXPECT_NE(first.fingerprint, other.fingerprint);
  EXPECT_GT(first.relayed, 10U);
}

}  // namespace
}  // namespace offhook::proxy::test
