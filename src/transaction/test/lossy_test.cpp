// Two layers and a network between them that loses, doubles and reorders: whatever happens, every transaction ends,
// none is left behind and a TU sees each request once. Repeatable by its seed.
#include <functional>
#include <map>
#include <set>

#include "rig.hpp"

namespace offhook::transaction {
namespace {

struct Trouble {
  double loss = 0, duplication = 0;
  Duration least = milliseconds(1), most = milliseconds(1);  // delay; an interval reorders
};

// Datagrams under way, by time of arrival, then by the order in which they were sent.
class Network {
 public:
  Network(std::uint64_t seed, Trouble trouble) : random_(seed), trouble_(trouble) {}
  void send(Duration now, int to, std::string bytes) {
    if (random_.unit() < trouble_.loss) return;
    const int copies = random_.unit() < trouble_.duplication ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      const auto spread = static_cast<std::uint64_t>((trouble_.most - trouble_.least).count()) + 1;
      pending_.emplace(now + trouble_.least + Duration(random_.below(spread)), std::pair(to, bytes));
    }
  }
  std::multimap<Duration, std::pair<int, std::string>> pending_;

 private:
  SeededRandom random_;
  Trouble trouble_;
};

const Endpoint kEnds[2] = {kUs, kPeer};

// What the TU of one request saw and did.
struct Outcome {
  int finals = 0, failures = 0, terminated = 0;
};

class World {
 public:
  World(std::uint64_t seed, Trouble trouble) : random_(seed * 7 + 1), network_(seed, trouble) {
    for (int side = 0; side < 2; ++side) {
      transports_[side] = std::make_unique<transport::Layer>(random_);
      layers_[side] = std::make_unique<Layer>(*transports_[side], random_);
    }
  }

  void start(Owner owner, std::string_view method) {
    auto builder = sip::Builder::request(method, "sip:bob@192.0.2.2");
    builder.add(sip::HeaderId::MaxForwards, "70").add(sip::HeaderId::From, "<sip:alice@example.com>;tag=a");
    builder.add(sip::HeaderId::To, "<sip:bob@example.com>").add(sip::HeaderId::CallId, "call-" + std::to_string(owner));
    builder.add(sip::HeaderId::CSeq, "1 " + std::string(method));
    ids_[owner] = layers_[0]->start(now(), builder.build(), flow(0), owner);
    const auto cancel = [this, owner] { layers_[0]->cancel(now(), ids_[owner]); };
    if (random_.below(3) == 0) plan(milliseconds(random_.below(3000)), cancel);
    // Whoever rings for ever is given up, as Timer C of a proxy or a person does (§16.8): the machine alone waits
    // without end in Proceeding.
    plan(minutes(1), cancel);
  }

  // Until nothing is under way and no timer runs; false when that does not come about.
  bool run() {
    settle();
    for (int steps = 0; steps < 20000; ++steps) {
      const auto next = next_time();
      if (!next) return true;
      clock_ = std::max(clock_, *next);
      deliver();
      for (auto& layer : layers_) layer->wake(now());
      while (!plans_.empty() && plans_.begin()->first <= clock_) {
        const auto action = plans_.begin()->second;
        plans_.erase(plans_.begin());
        action();
      }
      settle();
    }
    return false;
  }

  std::map<Owner, Outcome> outcomes_;
  std::map<std::string, int> requests_seen_;  // at B, by method and Call-ID
  std::string trace_;
  std::unique_ptr<Layer> layers_[2];

 private:
  [[nodiscard]] TimePoint now() const { return TimePoint{} + clock_; }
  static transport::Flow flow(int side) { return {transport::Protocol::Udp, kEnds[side], kEnds[1 - side], 0}; }
  void plan(Duration after, std::function<void()> action) { plans_.emplace(clock_ + after, std::move(action)); }

  std::optional<Duration> next_time() const {
    std::optional<Duration> out;
    const auto earlier = [&out](Duration t) { out = out ? std::min(*out, t) : t; };
    for (const auto& layer : layers_)
      if (const auto deadline = layer->deadline()) earlier(deadline->time_since_epoch());
    if (!network_.pending_.empty()) earlier(network_.pending_.begin()->first);
    if (!plans_.empty()) earlier(plans_.begin()->first);
    return out;
  }

  void deliver() {
    while (!network_.pending_.empty() && network_.pending_.begin()->first <= clock_) {
      auto [to, bytes] = std::move(network_.pending_.begin()->second);
      network_.pending_.erase(network_.pending_.begin());
      trace_ += std::to_string(clock_.count()) + ">" + std::to_string(to) + " " + bytes;
      if (auto incoming = transports_[to]->receive(flow(to), std::move(bytes)))
        layers_[to]->receive(now(), std::move(*incoming));
    }
  }

  // Lets both TUs act, and puts on the wire what is waiting.
  void settle() {
    for (int side = 0; side < 2; ++side) {
      while (const auto event = layers_[side]->poll()) side == 0 ? client(*event) : server(*event);
      while (auto out = transports_[side]->poll_transmit()) network_.send(clock_, 1 - side, std::move(out->bytes));
    }
  }

  void client(const Event& event) {
    if (const auto* response = std::get_if<ResponseReceived>(&event)) {
      if (response->response.status() < 200) return;
      ++outcomes_[response->owner].finals;
      if (response->response.method() == sip::Method::Invite && response->response.status() < 300)
        acknowledge(response->response);
    } else if (const auto* timeout = std::get_if<ClientTimeout>(&event)) {
      ++outcomes_[timeout->owner].failures;
    } else if (const auto* ended = std::get_if<ClientTerminated>(&event)) {
      ++outcomes_[ended->owner].terminated;
    }
  }

  void acknowledge(const sip::Message& response) {
    auto ack = sip::Builder::request("ACK", "sip:bob@192.0.2.2");
    ack.copy(response, sip::HeaderId::From).copy(response, sip::HeaderId::To).copy(response, sip::HeaderId::CallId);
    (void)layers_[0]->send_stateless(ack.add(sip::HeaderId::CSeq, "1 ACK").build(), flow(0));
  }

  void server(const Event& event) {
    const auto* received = std::get_if<RequestReceived>(&event);
    if (received == nullptr || !received->id) return;
    const auto& request = received->request;
    ++requests_seen_[std::string(request.method_text()) + " " + std::string(request.call_id())];
    Layer& layer = *layers_[1];
    if (request.method() == sip::Method::Cancel) {
      layer.respond(now(), received->id, make_response(request, received->cancels ? 200 : 481));
      if (!layer.has_final(received->cancels))
        layer.respond(now(), received->cancels, make_response(*layer.request_of(received->cancels), 487));
      return;
    }
    const auto id = received->id;
    if (request.method() == sip::Method::Invite)
      layer.respond(now(), id, make_response(request, random_.below(2) == 0 ? 100 : 180));
    const int status = random_.below(2) == 0 ? 200 : 486;
    const auto final_response = make_response(request, status);
    const auto answer = [this, id, final_response, status](bool first) {
      // A transaction that a CANCEL has ended keeps its 487; a 2xx comes again from the TU.
      if (first ? !layers_[1]->has_final(id) : status == 200) layers_[1]->respond(now(), id, final_response);
    };
    const auto after = milliseconds(random_.below(5000));
    plan(after, [answer] { answer(true); });
    if (request.method() == sip::Method::Invite)
      for (int i = 1; i < 8; ++i) plan(after + i * milliseconds(700), [answer] { answer(false); });
  }

  Duration clock_{};
  SeededRandom random_;
  Network network_;
  std::unique_ptr<transport::Layer> transports_[2];
  std::map<Owner, ClientId> ids_;
  std::multimap<Duration, std::function<void()>> plans_;
};

constexpr Owner kRequests = 12;

void start_all(World& world) {
  for (Owner owner = 0; owner < kRequests; ++owner) world.start(owner, owner % 2 == 0 ? "INVITE" : "OPTIONS");
}

class Lossy : public testing::TestWithParam<Trouble> {};

TEST_P(Lossy, EveryTransactionEndsAndNoneIsLeftBehind) {
  std::uint64_t answered = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    World world(seed, GetParam());
    start_all(world);
    ASSERT_TRUE(world.run()) << "seed " << seed;
    for (const auto& layer : world.layers_) {
      EXPECT_EQ(layer->client_count(), 0) << "seed " << seed;
      EXPECT_EQ(layer->server_count(), 0) << "seed " << seed;
      EXPECT_EQ(layer->timer_count(), 0) << "seed " << seed;
    }
    ASSERT_EQ(world.outcomes_.size(), kRequests) << "seed " << seed;
    for (const auto& [owner, outcome] : world.outcomes_) {
      EXPECT_EQ(outcome.terminated, 1) << "seed " << seed << " owner " << owner;
      // Either an answer (an INVITE's 2xx perhaps several times) or a timeout, never both, never neither.
      EXPECT_EQ(outcome.failures, outcome.finals == 0 ? 1 : 0) << "seed " << seed << " owner " << owner;
      if (owner % 2 == 1) {
        EXPECT_LE(outcome.finals, 1) << "seed " << seed << " owner " << owner;
      }
      if (outcome.finals > 0) ++answered;
    }
    for (const auto& [request, times] : world.requests_seen_) EXPECT_EQ(times, 1) << "seed " << seed << " " << request;
  }
  EXPECT_GT(answered, 300 * kRequests * 9 / 10);
}

INSTANTIATE_TEST_SUITE_P(Networks, Lossy,
                         testing::Values(Trouble{}, Trouble{0.05, 0.02, milliseconds(1), milliseconds(40)},
                                         Trouble{0.3, 0.3, milliseconds(1), milliseconds(900)}));

TEST(LossyReplay, SameSeedSameBytes) {
  const Trouble trouble{0.2, 0.1, milliseconds(1), milliseconds(300)};
  std::set<std::string> traces;
  for (const std::uint64_t seed : {5, 5, 6}) {
    World world(seed, trouble);
    start_all(world);
    ASSERT_TRUE(world.run());
    traces.insert(world.trace_);
  }
  EXPECT_EQ(traces.size(), 2);
}

// Nothing comes through at all: still an end.
TEST(LossyReplay, DeadNetworkTimesEverythingOut) {
  World world(1, Trouble{1.0, 0, milliseconds(1), milliseconds(1)});
  start_all(world);
  ASSERT_TRUE(world.run());
  for (const auto& [owner, outcome] : world.outcomes_) EXPECT_EQ(outcome.failures, 1) << owner;
}

}  // namespace
}  // namespace offhook::transaction
