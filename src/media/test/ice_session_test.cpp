// Sessions whose peer is found by connectivity checks: who is heard and when, between NATs, over restarts, with DTLS,
// with RTCP on either port, and what happens when nobody answers. RFC 8445, RFC 8839, RFC 7675.
#include <gmock/gmock.h>

#include "dtls_plans.hpp"
#include "duet.hpp"
#include "nat_network.hpp"
#include "rtp/demux.hpp"
#include "stun/check.hpp"

namespace offhook::media {
namespace {

using sdp::IceType;

// Both know of each other what their descriptions say; the wire has NATs.
struct Checked : Duet {
  explicit Checked(bool mux = false) : Duet(settings()) {
    nat_a.address = IpAddress::v4(203, 0, 113, 1);
    nat_b.address = IpAddress::v4(203, 0, 113, 2);
    plan_a.rtcp_mux = plan_b.rtcp_mux = mux;
    // Where their descriptions send: nobody is there.
    plan_a.remote = {IpAddress::v4(198, 51, 100, 66), 4000};
    plan_b.remote = {IpAddress::v4(198, 51, 100, 67), 4000};
    way = [this](const Datagram&) { return delay(); };
  }
  static EngineConfig settings() {
    EngineConfig out = reporting(seconds(2));
    out.pilots = {440, 659};
    out.symmetry = Symmetry::None;
    return out;
  }
  std::optional<milliseconds> delay() {
    if (dice.below(100) < lost) return std::nullopt;
    return milliseconds(10 + static_cast<std::int64_t>(dice.below(jitter + 1)));
  }
  static constexpr Endpoint kStun{IpAddress::v4(198, 51, 100, 1), 3478};

  sdp::IceSide gather(Nat& nat, const Endpoint& rtp, const std::string& name) {
    sdp::IceSide out;
    out.ufrag = name + "frag";
    out.password = name + std::string(22, 'p');
    for (const std::uint16_t component : {std::uint16_t{1}, std::uint16_t{2}}) {
      const Endpoint own{rtp.address, static_cast<std::uint16_t>(rtp.port + component - 1)};
      out.candidates.push_back({"1", component, sdp::ice_priority(IceType::Host, component), own, IceType::Host, {}});
      if (nat.kind == NatKind::None) continue;
      out.candidates.push_back({"2", component, sdp::ice_priority(IceType::ServerReflexive, component),
                                nat.out(own, kStun), IceType::ServerReflexive, own});
    }
    return out;
  }
  void agree(const std::string& suffix = "") {
    const auto of_a = gather(nat_a, kLeft, "left" + suffix), of_b = gather(nat_b, kRight, "right" + suffix);
    plan_a.checks = std::make_shared<const sdp::IceExchange>(sdp::IceExchange{of_a, of_b, true});
    plan_b.checks = std::make_shared<const sdp::IceExchange>(sdp::IceExchange{of_b, of_a, false});
  }
  // The wire of Duet, with the NATs between.
  void go(milliseconds span) {
    for (const TimePoint end = now.mono + span; now.mono < end;) {
      now.wall += milliseconds(1);
      now.mono += milliseconds(1);
      while (!flying.empty() && flying.begin()->first <= now.mono) {
        const auto [to, datagram] = std::move(flying.extract(flying.begin()).mapped());
        to->receive(now, datagram.remote, datagram.local, datagram.bytes);
      }
      a.wake(now);
      b.wake(now);
      pass(a, b, nat_a, nat_b, from_a);
      pass(b, a, nat_b, nat_a, from_b);
      while (auto chosen = a.poll_chosen()) chosen_a.push_back(chosen->choice);
      while (auto chosen = b.poll_chosen()) chosen_b.push_back(chosen->choice);
      while (auto failure = a.poll_failure()) failures_a.push_back(*failure);
    }
  }
  void pass(Engine& from, Engine& to, Nat& out, const Nat& in, std::vector<Datagram>& kept) {
    while (const auto t = from.poll_transmit()) {
      Datagram datagram{now, t->local, t->remote, {t->bytes.begin(), t->bytes.end()}};
      kept.push_back(datagram);
      const Endpoint seen = out.out(t->local, t->remote);
      const auto takes = delay();
      if (!takes || cut) continue;
      const auto inside = in.in(seen, t->remote);
      if (!inside) continue;
      datagram.local = seen;
      datagram.remote = *inside;
      flying.emplace(now.mono + *takes, std::pair{&to, std::move(datagram)});
    }
  }
  [[nodiscard]] bool both_hear() const { return a.hearing(sa).hears(659) && b.hearing(sb).hears(440); }
  [[nodiscard]] static std::size_t rtp_in(const std::vector<Datagram>& sent) {
    return static_cast<std::size_t>(std::ranges::count_if(
        sent, [&](const Datagram& d) { return rtp::traffic_of(d.bytes) == rtp::Traffic::Rtp && !d.rtcp(); }));
  }

  Nat nat_a, nat_b;
  SeededRandom dice{5};
  std::uint64_t lost = 0, jitter = 0;
  bool cut = false;
  std::vector<sdp::IceChoice> chosen_a, chosen_b;
  std::vector<LinkFailure> failures_a;
};

TEST(IceSession, BothAreHeardBetweenTwoNats) {
  Checked w;
  w.nat_a.kind = w.nat_b.kind = NatKind::Cone;
  w.agree();
  w.talk();
  w.go(seconds(8));
  EXPECT_TRUE(w.both_hear());
  ASSERT_EQ(w.chosen_a.size(), 1U);
  ASSERT_EQ(w.chosen_b.size(), 1U);
  EXPECT_TRUE(w.chosen_a[0].controlling);
  EXPECT_EQ(w.chosen_a[0].local[0].address, w.plan_a.checks->local.candidates[1].address);
  EXPECT_EQ(w.chosen_a[0].remote, (std::vector{w.chosen_b[0].local[0].address, w.chosen_b[0].local[1].address}));
  for (const auto& stats : {*w.a.stats(w.sa), *w.b.stats(w.sb)}) {
    EXPECT_GT(stats.rtcp_received, 1U) << "by the second component";
    EXPECT_EQ(stats.packets_malformed, 0U);
  }
  EXPECT_EQ(w.a.stats(w.sa)->remote, w.plan_a.checks->remote.candidates[1].address);
}

TEST(IceSession, ASymmetricNatIsNoTrouble) {
  Checked w;
  w.nat_a.kind = NatKind::Symmetric;
  w.agree();
  w.talk();
  w.go(seconds(8));
  EXPECT_TRUE(w.both_hear());
  EXPECT_GT(w.a.stats(w.sa)->rtcp_received, 0U);
}

TEST(IceSession, OneComponentWhereRtcpSharesThePort) {
  Checked w(true);
  w.nat_a.kind = w.nat_b.kind = NatKind::Cone;
  w.agree();
  w.talk();
  w.go(seconds(8));
  EXPECT_TRUE(w.both_hear());
  EXPECT_EQ(w.chosen_a.at(0).local.size(), 1U);
  EXPECT_GT(w.a.stats(w.sa)->rtcp_received, 0U);
  for (const auto* sent : {&w.from_a, &w.from_b})
    for (const auto& datagram : *sent) EXPECT_EQ(datagram.local.port % 2, 0);
}

// RFC 8445 §12.1, RFC 7675: who has not agreed is sent nothing but checks.
TEST(IceSession, NothingIsSentBeforeAPairWorks) {
  Checked w;
  w.cut = true;
  w.agree();
  w.talk();
  w.go(seconds(3));
  EXPECT_EQ(Checked::rtp_in(w.from_a) + Checked::rtp_in(w.from_b), 0U);
  for (const auto& datagram : w.from_a) EXPECT_EQ(rtp::traffic_of(datagram.bytes), rtp::Traffic::Stun);
  w.cut = false;
  w.go(seconds(8));
  EXPECT_TRUE(w.both_hear());
  for (const auto& datagram : w.from_a) EXPECT_NE(datagram.remote, w.plan_a.remote) << "nobody is there";
}

TEST(IceSession, NoWayIsToldOnce) {
  Checked w;
  w.cut = true;
  w.agree();
  w.talk();
  w.go(seconds(60));
  ASSERT_EQ(w.failures_a.size(), 1U);
  EXPECT_EQ(w.failures_a[0].what, LinkFailure::What::NoWay);
  EXPECT_EQ(w.failures_a[0].session, w.sa);
}

TEST(IceSession, APeerThatFallsSilentIsLeftAloneAndFoundAgainByARestart) {
  Checked w;
  w.agree();
  w.talk();
  w.go(seconds(5));
  EXPECT_TRUE(w.both_hear());
  w.cut = true;
  w.go(seconds(40));
  ASSERT_EQ(w.failures_a.size(), 1U);
  EXPECT_EQ(w.failures_a[0].what, LinkFailure::What::Silence);
  w.from_a.clear();
  w.go(seconds(5));
  EXPECT_TRUE(w.from_a.empty()) << "neither audio nor RTCP nor checks";
  w.cut = false;
  w.agree("again");
  w.talk();
  w.go(seconds(5));
  EXPECT_TRUE(w.both_hear());
}

// Whoever was asked to begin anew has not: the person is told.
TEST(IceSession, APeerThatStaysSilentIsGivenUp) {
  Checked w;
  w.agree();
  w.talk();
  w.go(seconds(5));
  w.cut = true;
  w.go(seconds(120));
  ASSERT_EQ(w.failures_a.size(), 2U);
  EXPECT_EQ(w.failures_a[0].what, LinkFailure::What::Silence);
  EXPECT_EQ(w.failures_a[1].what, LinkFailure::What::NoWay);
  EXPECT_EQ(w.failures_a[1].why, w.failures_a[0].why);
}

// RFC 8445 §9
TEST(IceSession, AudioGoesOnOverARestart) {
  Checked w;
  w.nat_a.kind = w.nat_b.kind = NatKind::Cone;
  w.agree();
  w.talk();
  w.go(seconds(5));
  w.agree("again");
  w.from_a.clear();
  w.talk();
  w.go(seconds(1));
  EXPECT_GE(Checked::rtp_in(w.from_a), 49U);
  w.go(seconds(4));
  EXPECT_TRUE(w.both_hear());
  ASSERT_EQ(w.chosen_a.size(), 2U);
  EXPECT_EQ(w.chosen_a[1].local_ufrag, "leftagainfrag");
}

// RFC 8839 §4.4.3.1: a server in between has taken ICE out.
TEST(IceSession, APlanWithoutChecksGoesWhereItSays) {
  Checked w;
  w.agree();
  w.talk();
  w.go(seconds(3));
  w.plan_a.checks.reset();
  w.plan_b.checks.reset();
  w.plan_a.remote = kRight;
  w.plan_b.remote = kLeft;
  w.talk();
  w.from_a.clear();
  w.go(seconds(6));
  EXPECT_TRUE(w.both_hear());
  for (const auto& datagram : w.from_a) {
    EXPECT_NE(rtp::traffic_of(datagram.bytes), rtp::Traffic::Stun);
    EXPECT_EQ(datagram.remote.port / 2, kRight.port / 2);
  }
  EXPECT_GT(w.a.stats(w.sa)->rtcp_received, 1U);
}

// §7.3: the callee checks as soon as it has answered; the answer may take its time.
TEST(IceSession, ChecksThatComeBeforeThePlanAreAnsweredWithIt) {
  Checked w;
  w.agree();
  w.b.update(w.sb, w.plan_b);
  w.go(milliseconds(400));
  w.a.update(w.sa, w.plan_a);
  const auto answers = [&] {
    return std::ranges::count_if(w.from_a, [](const auto& d) { return d.bytes[0] == 1 && d.bytes[1] == 1; });
  };
  w.go(milliseconds(30));
  EXPECT_EQ(answers(), 1) << "before it is asked again";
  w.go(seconds(4));
  EXPECT_TRUE(w.both_hear());
}

// They are kept unread: neither many nor long ones.
TEST(IceSession, FewOfTheChecksBeforeThePlanAreKept) {
  const auto answers_to = [](int checks, std::size_t longer) {
    Checked w;
    w.agree();
    for (int i = 0; i < checks; ++i) {
      stun::CheckRequest check;
      check.id = stun::new_transaction_id(w.random_b);
      check.username = "leftfrag:rightfrag" + std::string(longer, 'x');
      check.password = w.plan_a.checks->local.password;
      check.controlling = false;
      const std::string bytes = stun::check_request(check);
      w.a.receive(w.now, kLeft, kRight, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    }
    w.a.update(w.sa, w.plan_a);
    w.go(milliseconds(30));
    return std::ranges::count_if(w.from_a, [](const auto& d) { return d.bytes[0] == 1 && d.bytes[1] == 1; });
  };
  EXPECT_EQ(answers_to(100, 0), 4);
  EXPECT_EQ(answers_to(2, 400), 2);
  EXPECT_EQ(answers_to(2, 500), 0);
}

TEST(IceSession, ManySeedsAreHeardOverARoughWire) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Checked w(seed % 2 == 0);
    w.dice = SeededRandom(seed);
    w.lost = 10;
    w.jitter = 60;
    w.nat_a.kind = static_cast<NatKind>(w.dice.below(3));
    w.nat_b.kind = static_cast<NatKind>(w.dice.below(2));
    if (w.nat_a.kind == NatKind::Symmetric) w.nat_b.kind = NatKind::None;
    w.agree();
    w.talk();
    w.go(seconds(12));
    EXPECT_TRUE(w.both_hear()) << seed;
  }
}

TEST(IceSession, DtlsTakesTheWayThatChecksFind) {
  Checked w(true);
  w.nat_a.kind = w.nat_b.kind = NatKind::Cone;
  plan_dtls(w.plan_a, w.plan_b);
  w.agree();
  w.talk();
  w.go(seconds(8));
  EXPECT_TRUE(w.both_hear());
  EXPECT_TRUE(w.a.stats(w.sa)->encrypted && w.b.stats(w.sb)->encrypted);
  for (const auto* sent : {&w.from_a, &w.from_b}) {
    bool checked = false;
    for (const auto& datagram : *sent) {
      const auto kind = rtp::traffic_of(datagram.bytes);
      checked = checked || kind == rtp::Traffic::Stun;
      EXPECT_TRUE(checked || kind != rtp::Traffic::Dtls) << "first the way, then the keys";
      EXPECT_NE(datagram.remote, w.plan_a.remote);
      EXPECT_NE(datagram.remote, w.plan_b.remote);
    }
  }
}

// The patience of the handshake begins with the way.
TEST(IceSession, DtlsWaitsForAWayThatTakesItsTime) {
  Checked w(true);
  plan_dtls(w.plan_a, w.plan_b);
  w.agree();
  w.talk();
  w.cut = true;
  w.go(seconds(31));
  w.cut = false;
  w.go(seconds(4));
  EXPECT_TRUE(w.both_hear());
  EXPECT_TRUE(w.failures_a.empty());
}

// What a handshake says before there are keys is anybody's to say.
TEST(IceSession, AStrangerDoesNotEndTheHandshake) {
  Checked w(true);
  plan_dtls(w.plan_a, w.plan_b);
  w.agree();
  w.talk();
  // alert(21), DTLS 1.2, epoch 0, some number: fatal, handshake_failure.
  std::vector<std::uint8_t> alert{21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 2, 2, 40};
  for (int i = 0; i < 20; ++i) {
    ++alert[9];
    for (const auto& [engine, at] : {std::pair{&w.a, kLeft}, std::pair{&w.b, kRight}})
      engine->receive(w.now, at, {IpAddress::v4(198, 51, 100, 9), 99}, alert);
    w.go(milliseconds(20));
  }
  w.go(seconds(3));
  EXPECT_TRUE(w.both_hear());
  EXPECT_EQ(w.a.stats(w.sa)->packets_strange, 20U);
  EXPECT_TRUE(w.failures_a.empty());
}

// Guide features.rtp_symmetric.enable = 1: audio from elsewhere is dropped, but the peer's own addresses are not
// elsewhere.
TEST(IceSession, StrangersAreDroppedWhereThePhoneWantsThat) {
  Checked w;
  w.config.symmetry = Symmetry::Reject;
  SeededRandom random(9);
  Engine strict(w.config, random);
  const PartyId party = strict.add_party(ToneIn{440});
  const Endpoint local{IpAddress::v4(192, 0, 2, 9), 12'000};
  const SessionId session = *strict.open(party, local);
  w.agree();
  AudioPlan plan = w.plan_a;
  plan.local = local;
  strict.update(session, plan);
  std::vector<std::uint8_t> packet;
  rtp::append_header(packet, {true, 0, 1, rtp::RtpTime(0), 77});
  packet.insert(packet.end(), 160, 0xff);
  strict.receive(w.now, local, {IpAddress::v4(192, 0, 2, 66), 6666}, packet);
  EXPECT_EQ(strict.stats(session)->packets_strange, 1U);
  strict.receive(w.now, local, kRight, packet);
  EXPECT_EQ(strict.stats(session)->packets_strange, 1U);
}

}  // namespace
}  // namespace offhook::media
