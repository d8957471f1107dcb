// A thousand seeds: two layers, and between them a network that loses, doubles, delays and reorders, breaks for a while
// and says so, over UDP and over a stream. TUs answer at once, late, with one or several 2xx (forks), refuse, ring and
// never answer, fall silent, cancel. What must hold whatever happens is checked on the wire (ledger.hpp) and at the
// TUs.
#include <functional>
#include <map>
#include <set>

#include "ledger.hpp"
#include "rig.hpp"

namespace offhook::transaction {
namespace {

constexpr Duration kLatest = milliseconds(900);  // that a datagram takes

struct Trouble {
  double loss = 0, duplication = 0;
  Duration least = milliseconds(1), most = milliseconds(1);  // delay; an interval reorders
  int breaks = 0;  // times that an end learns that the other cannot be reached
};

const Endpoint kEnds[2] = {kUs, kPeer};
constexpr Owner kRequests = 8;

// What the TU of one request saw.
struct Outcome {
  bool invite = false;
  int successes = 0, refusals = 0, timeouts = 0, errors = 0, terminated = 0;
  [[nodiscard]] bool answered() const { return successes + refusals > 0; }
};

class World {
 public:
  World(std::uint64_t seed, Trouble trouble) : random_(seed * 7 + 1), network_(seed), trouble_(trouble) {
    for (int side = 0; side < 2; ++side) {
      transports_[side] = std::make_unique<transport::Layer>(random_);
      layers_[side] = std::make_unique<Layer>(*transports_[side], random_);
    }
    for (Owner owner = 0; owner < kRequests; ++owner) start(owner);
    for (int i = 0; i < trouble.breaks; ++i)
      plan(milliseconds(random_.below(20000)), [this] {
        const int side = static_cast<int>(random_.below(2));
        layers_[side]->unreachable(now(), flow(side, random_.below(2) == 0 ? transport::Protocol::Udp : kStream));
      });
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
      while (!plans_.empty() && plans_.begin()->first <= clock_) plans_.extract(plans_.begin()).mapped()();
      settle();
    }
    return false;
  }

  std::map<Owner, Outcome> outcomes_;
  std::map<std::string, int> requests_seen_;  // at B, by method and Call-ID
  Ledger ledger_;
  std::string trace_;
  std::unique_ptr<Layer> layers_[2];

 private:
  static constexpr auto kStream = transport::Protocol::Tcp;
  struct Datagram {
    int to = 0;
    transport::Protocol protocol{};
    std::string bytes;
  };

  [[nodiscard]] TimePoint now() const { return TimePoint{} + clock_; }
  static transport::Flow flow(int side, transport::Protocol protocol) {
    return {protocol, kEnds[side], kEnds[1 - side], protocol == kStream ? 1U : 0U, {}};
  }
  void plan(Duration after, std::function<void()> action) { plans_.emplace(clock_ + after, std::move(action)); }

  void start(Owner owner) {
    const std::string method = owner % 2 == 0 ? "INVITE" : "OPTIONS";
    const auto protocol = owner % 4 == 3 || owner % 8 == 6 ? kStream : transport::Protocol::Udp;
    outcomes_[owner].invite = owner % 2 == 0;
    auto builder = sip::Builder::request(method, "sip:bob@192.0.2.2");
    builder.add(sip::HeaderId::MaxForwards, "70").add(sip::HeaderId::From, "<sip:alice@example.com>;tag=a");
    builder.add(sip::HeaderId::To, "<sip:bob@example.com>").add(sip::HeaderId::CallId, "call-" + std::to_string(owner));
    builder.add(sip::HeaderId::CSeq, "1 " + method).body("text/plain", std::string(owner * 10, 'x'));
    ids_[owner] = layers_[0]->start(now(), builder.build(), flow(0, protocol), owner);
    const auto cancel = [this, owner] { layers_[0]->cancel(now(), ids_[owner]); };
    if (random_.below(3) == 0) plan(milliseconds(random_.below(3000)), cancel);
    // Whoever rings for ever is given up, as Timer C of a proxy or a person does (§16.8): the machine alone waits
    // without end in Proceeding.
    plan(minutes(1), cancel);
  }

  std::optional<Duration> next_time() const {
    std::optional<Duration> out;
    const auto earlier = [&out](Duration t) { out = out ? std::min(*out, t) : t; };
    for (const auto& layer : layers_)
      if (const auto deadline = layer->deadline()) earlier(deadline->time_since_epoch());
    if (!under_way_.empty()) earlier(under_way_.begin()->first);
    if (!plans_.empty()) earlier(plans_.begin()->first);
    return out;
  }

  // A stream neither loses nor doubles nor reorders.
  void send(int to, transport::Transmit out) {
    ledger_.sent(clock_, out);
    const bool stream = out.flow.protocol == kStream;
    if (!stream && network_.unit() < trouble_.loss) return;
    const int copies = !stream && network_.unit() < trouble_.duplication ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      const auto spread = stream ? 1 : static_cast<std::uint64_t>((trouble_.most - trouble_.least).count()) + 1;
      under_way_.emplace(clock_ + trouble_.least + Duration(network_.below(spread)),
                         Datagram{to, out.flow.protocol, out.bytes});
    }
  }

  void deliver() {
    while (!under_way_.empty() && under_way_.begin()->first <= clock_) {
      auto [to, protocol, bytes] = std::move(under_way_.extract(under_way_.begin()).mapped());
      trace_ += std::to_string(clock_.count()) + ">" + std::to_string(to) + " " + bytes;
      auto incoming = transports_[to]->receive(flow(to, protocol), std::move(bytes));
      if (!incoming) continue;
      ledger_.delivered(incoming->message);
      layers_[to]->receive(now(), std::move(*incoming));
      settle();
    }
  }

  // Lets both TUs act, and puts on the wire what is waiting.
  void settle() {
    for (int side = 0; side < 2; ++side) {
      while (const auto event = layers_[side]->poll()) side == 0 ? client(*event) : server(*event);
      while (auto out = transports_[side]->poll_transmit()) send(1 - side, std::move(*out));
    }
  }

  void client(const Event& event) {
    if (const auto* response = std::get_if<ResponseReceived>(&event)) {
      const int status = response->response.status();
      if (status < 200) return;
      ++(status < 300 ? outcomes_[response->owner].successes : outcomes_[response->owner].refusals);
      if (outcomes_[response->owner].invite && status < 300) acknowledge(*response);
    } else if (const auto* timeout = std::get_if<ClientTimeout>(&event)) {
      ++outcomes_[timeout->owner].timeouts;
    } else if (const auto* error = std::get_if<ClientTransportError>(&event)) {
      ++outcomes_[error->owner].errors;
    } else if (const auto* ended = std::get_if<ClientTerminated>(&event)) {
      ++outcomes_[ended->owner].terminated;
      ledger_.client_over(ended->owner);
    }
  }

  void acknowledge(const ResponseReceived& event) {
    auto ack = sip::Builder::request("ACK", "sip:bob@192.0.2.2");
    const auto& response = event.response;
    ack.copy(response, sip::HeaderId::From).copy(response, sip::HeaderId::To).copy(response, sip::HeaderId::CallId);
    (void)layers_[0]->send_stateless(ack.add(sip::HeaderId::CSeq, "1 ACK").build(), flow(0, event.flow.protocol));
  }

  void server(const Event& event) {
    const auto* received = std::get_if<RequestReceived>(&event);
    if (received == nullptr || !received->id) return;
    const auto& request = received->request;
    ++requests_seen_[std::string(request.method_text()) + " " + std::string(request.call_id())];
    Layer& layer = *layers_[1];
    if (request.method() == sip::Method::Cancel) {
      layer.respond(now(), received->id, make_response(request, received->cancels ? 200 : 481));
      if (const auto* invite = layer.request_of(received->cancels))
        layer.respond(now(), received->cancels, make_response(sip::Message(*invite), 487));
      return;
    }
    const auto id = received->id;
    if (request.method() == sip::Method::Invite) return ring(id, request);
    // Not at once: Timer J runs from there, and the last retransmission may be late.
    const auto after = kLatest + milliseconds(random_.below(4000));
    if (random_.below(6) == 0) return plan(after, [this, id] { layers_[1]->abandon(now(), id); });
    respond(after, id, make_response(request, random_.below(2) == 0 ? 200 : 486));
    respond(after + milliseconds(500), id, make_response(request, 500));  // too late: one answer is enough
  }

  void ring(ServerId id, const sip::Message& request) {
    layers_[1]->respond(now(), id, make_response(request, random_.below(2) == 0 ? 100 : 180));
    const auto after = milliseconds(random_.below(5000));
    const auto kind = random_.below(5);
    if (kind == 0) return respond(minutes(3), id, make_response(request, 480));  // rings until it is cancelled
    if (kind == 1) return respond(after, id, make_response(request, 486));
    for (int i = 0; i < 8; ++i) respond(after + i * milliseconds(700), id, make_response(request, 200));
    if (kind == 2) respond(after + milliseconds(300), id, make_response(request, 200, "another-branch"));
    respond(after + milliseconds(900), id, make_response(request, 486));  // and this one not at all
  }

  void respond(Duration after, ServerId id, sip::Message response) {
    plan(after, [this, id, response] { layers_[1]->respond(now(), id, response); });
  }

  Duration clock_{};
  SeededRandom random_, network_;
  Trouble trouble_;
  std::unique_ptr<transport::Layer> transports_[2];
  std::map<Owner, ClientId> ids_;
  std::multimap<Duration, std::function<void()>> plans_;
  std::multimap<Duration, Datagram> under_way_;  // by time of arrival, then in the order in which they were sent
};

// Every fourth seed another kind of network: sound, a little rough, hardly usable, and one that breaks.
Trouble trouble_of(std::uint64_t seed) {
  switch (seed % 4) {
    case 0: return {};
    case 1: return {0.05, 0.02, milliseconds(1), milliseconds(40)};
    case 2: return {0.3, 0.3, milliseconds(1), kLatest};
    default: return {0.1, 0.1, milliseconds(1), milliseconds(300), 6};
  }
}

void check(const World& world) {
  for (const auto& layer : world.layers_) {
    EXPECT_EQ(layer->client_count(), 0);
    EXPECT_EQ(layer->server_count(), 0);
    EXPECT_EQ(layer->timer_count(), 0);
  }
  ASSERT_EQ(world.outcomes_.size(), kRequests);
  for (const auto& [owner, outcome] : world.outcomes_) {
    SCOPED_TRACE("owner " + std::to_string(owner));
    EXPECT_EQ(outcome.terminated, 1);
    EXPECT_LE(outcome.refusals, 1);
    EXPECT_TRUE(outcome.successes == 0 || outcome.refusals == 0) << "two answers";
    if (!outcome.invite) {
      EXPECT_LE(outcome.successes, 1);
    }
    // A timeout or an error stands for an answer that did not come; only the ACK of a refusal can fail after it.
    EXPECT_EQ(outcome.timeouts + outcome.errors, outcome.answered() ? outcome.invite && outcome.errors != 0 : 1);
    EXPECT_TRUE(outcome.errors == 0 || outcome.successes == 0);
  }
  for (const auto& [request, times] : world.requests_seen_) EXPECT_EQ(times, 1) << request;
  world.ledger_.check();
}

TEST(Lossy, AThousandSeedsEndAsTheyShould) {
  std::uint64_t answered = 0, timeouts = 0, errors = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed, trouble_of(seed));
    ASSERT_TRUE(world.run());
    check(world);
    if (testing::Test::HasFailure()) return;
    for (const auto& [owner, outcome] : world.outcomes_) {
      answered += outcome.answered() ? 1 : 0;
      timeouts += static_cast<std::uint64_t>(outcome.timeouts);
      errors += static_cast<std::uint64_t>(outcome.errors);
    }
  }
  // Each kind of end was there.
  EXPECT_GT(answered, 1000 * kRequests * 7 / 10);
  EXPECT_GT(timeouts, 300);
  EXPECT_GT(errors, 100);
}

TEST(Lossy, SameSeedSameBytes) {
  std::set<std::string> traces;
  for (const std::uint64_t seed : {7, 7, 11}) {
    World world(seed, trouble_of(seed));
    ASSERT_TRUE(world.run());
    traces.insert(world.trace_);
  }
  EXPECT_EQ(traces.size(), 2);
}

// Nothing comes through at all: still an end.
TEST(Lossy, DeadNetworkTimesEverythingOut) {
  World world(1, Trouble{1.0, 0, milliseconds(1), milliseconds(1)});
  ASSERT_TRUE(world.run());
  for (const auto& [owner, outcome] : world.outcomes_)
    if (owner != 3 && owner != 6 && owner != 7) {
      EXPECT_EQ(outcome.timeouts, 1) << owner;
    }
}

}  // namespace
}  // namespace offhook::transaction
