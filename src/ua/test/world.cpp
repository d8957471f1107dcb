#include "world.hpp"

#include <algorithm>

namespace offhook::ua::test {
namespace {

std::string line_of(const Node& from, const Node& to, const sip::Message& message) {
  const std::string who = from.name + '>' + to.name + ' ';
  if (message.is_response())
    return who + std::to_string(message.status()) + ' ' + std::string(sip::method_name(message.method()));
  return who + std::string(message.method_text());
}

const transport::Locator& numeric_hosts() {
  static const transport::Locator locator;
  return locator;
}

}  // namespace

Node::Node(World& w, std::string n, std::uint8_t host)
    : world(w),
      name(std::move(n)),
      local{IpAddress::v4(10, 0, 0, host), 5060},
      random(w.random.next()),
      transport(random),
      transactions(transport, random),
      lookups(random, numeric_hosts()) {
  world.nodes.push_back(this);
}

Node* World::find(const Endpoint& endpoint, std::string_view bytes) {
  Endpoint target = endpoint;
  if (endpoint == kSwitch) {
    const auto message = sip::Message::parse(std::string(bytes));
    if (!message || !message->is_request()) return nullptr;
    const auto uri = sip::Uri::parse(message->request_uri());
    if (!uri) return nullptr;
    if (uri->host == kDomain) {
      const auto it = users.find(message->method() == sip::Method::Register ? "registrar" : std::string(uri->user));
      return it == users.end() ? nullptr : it->second;
    }
    const auto numeric = Endpoint::parse(std::string(uri->host) + ':' + std::to_string(uri->port.value_or(5060)));
    if (!numeric) return nullptr;
    target = *numeric;
  }
  const auto it = std::find_if(nodes.begin(), nodes.end(), [&](const Node* n) { return n->local == target; });
  return it == nodes.end() ? nullptr : *it;
}

void World::send(Node& from, transport::Transmit transmit) {
  Node* to = find(transmit.flow.remote, transmit.bytes);
  const auto message = sip::Message::parse(transmit.bytes);
  ASSERT_TRUE(message) << message.error().text << '\n' << transmit.bytes;
  if (to == nullptr) return;
  std::string line = line_of(from, *to, *message);
  record_.emplace_back(line, transmit.bytes);
  if (filter && !filter(line)) return;
  if (random.unit() < trouble.loss) return;
  const int copies = random.unit() < trouble.duplication ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    const auto spread = static_cast<std::uint64_t>((trouble.most - trouble.least).count()) + 1;
    under_way_.emplace(clock + trouble.least + Duration(random.below(spread)),
                       Datagram{to->to(from.local), to, transmit.bytes});
  }
}

void World::flush() {
  for (Node* node : nodes)
    while (auto transmit = node->transport.poll_transmit()) send(*node, std::move(*transmit));
}

void World::drain(Node& node) {
  while (auto event = node.transactions.poll()) node.take(std::move(*event));
  flush();
}

bool World::step(Duration until) {
  std::optional<Duration> next;
  const auto consider = [&](Duration at) { next = std::min(next.value_or(at), at); };
  if (!under_way_.empty()) consider(under_way_.begin()->first);
  if (!plans.empty()) consider(plans.begin()->first);
  for (Node* node : nodes) {
    if (const auto at = node->timers.deadline()) consider(at->time_since_epoch());
    if (const auto at = node->transactions.deadline()) consider(at->time_since_epoch());
  }
  if (!next || *next > until) return false;
  clock = std::max(clock, *next);
  while (!under_way_.empty() && under_way_.begin()->first <= clock) {
    Datagram datagram = std::move(under_way_.begin()->second);
    under_way_.erase(under_way_.begin());
    if (auto incoming = datagram.to->transport.receive(datagram.flow, std::move(datagram.bytes)))
      datagram.to->transactions.receive(now().mono, std::move(*incoming));
    drain(*datagram.to);
  }
  while (!plans.empty() && plans.begin()->first <= clock) {
    const auto action = plans.extract(plans.begin());
    action.mapped()();
    flush();
  }
  for (Node* node : nodes) {
    node->transactions.wake(now().mono);
    drain(*node);
    node->wake_timers();
    flush();
  }
  return true;
}

void World::run_for(Duration duration) {
  flush();
  const Duration until = clock + duration;
  while (step(until)) {
  }
  clock = until;
}

bool World::settle(Duration patience) {
  for (Node* node : nodes) drain(*node);
  const Duration until = clock + patience;
  while (step(until)) {
  }
  return under_way_.empty() && plans.empty() && std::all_of(nodes.begin(), nodes.end(), [](const Node* n) {
           return n->timers.size() == 0 && n->transactions.timer_count() == 0;
         });
}

std::vector<std::string> World::lines(std::string_view part) const {
  std::vector<std::string> out;
  for (const auto& [line, bytes] : record_)
    if (line.find(part) != std::string::npos) out.push_back(line);
  return out;
}

std::string World::last(std::string_view line) const {
  for (auto it = record_.rbegin(); it != record_.rend(); ++it)
    if (it->first == line) return it->second;
  return {};
}

void Peer::take(transaction::Event event) {
  std::visit(
      Overloaded{[&](transaction::RequestReceived& e) {
                   requests.push_back(e);
                   if (on_request) on_request(e);
                 },
                 [&](transaction::ResponseReceived& e) { responses.push_back(std::move(e.response)); }, [](auto&) {}},
      event);
}

sip::Builder Peer::request(std::string_view method, std::string_view uri, std::string_view call_id, int cseq) const {
  auto builder = sip::Builder::request(method, uri);
  builder.add(sip::HeaderId::MaxForwards, "70").add(sip::HeaderId::From, "<sip:peer@10.0.0.50>;tag=peertag");
  builder.add(sip::HeaderId::To, "<sip:1001@example.test>").add(sip::HeaderId::CallId, call_id);
  builder.add(sip::HeaderId::CSeq, std::to_string(cseq) + ' ' + std::string(method));
  builder.add(sip::HeaderId::Contact, "<sip:peer@" + local.text() + ">");
  return builder;
}

Account account(std::string user) {
  Account out;
  out.user = std::move(user);
  out.domain = kDomain;
  out.servers = {{{kSwitch.address.text(), kSwitch.port, transport::Protocol::Udp, false}, {}, 3}};
  out.user_agent = "test";
  out.codecs = {sdp::pcmu(), sdp::pcma(), sdp::telephone_event()};
  return out;
}

Agent::Agent(World& w, std::string n, std::uint8_t host, Account settings)
    : Node(w, std::move(n), host), ua(Port{&transport, &transactions, &timers, &random, &lookups, 0}, local) {
  world.users[settings.user] = this;
  account_id = ua.add_account(std::move(settings));
}

void Agent::take(transaction::Event event) {
  const Now now = world.now();
  std::visit(Overloaded{[&](transaction::RequestReceived& e) { ua.request(now, std::move(e)); },
                        [&](transaction::ResponseReceived& e) { ua.response(now, std::move(e)); },
                        [&](transaction::ClientTimeout& e) { ua.failed(now, e.owner, 408); },
                        [&](transaction::ClientTransportError& e) { ua.failed(now, e.owner, 503); },
                        [&](transaction::ServerFailed& e) { ua.server_failed(now, e.owner); }, [](auto&) {}},
             event);
  pump();
}

void Agent::wake_timers() {
  timers.advance(world.now().mono, [&](std::uint64_t payload) {
    ua.timer(world.now(), Port::key_of(payload));
    pump();
  });
}

void Agent::pump() {
  while (auto event = ua.poll()) {
    events.push_back(*event);
    if (const auto* incoming = std::get_if<IncomingCall>(&*event); incoming != nullptr && auto_answer) {
      ua.ring(world.now(), incoming->call);
      ua.answer(world.now(), incoming->call, rtp());
    }
    if (on_event) on_event(*event);
  }
}

CallId Agent::call(std::string_view target, std::string_view referred_by) {
  const auto made = ua.call(world.now(), account_id, target, rtp(), referred_by);
  EXPECT_TRUE(made) << made.error().text();
  pump();
  return made.value_or(CallId{});
}

void Agent::expect_clean() const {
  const Counts counts = ua.counts();
  EXPECT_EQ(counts.calls, 0U) << name;
  EXPECT_EQ(counts.dialogs, 0U) << name;
  EXPECT_EQ(counts.subscriptions, 0U) << name;
  EXPECT_EQ(transactions.client_count(), 0U) << name;
  EXPECT_EQ(transactions.server_count(), 0U) << name;
  EXPECT_EQ(timers.size(), 0U) << name;
}

Pair::Pair(std::uint64_t seed, Account first, Account second)
    : world(seed), a(world, "A", 1, std::move(first)), b(world, "B", 2, std::move(second)) {}

void Pair::establish() {
  b.auto_answer = true;
  from_a = a.call("1002");
  world.run_for(seconds(1));
  at_b = b.last<CallEstablished>().call;
  ASSERT_EQ(a.last<CallEstablished>().call, from_a);
}

}  // namespace offhook::ua::test
