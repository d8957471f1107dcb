// An allocation over its whole life: RFC 8656 §7 to §12, RFC 8489 §9.2, in virtual time.
#include "turn/allocation.hpp"

#include <gmock/gmock.h>

#include "turn_server.hpp"

namespace offhook::turn {
namespace {

using State = Allocation::State;
using testing::HasSubstr;
using testing::IsEmpty;

const Endpoint kClient{IpAddress::v4(192, 0, 2, 1), 11780};
const Endpoint kPeer{IpAddress::v4(203, 0, 113, 5), 4000}, kOther{IpAddress::v4(203, 0, 113, 6), 4000};

// One client, its server, and peers that only listen; a wire that delays and loses.
struct Relayed : testing::Test {
  void begin() { begin(server.user, server.password); }
  void begin(const std::string& user, const std::string& password) {
    client.emplace(now, std::make_shared<const Server>(Server{server.address, user, password}), random);
  }
  void go(Duration span) {
    for (const TimePoint end = now + span; now < end; now += milliseconds(10)) {
      while (!flying.empty() && flying.begin()->first <= now)
        deliver(std::move(flying.extract(flying.begin()).mapped()));
      while (const auto datagram = client->poll(now)) {
        ++sent;
        fly({kClient, server.address, *datagram});
      }
    }
  }
  void fly(TestServer::Packet packet) {
    if (lost > dice.below(100)) return;
    flying.emplace(now + delay, std::move(packet));
  }
  void deliver(const TestServer::Packet& packet) {
    if (packet.to == server.address) {
      for (auto& out : server.receive(now, packet.from, packet.bytes)) fly(std::move(out));
    } else if (packet.to == kClient) {
      if (tamper) return (void)client->receive(now, tamper(packet.bytes));
      const auto received = client->receive(now, packet.bytes);
      EXPECT_TRUE(received.is_ours);
      if (received.data) heard.emplace_back(received.data->peer, std::string(received.data->bytes));
    } else {
      at_peers.push_back(packet);
    }
  }
  void say(const Endpoint& peer, const std::string& bytes) {
    for (auto& out : server.relay(now, peer, client->relayed(), bytes)) fly(std::move(out));
  }
  // As media does.
  void talk(const Endpoint& peer, const std::string& bytes) {
    std::vector<std::uint8_t> out;
    client->frame(out, peer, [&](std::vector<std::uint8_t>& to) { to.insert(to.end(), bytes.begin(), bytes.end()); });
    if (!out.empty()) fly({kClient, server.address, {out.begin(), out.end()}});
  }
  void expect_allocated() {
    ASSERT_EQ(client->state(), State::Allocated) << client->failure();
    ASSERT_EQ(server.allocations.size(), 1U);
  }

  TestServer server;
  SeededRandom random{1}, dice{2};
  std::optional<Allocation> client;
  TimePoint now{seconds(1000)};
  Duration delay = milliseconds(20);
  std::uint64_t lost = 0;
  std::function<std::string(std::string)> tamper;
  std::multimap<TimePoint, TestServer::Packet> flying;
  std::vector<TestServer::Packet> at_peers;
  std::vector<std::pair<Endpoint, std::string>> heard;
  int sent = 0;
};

TEST_F(Relayed, AllocatesWithLongTermCredentials) {
  begin();
  go(milliseconds(100));
  expect_allocated();
  EXPECT_EQ(client->relayed(), (Endpoint{server.address.address, 50'000}));
  EXPECT_EQ(client->mapped(), kClient);
  EXPECT_EQ(server.requests[kAllocate], 2) << "the first one is told realm and nonce";
}

TEST_F(Relayed, DataGoesBothWaysOnceThePeerIsLetIn) {
  begin();
  go(milliseconds(100));
  say(kPeer, "too early");
  client->send(now, kPeer, "one");
  client->send(now, kPeer, "two!");
  go(milliseconds(200));
  ASSERT_EQ(at_peers.size(), 2U) << "they waited for the permission";
  EXPECT_EQ(at_peers[0].bytes, "one");
  EXPECT_EQ(at_peers[0].from, client->relayed());
  EXPECT_EQ(at_peers[1].to, kPeer);
  say(kPeer, "back");
  say({kPeer.address, 5555}, "from another port");
  say(kOther, "who is that?");
  go(milliseconds(100));
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(heard[0], std::pair(kPeer, std::string("back")));
  EXPECT_EQ(heard[1].first.port, 5555);
  EXPECT_EQ(server.requests[kCreatePermission], 1);
}

TEST_F(Relayed, MediaHasAChannel) {
  begin();
  go(milliseconds(100));
  client->allow(now, kPeer.address);
  client->bind(now, kPeer);
  go(milliseconds(25));
  talk(kPeer, "before the answer");
  go(milliseconds(100));
  ASSERT_TRUE(client->is_bound(kPeer));
  talk(kPeer, "audio");
  talk(kPeer, "");
  say(kPeer, "audio, too");
  go(milliseconds(100));
  EXPECT_EQ(server.channel_data, 1);
  ASSERT_FALSE(at_peers.empty());
  EXPECT_EQ(at_peers.back().bytes, "audio");
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0], std::pair(kPeer, std::string("audio, too")));
  talk(kOther, "nobody has let it in");
  go(milliseconds(100));
  EXPECT_EQ(server.dropped, 0) << "that never left";
}

TEST_F(Relayed, ACallOfAnHourNeverLacksPermissionOrChannel) {
  server.nonce_lasts = minutes(7);
  lost = 10;
  begin();
  go(seconds(5));
  client->allow(now, kPeer.address);
  client->bind(now, kPeer);
  go(seconds(5));
  std::size_t said = 0;
  lost = 0;
  for (const TimePoint end = now + minutes(61); now < end; ++said) {
    client->allow(now, kPeer.address);  // as consent does
    talk(kPeer, "audio");
    say(kPeer, "audio");
    lost = 10;
    go(seconds(5));
    lost = 0;
  }
  expect_allocated();
  EXPECT_EQ(server.dropped, 0);
  EXPECT_GT(at_peers.size(), said * 8 / 10);
  EXPECT_GT(heard.size(), said * 8 / 10);
  EXPECT_GE(server.channel_data, static_cast<int>(at_peers.size()));
  EXPECT_EQ(server.indications, 0) << "the channel was never lost";
  EXPECT_LT(sent, 330) << "a datagram every 20 s, and little else";
}

TEST_F(Relayed, ServersWithShortLifetimesAreRefreshedInTime) {
  server.lifetime = 60;
  begin();
  go(minutes(10));
  expect_allocated();
  EXPECT_NEAR(server.requests[kRefresh], 20, 2);
}

// Whom nobody speaks to any more is forgotten, here and there.
TEST_F(Relayed, IdlePermissionsAndChannelsEnd) {
  begin();
  go(milliseconds(100));
  for (const Endpoint& peer : {kPeer, kOther}) {
    client->allow(now, peer.address);
    client->bind(now, peer);
    go(seconds(1));
  }
  EXPECT_EQ(client->channels(), 2U);
  for (int minute = 0; minute < 20; ++minute) {
    client->allow(now, kOther.address);
    go(minutes(1));
  }
  EXPECT_EQ(client->permissions(), 1U);
  EXPECT_EQ(client->channels(), 1U);
  EXPECT_TRUE(client->is_bound(kOther));
  EXPECT_TRUE(client->allows(kOther.address));
  EXPECT_FALSE(client->allows(kPeer.address));
}

TEST_F(Relayed, WhatIsLeftToEndIsKeptWhenItIsWantedAgain) {
  begin();
  go(milliseconds(100));
  client->allow(now, kPeer.address);
  client->bind(now, kPeer);
  go(seconds(1));
  client->bind(now, kOther);
  go(milliseconds(9 * 60'000 + 10'000));  // neither was renewed
  EXPECT_FALSE(client->allows(kPeer.address));
  client->bind(now, kPeer);
  client->allow(now, kPeer.address);
  go(minutes(2));
  EXPECT_TRUE(client->is_bound(kPeer));
  EXPECT_TRUE(client->allows(kPeer.address));
}

TEST_F(Relayed, TablesAreBounded) {
  begin();
  go(milliseconds(100));
  const auto peer = [](int i) {
    return Endpoint{IpAddress::v4(10, 0, static_cast<std::uint8_t>(i / 250), static_cast<std::uint8_t>(i % 250)), 4000};
  };
  for (int i = 0; i < 300; ++i) {
    client->send(now, peer(i), "hello");
    client->bind(now, peer(i));
  }
  EXPECT_EQ(client->permissions(), Allocation::kMostPermissions);
  EXPECT_EQ(client->channels(), Allocation::kMostChannels);
  go(seconds(1));
  EXPECT_LE(at_peers.size(), Allocation::kMostHeld);
  go(seconds(60));
  client->send(now, peer(299), "there is room again");
  go(seconds(1));
  EXPECT_EQ(at_peers.back().to, peer(299));
  EXPECT_EQ(client->permissions(), Allocation::kMostPermissions);
}

TEST_F(Relayed, GivesTheAddressBack) {
  begin();
  go(milliseconds(100));
  client->close(now);
  const auto datagram = client->poll(now);
  ASSERT_TRUE(datagram);
  EXPECT_EQ(number_of(*stun::Message::parse(*datagram), kLifetime), 0U);
  (void)server.receive(now, kClient, *datagram);
  EXPECT_THAT(server.allocations, IsEmpty());
  EXPECT_EQ(client->state(), State::Closed);
}

TEST_F(Relayed, WhatComesTooLateIsGivenBackAsWell) {
  delay = seconds(2);
  begin();
  go(seconds(5));
  EXPECT_EQ(server.allocations.size(), 0U);
  client->close(now);
  EXPECT_EQ(client->state(), State::Asking);
  go(seconds(20));
  EXPECT_EQ(server.requests[kRefresh] > 0, true);
  EXPECT_THAT(server.allocations, IsEmpty());
  EXPECT_EQ(client->state(), State::Closed);
}

TEST_F(Relayed, LossIsMadeGood) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    server = {};
    flying.clear();
    at_peers.clear();
    dice = SeededRandom(seed);
    lost = 20;
    begin();
    go(seconds(40));
    ASSERT_EQ(client->state(), State::Allocated) << seed << client->failure();
    for (int i = 0; i < 30; ++i) {
      client->send(now, kPeer, "hello");
      go(seconds(1));
    }
    EXPECT_GT(at_peers.size(), 5U) << seed;
  }
}

TEST_F(Relayed, ASilentServerIsGivenUp) {
  server.silent = true;
  begin();
  go(seconds(39));
  EXPECT_EQ(client->state(), State::Asking);
  go(seconds(1));
  EXPECT_EQ(client->state(), State::Failed);
  EXPECT_TRUE(client->was_silent());
  EXPECT_EQ(client->failure(), "the TURN server does not answer");
  EXPECT_EQ(sent, 7);
  EXPECT_FALSE(client->deadline());
}

TEST_F(Relayed, AServerThatGoesIsNoticedWithTheNextRefresh) {
  begin();
  go(seconds(1));
  client->send(now, kPeer, "hello");
  go(seconds(1));
  server.silent = true;
  go(minutes(11));
  EXPECT_EQ(client->state(), State::Failed);
  EXPECT_THAT(client->failure(), HasSubstr("does not answer any more"));
  const int before = sent;
  client->send(now, kPeer, "nothing leaves");
  client->bind(now, kPeer);
  talk(kPeer, "nothing");
  go(minutes(1));
  EXPECT_EQ(sent, before);
  EXPECT_EQ(client->permissions(), 0U);
}

TEST_F(Relayed, AServerThatHasForgottenUsSaysSo) {
  begin();
  go(seconds(1));
  server.allocations.clear();
  go(minutes(10));
  EXPECT_EQ(client->state(), State::Failed);
  EXPECT_EQ(client->failure(), "the TURN server has forgotten the allocation");
  EXPECT_FALSE(client->was_silent());
}

TEST_F(Relayed, AWrongPasswordIsTriedOnce) {
  begin("phone", "wrong");
  go(seconds(1));
  EXPECT_EQ(client->state(), State::Failed);
  EXPECT_EQ(client->failure(), "the TURN server knows no such user or password");
  EXPECT_EQ(server.requests[kAllocate], 2);
}

// RFC 8656 §7.4: an allocation of a phone that was switched off is still there, at the same port.
TEST_F(Relayed, AnAllocationThatIsLeftOverIsReplaced) {
  begin();
  go(seconds(1));
  random = SeededRandom(77);
  begin();
  go(seconds(1));
  expect_allocated();
  EXPECT_EQ(client->relayed().port, 50'001);
}

TEST_F(Relayed, RefusalsHaveASentence) {
  const std::pair<int, const char*> expected[] = {
      {437, "another idea"},       {441, "another user"}, {486, "no more allocations"}, {508, "no address left"},
      {442, "does not relay UDP"}, {300, "another one"},  {500, "refuses with 500"}};
  for (const auto& [code, words] : expected) {
    server.refuse = [code = code](std::uint16_t) { return code; };
    begin();
    go(seconds(2));
    EXPECT_EQ(client->state(), State::Failed) << code;
    EXPECT_THAT(client->failure(), HasSubstr(words));
    EXPECT_FALSE(client->was_silent());
  }
}

// Servers forbid private addresses: that of one candidate must not cost the others.
TEST_F(Relayed, APeerThatIsForbiddenIsLeftAlone) {
  begin();
  go(seconds(1));
  int asked = 0;
  server.refuse = [&](std::uint16_t method) { return method == kCreatePermission && ++asked > 0 ? 403 : 0; };
  for (int i = 0; i < 20; ++i) {
    client->send(now, kPeer, "hello");
    go(milliseconds(500));
  }
  EXPECT_EQ(asked, 1) << "within half a minute";
  server.refuse = {};
  client->send(now, kOther, "hello");
  go(seconds(1));
  ASSERT_EQ(at_peers.size(), 1U);
  EXPECT_EQ(at_peers[0].to, kOther);
  go(seconds(25));
  EXPECT_TRUE(client->allows(kPeer.address)) << "for it was wanted after it had been refused";
}

TEST_F(Relayed, WhoIsForbiddenAndNotWantedAnyMoreIsNotAskedForAgain) {
  begin();
  go(seconds(1));
  server.refuse = [](std::uint16_t method) { return method == kCreatePermission ? 403 : 0; };
  client->send(now, kPeer, "hello");
  go(minutes(5));
  EXPECT_EQ(server.requests[kCreatePermission], 1);
  EXPECT_EQ(client->permissions(), 0U);
}

TEST_F(Relayed, AServerThatKnowsNoNonceOfItsOwnIsLeft) {
  server.nonce_lasts = milliseconds(1);
  begin();
  go(seconds(5));
  EXPECT_EQ(client->state(), State::Failed);
  EXPECT_LE(server.requests[kAllocate], 6);
}

// RFC 8489 §9.2.4: who does not know the password cannot answer.
TEST_F(Relayed, AnswersWithoutTheRightIntegrityAreDropped) {
  TestServer liar;
  liar.password = "another";
  begin();
  const auto question = *client->poll(now);
  for (const auto& packet : server.receive(now, kClient, question)) (void)client->receive(now, packet.bytes);
  const auto authenticated = *client->poll(now);
  const auto request = *stun::Message::parse(authenticated);
  for (const bool sealed : {false, true}) {
    std::string forged = stun::header(stun::Class::Success, kAllocate, request.id);
    stun::put_attribute(forged, kXorRelayedAddress, stun::address_value(kOther, &request.id));
    stun::put_length(forged);
    if (sealed) stun::put_integrity(forged, long_term_key(server.user, server.realm, "guessed"));
    (void)client->receive(now, forged);
    EXPECT_EQ(client->state(), State::Asking) << sealed;
  }
  for (const auto& packet : server.receive(now, kClient, authenticated)) (void)client->receive(now, packet.bytes);
  EXPECT_EQ(client->state(), State::Allocated);
}

TEST_F(Relayed, DataFromNobodyWeKnowIsDropped) {
  begin();
  go(seconds(1));
  const stun::TransactionId id{0x21, 0x12, 0xa4, 0x42};
  std::string indication = stun::header(stun::Class::Indication, kData, id);
  stun::put_attribute(indication, kXorPeerAddress, stun::address_value(kPeer, &id));
  stun::put_attribute(indication, kDataValue, "hello");
  stun::put_length(indication);
  EXPECT_FALSE(client->receive(now, indication).data);
  EXPECT_TRUE(client->receive(now, indication).is_ours);
  EXPECT_FALSE(client->receive(now, TestServer::channel_bytes(0x4000, "hello")).data);
  client->allow(now, kPeer.address);
  EXPECT_TRUE(client->receive(now, indication).data);
}

TEST_F(Relayed, TheWayThroughANatIsKeptOpen) {
  begin();
  go(seconds(1));
  sent = 0;
  go(seconds(100));
  EXPECT_EQ(sent, 5) << "every 20 s";
  EXPECT_EQ(server.requests.at(kAllocate), 2);
  sent = 0;
  for (int i = 0; i < 20; ++i) {
    client->send(now, kPeer, "hello");
    go(seconds(5));
  }
  EXPECT_EQ(sent, 21) << "what is said keeps it open as well: a permission, and the words";
}

TEST_F(Relayed, ThereIsNothingToDoBeforeTheDeadline) {
  begin();
  go(seconds(1));
  client->bind(now, kPeer);
  client->bind(now, kOther);  // before the first was asked for
  while (client->poll(now)) {
  }
  EXPECT_GT(client->deadline(), now);
}

// What is not for us: the same server may be asked for our address by somebody else.
TEST_F(Relayed, BindingIsNotOurs) {
  begin();
  EXPECT_FALSE(client->receive(now, stun::binding_request(stun::new_transaction_id(random))).is_ours);
  EXPECT_FALSE(client->receive(now, "no message").is_ours);
}

TEST_F(Relayed, V6AsksForV6) {
  server.address.address = *IpAddress::parse("2001:db8::1");
  begin();
  go(seconds(1));
  expect_allocated();
  EXPECT_TRUE(client->relayed().address.is_v6());
  client->allow(now, kPeer.address);
  EXPECT_EQ(client->permissions(), 0U) << "a peer of the other IP version cannot be reached";
  const Endpoint six{*IpAddress::parse("2001:db8::7"), 4000};
  client->send(now, six, "hello");
  go(seconds(1));
  ASSERT_EQ(at_peers.size(), 1U);
  EXPECT_EQ(at_peers[0].to, six);
}

}  // namespace
}  // namespace offhook::turn
