// Sessions with a TURN server, between NATs: who is heard over it, when the direct way is taken, how long anybody waits
// for a server that is silent, and what leaves when a call is over. RFC 8656, RFC 8445; virtual time.
#include <gmock/gmock.h>

#include "../../turn/test/turn_server.hpp"
#include "dtls_plans.hpp"
#include "duet.hpp"
#include "nat_network.hpp"
#include "rtp/demux.hpp"

namespace offhook::media {
namespace {

using sdp::IceType;
using testing::HasSubstr;
using testing::IsEmpty;

struct Packet {
  Endpoint from, to;
  std::vector<std::uint8_t> bytes;
};

std::string_view text(const std::vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Relayed : Duet {
  explicit Relayed(NatKind left_kind = NatKind::Symmetric, NatKind right_kind = NatKind::Symmetric, bool mux = false)
      : Duet(settings()) {
    nat_a.address = IpAddress::v4(203, 0, 113, 1);
    nat_b.address = IpAddress::v4(203, 0, 113, 2);
    nat_a.kind = left_kind;
    nat_b.kind = right_kind;
    plan_a.rtcp_mux = plan_b.rtcp_mux = mux;
    plan_a.remote = {IpAddress::v4(198, 51, 100, 66), 4000};  // nobody is there
    plan_b.remote = {IpAddress::v4(198, 51, 100, 67), 4000};
  }
  static EngineConfig settings() {
    EngineConfig out = reporting(seconds(2));
    out.pilots = {440, 659};
    out.symmetry = Symmetry::None;
    return out;
  }
  // Both look for their addresses, tell each other, and begin.
  void call(bool relay_a = true, bool relay_b = true) {
    find(a, sa, relay_a);
    find(b, sb, relay_b);
    go(seconds(3));
    agree();
    talk();
  }
  void find(Engine& engine, SessionId session, bool relay) {
    if (stun) (void)engine.gather(session, server.address, now);
    if (relay)
      (void)engine.allocate(
          session, std::make_shared<const turn::Server>(turn::Server{server.address, server.user, password}), now);
  }
  sdp::IceSide side(const Endpoint& own, const std::optional<Mapped>& mapped, const std::string& name) const {
    sdp::IceSide out;
    out.ufrag = name + "frag";
    out.password = name + std::string(22, 'p');
    const auto add = [&](const char* foundation, IceType type, std::uint16_t component, const Endpoint& address) {
      out.candidates.push_back({foundation, component, sdp::ice_priority(type, component), address, type, {}});
    };
    for (const std::uint16_t component : {std::uint16_t{1}, std::uint16_t{2}}) {
      const Endpoint base{own.address, static_cast<std::uint16_t>(own.port + component - 1)};
      add("1", IceType::Host, component, base);
      if (!mapped) continue;
      const auto& seen = component == 1 ? mapped->rtp : mapped->rtcp;
      const auto& relayed = component == 1 ? mapped->relayed_rtp : mapped->relayed_rtcp;
      if (seen && *seen != base) add("2", IceType::ServerReflexive, component, *seen);
      if (relayed) add("3", IceType::Relayed, component, *relayed);
    }
    return out;
  }
  void agree(const std::string& suffix = "") {
    const auto of_a = side(kLeft, mapped_a, "left" + suffix), of_b = side(kRight, mapped_b, "right" + suffix);
    plan_a.checks = std::make_shared<const sdp::IceExchange>(sdp::IceExchange{of_a, of_b, true});
    plan_b.checks = std::make_shared<const sdp::IceExchange>(sdp::IceExchange{of_b, of_a, false});
  }
  void go(Duration span) {
    for (const TimePoint end = now.mono + span; now.mono < end;) {
      now.wall += milliseconds(5);
      now.mono += milliseconds(5);
      while (!on_the_way.empty() && on_the_way.begin()->first <= now.mono)
        arrive(std::move(on_the_way.extract(on_the_way.begin()).mapped()));
      a.wake(now);
      b.wake(now);
      pass(a, nat_a);
      pass(b, nat_b);
      while (auto mapped = a.poll_mapped()) mapped_a = *mapped, mapped_at = now.mono;
      while (auto mapped = b.poll_mapped()) mapped_b = *mapped;
      while (auto chosen = a.poll_chosen()) chosen_a.push_back(chosen->choice);
      while (auto failure = a.poll_failure()) failures_a.push_back(*failure);
    }
  }
  void pass(Engine& from, Nat& out) {
    while (const auto t = from.poll_transmit()) {
      if (t->remote == plan_a.remote || t->remote == plan_b.remote) ++astray;
      fly({out.out(t->local, t->remote), t->remote, {t->bytes.begin(), t->bytes.end()}});
    }
  }
  void fly(Packet packet) {
    if (cut || dice.below(100) < lost) return;
    on_the_way.emplace(now.mono + milliseconds(10 + static_cast<std::int64_t>(dice.below(jitter + 1))),
                       std::move(packet));
  }
  void arrive(const Packet& packet) {
    std::vector<turn::TestServer::Packet> out;
    if (packet.to == server.address)
      out = server.receive(now.mono, packet.from, text(packet.bytes));
    else if (packet.to.address == server.address.address)
      out = server.relay(now.mono, packet.from, packet.to, text(packet.bytes));
    else if (const auto inside = nat_a.in(packet.from, packet.to); inside && is_at(*inside, kLeft))
      a.receive(now, *inside, packet.from, packet.bytes);
    else if (const auto behind = nat_b.in(packet.from, packet.to); behind && is_at(*behind, kRight))
      b.receive(now, *behind, packet.from, packet.bytes);
    for (const auto& each : out) fly({each.from, each.to, {each.bytes.begin(), each.bytes.end()}});
  }
  // Private addresses reach nobody behind another NAT.
  [[nodiscard]] static bool is_at(const Endpoint& endpoint, const Endpoint& phone) {
    return endpoint.address == phone.address;
  }
  [[nodiscard]] bool both_hear() const { return a.hearing(sa).hears(659) && b.hearing(sb).hears(440); }

  turn::TestServer server;
  std::string password = "secret";
  Nat nat_a, nat_b;
  SeededRandom dice{5};
  std::uint64_t lost = 0, jitter = 0;
  bool cut = false, stun = true;
  std::multimap<TimePoint, Packet> on_the_way;
  std::optional<Mapped> mapped_a, mapped_b;
  TimePoint mapped_at{};
  std::vector<sdp::IceChoice> chosen_a;
  std::vector<LinkFailure> failures_a;
  int astray = 0;
};

TEST(RelaySession, TwoSymmetricNatsMeet) {
  Relayed w;
  w.call();
  w.go(seconds(8));
  EXPECT_TRUE(w.both_hear());
  ASSERT_EQ(w.chosen_a.size(), 1U);
  EXPECT_GT(w.server.channel_data, 200) << "audio has a channel";
  for (const auto& stats : {*w.a.stats(w.sa), *w.b.stats(w.sb)}) {
    EXPECT_GT(stats.rtcp_received, 1U);
    EXPECT_EQ(stats.packets_malformed, 0U);
    EXPECT_EQ(stats.packets_lost, 0);
  }
  EXPECT_EQ(w.astray, 0);
}

TEST(RelaySession, WithoutARelayTheyDoNot) {
  Relayed w;
  w.call(false, false);
  w.go(seconds(60));
  EXPECT_FALSE(w.a.hearing(w.sa).hears(659));
  EXPECT_FALSE(w.b.hearing(w.sb).hears(440));
  ASSERT_EQ(w.failures_a.size(), 1U);
  EXPECT_EQ(w.failures_a[0].what, LinkFailure::What::NoWay);
}

TEST(RelaySession, OneRelayIsEnough) {
  for (const bool of_a : {true, false}) {
    Relayed w;
    w.call(of_a, !of_a);
    w.go(seconds(8));
    EXPECT_TRUE(w.both_hear()) << of_a;
    ASSERT_EQ(w.chosen_a.size(), 1U) << of_a;
    if (of_a) {
      EXPECT_EQ(w.chosen_a[0].local[0].type, IceType::Relayed);
      EXPECT_EQ(w.chosen_a[0].local[0].address, w.mapped_a->relayed_rtp);
    } else {
      EXPECT_EQ(w.chosen_a[0].remote[0], w.mapped_b->relayed_rtp);
    }
  }
}

TEST(RelaySession, RtcpMayShareThePort) {
  Relayed w(NatKind::Symmetric, NatKind::Symmetric, true);
  w.call(true, false);
  w.go(seconds(8));
  EXPECT_TRUE(w.both_hear());
  EXPECT_EQ(w.chosen_a.at(0).local.size(), 1U);
  for (const auto& stats : {*w.a.stats(w.sa), *w.b.stats(w.sb)}) EXPECT_GT(stats.rtcp_received, 1U);
}

TEST(RelaySession, ADirectWayIsTakenWhereThereIsOne) {
  Relayed w(NatKind::Cone, NatKind::Cone);
  w.call();
  w.go(seconds(5));
  ASSERT_EQ(w.chosen_a.size(), 1U);
  EXPECT_EQ(w.chosen_a[0].remote[0], w.mapped_b->rtp);
  const int relayed = w.server.channel_data + w.server.indications;
  w.go(seconds(5));
  EXPECT_TRUE(w.both_hear());
  EXPECT_LE(w.server.channel_data + w.server.indications, relayed + 5) << "nothing of the audio";
}

TEST(RelaySession, TheTurnServerTellsOurOwnAddressToo) {
  Relayed w(NatKind::Cone, NatKind::Cone);
  w.stun = false;
  w.call();
  ASSERT_TRUE(w.mapped_a && w.mapped_a->rtp && w.mapped_a->rtcp);
  EXPECT_EQ(w.mapped_a->rtp->address, w.nat_a.address);
  EXPECT_EQ(w.mapped_a->no_relay, "");
  w.go(seconds(5));
  EXPECT_TRUE(w.both_hear());
}

// A call waits no longer for it than for a STUN server.
TEST(RelaySession, ASilentServerIsGivenUpInTime) {
  Relayed w(NatKind::Cone, NatKind::Cone);
  w.server.silent = true;
  const TimePoint begun = w.now.mono;
  w.find(w.a, w.sa, true);
  w.go(seconds(4));
  ASSERT_TRUE(w.mapped_a);
  EXPECT_LE(w.mapped_at - begun, milliseconds(2550));
  EXPECT_FALSE(w.mapped_a->rtp || w.mapped_a->relayed_rtp || w.mapped_a->relayed_rtcp);
  EXPECT_TRUE(w.mapped_a->relay_is_silent);
  EXPECT_THAT(w.mapped_a->no_relay, HasSubstr("does not answer"));
}

TEST(RelaySession, AWrongPasswordCostsNoTime) {
  Relayed w(NatKind::Cone, NatKind::Cone);
  w.password = "wrong";
  const TimePoint begun = w.now.mono;
  w.call();
  ASSERT_TRUE(w.mapped_a);
  EXPECT_LE(w.mapped_at - begun, milliseconds(200));
  EXPECT_TRUE(w.mapped_a->rtp);
  EXPECT_FALSE(w.mapped_a->relayed_rtp);
  EXPECT_FALSE(w.mapped_a->relay_is_silent);
  EXPECT_THAT(w.mapped_a->no_relay, HasSubstr("password"));
  w.go(seconds(5));
  EXPECT_TRUE(w.both_hear());
}

TEST(RelaySession, AllIsGivenBackWithTheCall) {
  Relayed w;
  w.call();
  w.go(seconds(3));
  EXPECT_EQ(w.server.allocations.size(), 4U);
  w.a.close(w.sa, w.now);
  w.b.close(w.sb, w.now);
  w.go(milliseconds(100));
  EXPECT_THAT(w.server.allocations, IsEmpty());
}

TEST(RelaySession, AnAddressThatComesTooLateIsGivenBack) {
  Relayed w;
  w.jitter = 3000;
  w.call();
  ASSERT_TRUE(w.mapped_a);
  w.go(seconds(12));
  EXPECT_EQ(w.server.allocations.size(), static_cast<std::size_t>(w.mapped_a->relayed_rtp.has_value()) +
                                             static_cast<std::size_t>(w.mapped_a->relayed_rtcp.has_value()) +
                                             static_cast<std::size_t>(w.mapped_b->relayed_rtp.has_value()) +
                                             static_cast<std::size_t>(w.mapped_b->relayed_rtcp.has_value()));
}

// Every refresh there is falls into it: permissions, the channel, the allocation, nonces that grow old.
TEST(RelaySession, IsHeardForAsLongAsItLasts) {
  Relayed w;
  w.server.nonce_lasts = minutes(3);
  w.lost = 2;
  w.call(true, false);
  w.go(seconds(10));
  for (int minute = 0; minute < 11; ++minute) {
    w.go(minutes(1));
    EXPECT_TRUE(w.both_hear()) << minute;
  }
  EXPECT_THAT(w.failures_a, IsEmpty());
  EXPECT_EQ(w.chosen_a.size(), 1U);
}

TEST(RelaySession, AServerThatGoesIsNoticedAsSilence) {
  Relayed w;
  w.call(true, false);
  w.go(seconds(5));
  EXPECT_TRUE(w.both_hear());
  w.server.silent = true;
  w.go(seconds(40));
  ASSERT_EQ(w.failures_a.size(), 1U);
  EXPECT_EQ(w.failures_a[0].what, LinkFailure::What::Silence);
  w.server.silent = false;
  w.agree("again");
  w.talk();
  w.go(seconds(8));
  EXPECT_TRUE(w.both_hear()) << "it was away for less than the allocation lasts";
}

TEST(RelaySession, AudioGoesOnOverARestart) {
  Relayed w;
  w.call();
  w.go(seconds(5));
  w.agree("again");
  const auto before = w.b.stats(w.sb)->packets_received;
  w.talk();
  w.go(seconds(2));
  EXPECT_GE(w.b.stats(w.sb)->packets_received - before, 95U);
  w.go(seconds(3));
  EXPECT_TRUE(w.both_hear());
  EXPECT_EQ(w.chosen_a.size(), 2U);
}

// RFC 8839 §4.4.3.1
TEST(RelaySession, APlanWithoutChecksLeavesTheRelayAlone) {
  Relayed w(NatKind::None, NatKind::None);
  w.call();
  w.go(seconds(3));
  w.plan_a.checks.reset();
  w.plan_b.checks.reset();
  w.plan_a.remote = kRight;
  w.plan_b.remote = kLeft;
  w.talk();
  const int relayed = w.server.channel_data + w.server.indications;
  w.go(seconds(5));
  EXPECT_TRUE(w.both_hear());
  EXPECT_EQ(w.server.channel_data + w.server.indications, relayed);
}

TEST(RelaySession, SoDoesDtls) {
  Relayed w(NatKind::Symmetric, NatKind::Symmetric, true);
  plan_dtls(w.plan_a, w.plan_b);
  w.call();
  w.go(seconds(8));
  EXPECT_TRUE(w.both_hear());
  EXPECT_TRUE(w.a.stats(w.sa)->encrypted && w.b.stats(w.sb)->encrypted);
  EXPECT_EQ(w.astray, 0);
}

TEST(RelaySession, AHandshakeWithoutChecksLeavesTheRelayAlone) {
  Relayed w(NatKind::Symmetric, NatKind::Symmetric, true);
  plan_dtls(w.plan_a, w.plan_b);
  w.call();
  w.go(seconds(5));
  ASSERT_TRUE(w.both_hear());
  w.nat_a.kind = w.nat_b.kind = NatKind::None;
  w.plan_a.checks.reset();
  w.plan_b.checks.reset();
  w.plan_a.remote = kRight;
  w.plan_b.remote = kLeft;
  for (AudioPlan* plan : {&w.plan_a, &w.plan_b})
    plan->dtls->terms.local_id = plan->dtls->terms.remote_id = "another association";
  w.go(seconds(1));
  w.talk();
  const int relayed = w.server.channel_data + w.server.indications;
  w.go(seconds(5));
  EXPECT_TRUE(w.both_hear());
  EXPECT_TRUE(w.a.stats(w.sa)->encrypted && w.b.stats(w.sb)->encrypted);
  EXPECT_EQ(w.server.channel_data + w.server.indications, relayed);
}

TEST(RelaySession, ManySeedsAreHeardOverARoughWire) {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    Relayed w(NatKind::Symmetric, static_cast<NatKind>(1 + seed % 2), seed % 3 == 0);
    w.dice = SeededRandom(seed);
    w.call(seed % 5 != 1, seed % 5 != 2);
    w.lost = 8;
    w.jitter = 60;
    w.go(seconds(15));
    EXPECT_TRUE(w.both_hear()) << seed;
  }
}

// What says that it comes from the server must have its address.
TEST(RelaySession, OnlyTheServerSpeaksForPeers) {
  Relayed w(NatKind::None, NatKind::None);
  w.call();
  w.go(seconds(5));
  const auto before = w.a.stats(w.sa)->packets_received;
  std::vector<std::uint8_t> packet{0x40, 0, 0, 172};
  rtp::append_header(packet, {true, 0, 1, rtp::RtpTime(0), 77});
  packet.insert(packet.end(), 160, 0xff);
  w.a.receive(w.now, kLeft, {w.server.address.address, 3479}, packet);
  EXPECT_EQ(w.a.stats(w.sa)->packets_received, before);
  EXPECT_EQ(w.a.stats(w.sa)->packets_malformed, 1U);
}

}  // namespace
}  // namespace offhook::media
