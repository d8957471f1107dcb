// Bindings that other nodes have stored, and calls by way of the node that holds the connection.
#include "harness.hpp"
#include "wire.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

const std::string kInstance = ";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\";reg-id=1";
const std::string kFlow = "<sip:line1@10.0.0.5:5060;transport=tcp>" + kInstance;

Config node(std::string_view uri, std::vector<IpAddress> peers = {}) {
  Config config = Wire::default_config();
  config.cluster.node = uri;
  config.cluster.secret = "a secret of all the nodes";
  config.cluster.peers = std::move(peers);
  return config;
}

// Node A holds the phones' connections; B is another process at the same addresses, which no test minds.
struct Pair {
  Pair() { b.random = SeededRandom(99); }
  Wire a{node("sip:192.0.2.1:5060")}, b{node("sip:192.0.2.2:5060")};

  // What A has stored since the last time comes to B.
  void pass() {
    for (auto& write : std::exchange(a.writes, {})) {
      for (Binding& binding : write.put) binding.connection = {};  // the store does not keep it
      b.core->apply(b.now, write);
    }
  }
  // What B sends to A, as A gets it.
  std::vector<Sent> by_a(const Sent& sent, const IpAddress& source = IpAddress::v4(192, 0, 2, 2)) {
    EXPECT_EQ(sent.flow.remote.text(), "192.0.2.1:5060");
    return a.receive({transport::Protocol::Udp, kUdpSocket, {source, 5060}, 0}, std::string(sent.message.bytes()));
  }
};

Sent only(std::vector<Sent> sent) {
  EXPECT_EQ(sent.size(), 1U);
  return sent.size() == 1 ? std::move(sent[0]) : Sent{};
}
int final_of(const std::vector<Sent>& sent) { return sent.empty() ? 0 : sent.back().message.status(); }
std::string route_of(const Sent& sent) { return value(sent.message, HeaderId::Route); }

Binding binding_of(const Wire& wire, std::string_view contact) {
  Binding binding;
  binding.aor = "sip:1002@example.test";
  binding.contact = contact;
  binding.call_id = "elsewhere";
  binding.cseq = 1;
  binding.expires = wire.now.wall + seconds(600);
  return binding;
}

TEST(Cluster, ABindingOfAnotherNodeIsCalled) {
  Wire wire;
  StoreWrite change;
  change.put = {binding_of(wire, "sip:1002@192.0.2.70:5070")};
  wire.core->apply(wire.now, change);
  EXPECT_EQ(wire.core->binding_count(), 1U);
  EXPECT_EQ(only(wire.invite("sip:1002@example.test")).flow.remote.text(), "192.0.2.70:5070");
  EXPECT_TRUE(wire.writes.empty()) << "it is stored already";

  StoreWrite away;
  away.remove = {{"sip:1002@example.test", "sip:1002@192.0.2.70:5070"}};
  wire.core->apply(wire.now, away);
  EXPECT_EQ(wire.core->binding_count(), 0U);
}

TEST(Cluster, AConnectionOfAnotherEngineIsNotOurs) {
  Wire wire;
  (void)wire.reg(Wire::tcp(3), {"<sip:other@10.0.0.9>", {}, "1003"});  // a connection of ours by that number
  StoreWrite change;
  change.put = {binding_of(wire, "sip:1002@192.0.2.70:5070"), binding_of(wire, "sip:ws@x.invalid;transport=ws")};
  for (Binding& binding : change.put) {
    binding.connection = {3, transport::Protocol::Tcp, Wire::tcp(3).remote};
    binding.reg_id = 0;
  }
  wire.writes.clear();
  wire.core->apply(wire.now, change);
  const auto sent = only(wire.invite("sip:1002@example.test"));
  EXPECT_EQ(sent.flow.connection, 0U);
  EXPECT_EQ(sent.flow.remote.text(), "192.0.2.70:5070");
  EXPECT_TRUE(wire.writes.empty()) << "what we cannot reach is not ours to remove";
}

TEST(Cluster, ARemovalThatIsHousekeepingLeavesWhatWasRefreshed) {
  Wire wire;
  StoreWrite change;
  change.put = {binding_of(wire, "sip:1002@192.0.2.70")};
  wire.core->apply(wire.now, change);
  StoreWrite away;
  away.remove = {{"sip:1002@example.test", "sip:1002@192.0.2.70", {}, 0, change.put[0].expires - seconds(1)}};
  wire.core->apply(wire.now, away);
  EXPECT_EQ(wire.core->binding_count(), 1U);
  away.remove[0].only = change.put[0].expires;
  wire.core->apply(wire.now, away);
  EXPECT_EQ(wire.core->binding_count(), 0U);
}

TEST(Cluster, WhatExpiresHereIsRemovedOnlyIfItWasNotRefreshedElsewhere) {
  Wire wire;
  (void)wire.reg(Wire::udp(5), {"<sip:1002@203.0.113.5:31000>;expires=60"});
  const auto ends = wire.now.wall + seconds(60);
  wire.writes.clear();
  (void)wire.advance(seconds(61));
  ASSERT_EQ(wire.writes.size(), 1U);
  EXPECT_EQ(wire.writes[0].remove.at(0).only, ends);
}

TEST(Cluster, ASnapshotChangesWhatDiffers) {
  Wire wire;
  StoreWrite change;
  change.put = {binding_of(wire, "sip:1@192.0.2.71"), binding_of(wire, "sip:2@192.0.2.72")};
  wire.core->apply(wire.now, change);
  auto refreshed = change.put[1];
  refreshed.expires += seconds(60);
  const auto fresh = binding_of(wire, "sip:3@192.0.2.73");
  wire.core->replace(wire.now, "sip:1002@example.test", {refreshed, fresh});
  const auto bindings = wire.core->bindings(wire.now.wall);
  ASSERT_EQ(bindings.size(), 2U);
  for (const Binding& each : bindings)
    EXPECT_EQ(each.expires, each.contact == "sip:3@192.0.2.73" ? fresh.expires : refreshed.expires) << each.contact;
  wire.core->replace(wire.now, "sip:1002@example.test", {});
  EXPECT_EQ(wire.core->binding_count(), 0U);
}

TEST(Cluster, ACallComesByWayOfTheNodeThatHasTheConnection) {
  Pair pair;
  EXPECT_EQ(pair.a.reg(Wire::tcp(1), {kFlow, {"Supported: path, outbound"}}).status(), 200);
  pair.pass();
  const auto between = only(pair.b.invite("sip:1002@example.test"));
  EXPECT_TRUE(route_of(between).starts_with("<sip:n-f1.")) << route_of(between);
  EXPECT_TRUE(route_of(between).ends_with("@192.0.2.1:5060;lr>")) << route_of(between);
  EXPECT_EQ(between.message.request_uri(), "sip:line1@10.0.0.5:5060;transport=tcp");
  const auto at_phone = only(pair.by_a(between));
  EXPECT_EQ(at_phone.flow, Wire::tcp(1));
  EXPECT_EQ(route_of(at_phone), "");
  EXPECT_EQ(at_phone.message.request_uri(), "sip:line1@10.0.0.5:5060;transport=tcp");
}

TEST(Cluster, ACallIsChallengedOnceThoughTwoNodesRelayIt) {
  Config config = node("sip:192.0.2.1:5060");
  config.authenticate = true;
  config.authenticate_registrations = false;
  Pair pair;
  pair.a.core = std::make_unique<Core>(config, pair.a.random, pair.a.locator);
  (void)pair.a.reg(Wire::tcp(1), {kFlow, {"Supported: path, outbound"}});
  pair.pass();
  const auto between = only(pair.b.invite("sip:1002@example.test"));  // from 1001, one of ours
  EXPECT_EQ(only(pair.by_a(between)).flow, Wire::tcp(1));
  // Without a token of ours nobody is let in.
  Sent forged = between;
  std::string text(between.message.bytes());
  const auto at = text.find("n-f1.");
  text.replace(at, 5, "n-f2.");
  text.replace(text.find("z9hG4bK"), 7, "z9hG4bKx");
  EXPECT_EQ(final_of(pair.a.receive({transport::Protocol::Udp, kUdpSocket, party(2), 0}, text)), 407);
}

// What two nodes relay one of them tells of: the one that has let it in.
TEST(Cluster, ACallThatTwoNodesRelayIsOneCall) {
  struct Heard final : CallObserver {
    void started(const CallRecord&) override { ++calls; }
    void answered(const CallRecord&) override { ++calls; }
    int calls = 0;
  } by_a, by_b;
  Pair pair;
  pair.a.core->observe(by_a);
  pair.b.core->observe(by_b);
  (void)pair.a.reg(Wire::tcp(1), {kFlow, {"Supported: path, outbound"}});
  pair.pass();
  (void)pair.by_a(only(pair.b.invite("sip:1002@example.test")));
  EXPECT_EQ(by_b.calls, 1);
  EXPECT_EQ(by_a.calls, 0);
  ASSERT_EQ(pair.a.core->call_count(), 1U) << "it is not idle";
  EXPECT_EQ(pair.a.core->calls()[0].caller_user, "") << "no lamp is lit by it";
  EXPECT_EQ(pair.b.core->calls().at(0).caller_user, "1001");
}

TEST(Cluster, AnIdentityThatAnotherNodeHasAssertedStays) {
  Config config = node("sip:192.0.2.1:5060");
  config.authenticate = true;
  config.authenticate_registrations = false;
  config.policy.asserts_identity = true;
  Pair pair;
  pair.a.core = std::make_unique<Core>(config, pair.a.random, pair.a.locator);
  (void)pair.a.reg(Wire::tcp(1), {kFlow, {"Supported: path, outbound"}});
  pair.pass();
  const auto between = only(pair.b.invite("sip:1002@example.test"));
  std::string text(between.message.bytes());
  text.insert(text.find("Call-ID:"), "P-Asserted-Identity: <sip:+49301234@trunk.test>\r\n");
  const auto at_phone = only(pair.a.receive({transport::Protocol::Udp, kUdpSocket, party(2), 0}, text));
  EXPECT_EQ(value(at_phone.message, HeaderId::PAssertedIdentity), "<sip:+49301234@trunk.test>");
}

// Who has answered is for the node to judge that has let the request in: it knows who is told.
TEST(Cluster, AResponseToWhatAnotherNodeHasLetInPassesUntouched) {
  Config config = node("sip:192.0.2.1:5060");
  config.policy.asserts_identity = true;
  Pair pair;
  pair.a.core = std::make_unique<Core>(config, pair.a.random, pair.a.locator);
  (void)pair.a.reg(Wire::tcp(1), {kFlow, {"Supported: path, outbound"}});
  pair.pass();
  const auto answered = [](Wire& node, const Sent& at_phone) {
    return only(node.receive(at_phone.flow, World::response(at_phone.message, 200, at_phone.flow.remote,
                                                            {"P-Asserted-Identity: <sip:boss@example.test>",
                                                             "P-Preferred-Identity: <sip:1002@example.test>"})));
  };
  const auto between = answered(pair.a, only(pair.by_a(only(pair.b.invite("sip:1002@example.test")))));
  EXPECT_EQ(between.flow.remote.address, IpAddress::v4(192, 0, 2, 2));
  EXPECT_EQ(value(between.message, HeaderId::PAssertedIdentity), "<sip:boss@example.test>");
  EXPECT_EQ(value(between.message, HeaderId::PPreferredIdentity), "<sip:1002@example.test>");
  const auto at_caller =
      only(pair.b.receive({transport::Protocol::Udp, kUdpSocket, kUdpSocket, 0}, std::string(between.message.bytes())));
  EXPECT_EQ(at_caller.message.status(), 200);
  EXPECT_EQ(value(at_caller.message, HeaderId::PAssertedIdentity), "");
  // A caller of its own is told nothing that is not so.
  const auto direct = answered(pair.a, only(pair.a.invite("sip:1002@example.test")));
  EXPECT_EQ(value(direct.message, HeaderId::PAssertedIdentity), "");
}

TEST(Cluster, WherePeersAreNamedATokenAloneIsNotEnough) {
  Config config = node("sip:192.0.2.1:5060", {IpAddress::v4(192, 0, 2, 2)});
  config.authenticate = true;
  config.authenticate_registrations = false;
  Pair pair;
  pair.a.core = std::make_unique<Core>(config, pair.a.random, pair.a.locator);
  (void)pair.a.reg(Wire::tcp(1), {kFlow, {"Supported: path, outbound"}});
  pair.pass();
  const auto between = only(pair.b.invite("sip:1002@example.test"));
  EXPECT_EQ(final_of(pair.by_a(between, IpAddress::v4(192, 0, 2, 66))), 407);
  EXPECT_EQ(only(pair.by_a(only(pair.b.invite("sip:1002@example.test")))).flow, Wire::tcp(1));
}

TEST(Cluster, AFlowThatIsGoneIs430AndTheCallerNodeGoesOn) {
  Pair pair;
  (void)pair.a.reg(Wire::tcp(1), {kFlow, {"Supported: path, outbound"}});
  auto second = kFlow;
  second.back() = '2';
  (void)pair.a.reg(Wire::tcp(2), {second, {"Supported: path, outbound"}});
  pair.pass();
  (void)pair.a.lose(Wire::tcp(2));  // B has not heard of it yet
  const auto first = only(pair.b.invite("sip:1002@example.test"));
  EXPECT_TRUE(route_of(first).starts_with("<sip:n-f2."));
  auto answer = pair.by_a(first);
  EXPECT_EQ(final_of(answer), 430);
  const auto next = only(pair.b.reply(first, 430));
  EXPECT_TRUE(route_of(next).starts_with("<sip:n-f1."));
  EXPECT_EQ(only(pair.by_a(next)).flow, Wire::tcp(1));
  EXPECT_EQ(pair.b.core->binding_count(), 1U);
}

TEST(Cluster, ANodeThatIsNotReachedLosesNoFlows) {
  Pair pair;
  (void)pair.a.reg(Wire::tcp(1), {kFlow, {"Supported: path, outbound"}});
  pair.pass();
  const auto between = only(pair.b.invite("sip:1002@example.test"));
  pair.b.writes.clear();
  EXPECT_EQ(final_of(pair.b.lose(between.flow)), 480) << "as when the node is known not to answer";
  EXPECT_EQ(pair.b.core->binding_count(), 1U);
  EXPECT_TRUE(pair.b.writes.empty());
}

TEST(Cluster, WithoutAFlowTheContactIsCalledWhenTheConnectionIsGone) {
  Pair pair;
  (void)pair.a.reg(Wire::tcp(1), {"<sip:line1@192.0.2.75:5075>"});
  pair.pass();
  (void)pair.a.lose(Wire::tcp(1));
  const auto between = only(pair.b.invite("sip:1002@example.test"));
  EXPECT_TRUE(route_of(between).starts_with("<sip:n-s1."));
  const auto at_phone = only(pair.by_a(between));
  EXPECT_EQ(at_phone.flow.remote.text(), "192.0.2.75:5075");
  EXPECT_EQ(at_phone.flow.connection, 0U);
}

TEST(Cluster, APhoneBehindANatIsReachedFromTheSocketThatItKnows) {
  Pair pair;
  const auto phone = Wire::udp(5, kSecondSocket);
  (void)pair.a.reg(phone, {"<sip:line1@203.0.113.5:31000>" + kInstance, {"Supported: path, outbound"}});
  pair.pass();
  auto between = only(pair.b.invite("sip:1002@example.test"));
  EXPECT_TRUE(route_of(between).starts_with("<sip:n-d4c00002")) << route_of(between);
  EXPECT_EQ(only(pair.by_a(between)).flow, phone);
  // The node has started again: the phone is where it was.
  pair.a.core = std::make_unique<Core>(node("sip:192.0.2.1:5060"), pair.a.random, pair.a.locator);
  between = only(pair.b.invite("sip:1002@example.test"));
  EXPECT_EQ(only(pair.by_a(between)).flow, phone);
}

TEST(Cluster, ConnectionsOfAnEarlierRunAreGone) {
  Pair pair;
  (void)pair.a.reg(Wire::tcp(1), {kFlow, {"Supported: path, outbound"}});
  auto stored = pair.a.writes.at(0).put;
  for (Binding& binding : stored) binding.connection = {};
  pair.pass();
  pair.a.core = std::make_unique<Core>(node("sip:192.0.2.1:5060"), pair.a.random, pair.a.locator);
  (void)pair.a.reg(Wire::tcp(1), {"<sip:other@10.0.0.9>", {}, "1003"});  // the number is given out again
  pair.a.writes.clear();
  pair.a.core->replace(pair.a.now, "sip:1002@example.test", stored);
  (void)pair.a.sent();
  EXPECT_EQ(pair.a.core->binding_count(), 1U);
  ASSERT_EQ(pair.a.writes.size(), 1U) << "nobody else can know that it is dead";
  EXPECT_EQ(pair.a.writes[0].remove.at(0).only, stored[0].expires);
  EXPECT_EQ(final_of(pair.by_a(only(pair.b.invite("sip:1002@example.test")))), 430);
}

TEST(Cluster, ASnapshotWithOurOwnBindingKeepsItsConnection) {
  Pair pair;
  (void)pair.a.reg(Wire::tcp(1), {kFlow, {"Supported: path, outbound"}});
  auto stored = pair.a.writes.at(0).put;
  for (Binding& binding : stored) {
    binding.connection = {};
    binding.cseq += 1;  // whose answer never came
  }
  pair.a.core->replace(pair.a.now, "sip:1002@example.test", stored);
  EXPECT_EQ(only(pair.a.invite("sip:1002@example.test")).flow, Wire::tcp(1));
}

TEST(Cluster, WhatAStoreHasLostIsGivenBackByWhoReachesIt) {
  Pair pair;
  (void)pair.a.reg(Wire::tcp(1), {kFlow, {"Supported: path, outbound"}});
  (void)pair.a.reg(Wire::udp(5), {"<sip:1003@203.0.113.5:31000>", {}, "1003"});
  const auto writes = pair.a.writes;
  pair.pass();
  EXPECT_EQ(pair.a.core->addresses().size(), 2U);
  const auto at_a = pair.a.core->kept("sip:1002@example.test", pair.a.now.wall);
  ASSERT_EQ(at_a.size(), 1U);
  EXPECT_EQ(at_a[0].through, writes.at(0).put.at(0).through);
  EXPECT_EQ(at_a[0].cseq, writes[0].put[0].cseq);
  EXPECT_EQ(pair.b.core->addresses().size(), 2U);
  EXPECT_TRUE(pair.b.core->kept("sip:1002@example.test", pair.b.now.wall).empty()) << "A reaches it, B does not";
  EXPECT_EQ(pair.b.core->kept("sip:1003@example.test", pair.b.now.wall).size(), 1U);
  EXPECT_TRUE(pair.b.core->kept("sip:1003@example.test", pair.b.now.wall + seconds(3601)).empty());
}

// Two shards of node A; the first one gets what another node sends for a connection of the second one.
TEST(Cluster, AShardReachesTheConnectionsOfTheOthers) {
  Config first = node("sip:192.0.2.1:5060"), second = first;
  first.shards = {0, 2, "a secret of this run"};
  second.shards = {1, 2, "a secret of this run"};
  const std::uint64_t number = (std::uint64_t{1} << 48) + 7;
  Wire a(first), b(second);
  b.random = SeededRandom(99);
  EXPECT_EQ(b.reg(Wire::tcp(number), {kFlow, {"Supported: path, outbound"}}).status(), 200);
  ASSERT_EQ(b.writes.size(), 1U);
  const auto stored = b.writes[0];
  a.core->apply(a.now, stored);
  EXPECT_EQ(only(a.invite("sip:1002@example.test")).flow.connection, number);
  // Read from the store it is the same.
  auto binding = stored.put.at(0);
  EXPECT_TRUE(binding.through.starts_with("<sip:n-f")) << binding.through;
  binding.connection = {};
  binding.cseq += 1;
  a.core->replace(a.now, binding.aor, {binding});
  EXPECT_EQ(only(a.invite("sip:1002@example.test")).flow.connection, number);
  ASSERT_EQ(a.core->kept(binding.aor, a.now.wall).size(), 1U);
  EXPECT_EQ(a.core->kept(binding.aor, a.now.wall)[0].through, binding.through);
  // And what another node sends comes there, whichever shard the kernel gives it to.
  Wire other(node("sip:192.0.2.2:5060"));
  other.core->replace(other.now, binding.aor, {binding});
  const auto between = only(other.invite("sip:1002@example.test"));
  const auto sent = a.receive({transport::Protocol::Udp, kUdpSocket, {IpAddress::v4(192, 0, 2, 2), 5060}, 0},
                              std::string(between.message.bytes()));
  EXPECT_EQ(only(sent).flow.connection, number);
  // When it is gone for the second one it is for the first.
  (void)a.lose(Wire::tcp(number));
  EXPECT_EQ(final_of(a.invite("sip:1002@example.test")), 480);
}

// Who has overheard a request plays it nowhere again: only the node that made its nonce knows what was used.
TEST(Cluster, ANonceIsGoodAtTheNodeThatMadeItAlone) {
  Config one = node("sip:192.0.2.1:5060"), two = node("sip:192.0.2.2:5060");
  one.authenticate = two.authenticate = true;
  World a(one), b(two);
  for (World* const world : {&a, &b}) {
    world->random = SeededRandom(world == &a ? 1 : 7);
    world->core = std::make_unique<Core>(world == &a ? one : two, world->random, world->locator);
  }
  Draft draft;
  draft.method = "REGISTER";
  draft.uri = "sip:example.test";
  draft.to = "<sip:1001@example.test>";
  a.send(party(9), draft);
  const auto challenge = a.expect(party(9), 401);
  draft.cseq = 2;
  draft.branch = "z9hG4bKsecond";
  draft.headers = {"Authorization: " + World::credentials(challenge, draft, "1001", "secret-1001")};
  a.send(party(9), draft);
  (void)a.expect(party(9), 200);
  draft.branch = "z9hG4bKagain";
  const auto is_stale = [&](World& world) {
    world.send(party(9), draft);
    return value(world.expect(party(9), 401), HeaderId::WwwAuthenticate).find("stale=true") != std::string::npos;
  };
  EXPECT_TRUE(is_stale(a));
  EXPECT_TRUE(is_stale(b));
  // Nor at the same one when it has started again, and forgotten.
  a.core = std::make_unique<Core>(one, a.random, a.locator);
  EXPECT_TRUE(is_stale(a));
  // Whoever knows the password comes in at the other one too.
  draft.branch = "z9hG4bKthird";
  draft.headers = {};
  b.send(party(9), draft);
  draft.headers = {"Authorization: " + World::credentials(b.expect(party(9), 401), draft, "1001", "secret-1001")};
  draft.branch = "z9hG4bKfourth";
  b.send(party(9), draft);
  (void)b.expect(party(9), 200);
}

TEST(Cluster, AStoreThatIsAwayIs503) {
  World world;
  world.hold_store = true;
  Draft draft;
  draft.method = "REGISTER";
  draft.uri = "sip:example.test";
  draft.to = "<sip:1001@example.test>";
  draft.headers = {"Contact: <sip:1001@192.0.2.9>"};
  world.send(party(9), draft);
  world.core->stored(world.now, world.writes.at(0).id, Stored::Unreachable);
  world.hold_store = false;
  world.advance(seconds(0));
  const auto refusal = world.expect(party(9), 503);
  const int after = std::stoi(value(refusal, HeaderId::RetryAfter));
  EXPECT_GE(after, 5);
  EXPECT_LT(after, 15);
  EXPECT_EQ(world.core->binding_count(), 0U);
}

}  // namespace
}  // namespace offhook::proxy::test
