// Sessions whose keys come from a DTLS association: who is heard and when, what is refused, other associations, ICE.
#include <gmock/gmock.h>

#include "dtls/association.hpp"
#include "dtls_plans.hpp"
#include "duet.hpp"
#include "rtp/demux.hpp"
#include "stun/check.hpp"

namespace offhook::media {
namespace {
using testing::HasSubstr;

struct Secured : Duet {
  Secured() : Duet(settings()) {
    plan_a.rtcp_mux = plan_b.rtcp_mux = true;
    agree();
  }
  static EngineConfig settings() {
    EngineConfig out = reporting(seconds(2));
    out.pilots = {440, 659};
    return out;
  }
  std::shared_ptr<const dtls::Identity> of_a = *dtls::Identity::make(), of_b = *dtls::Identity::make();
  void agree(const std::string& id = "") { plan_dtls(plan_a, plan_b, of_a, of_b, id); }
  [[nodiscard]] bool both_hear() const { return a.hearing(sa).hears(659) && b.hearing(sb).hears(440); }
  [[nodiscard]] bool nobody_hears() const { return a.hearing(sa).tones.empty() && b.hearing(sb).tones.empty(); }
  static std::size_t count(const std::vector<Datagram>& sent, rtp::Traffic kind) {
    return static_cast<std::size_t>(
        std::ranges::count_if(sent, [&](const Datagram& d) { return rtp::traffic_of(d.bytes) == kind; }));
  }
};

TEST(DtlsSession, BothHearEachOtherOnceTheKeysAreThere) {
  Secured w;
  w.talk();
  w.run(milliseconds(50));  // the wire takes 20 ms
  EXPECT_EQ(Secured::count(w.from_a, rtp::Traffic::Rtp) + Secured::count(w.from_b, rtp::Traffic::Rtp), 0U);
  EXPECT_FALSE(w.a.stats(w.sa)->encrypted);
  w.run(seconds(8));
  EXPECT_TRUE(w.both_hear());
  for (const auto& stats : {*w.a.stats(w.sa), *w.b.stats(w.sb)}) {
    EXPECT_TRUE(stats.encrypted);
    EXPECT_EQ(stats.packets_lost, 0);
    EXPECT_GT(stats.rtcp_received, 1U);
    EXPECT_EQ(stats.srtp.forged + stats.srtp.replayed + stats.srtp.unsent + stats.packets_malformed, 0U);
  }
  for (const auto* sent : {&w.from_a, &w.from_b})
    for (const auto& datagram : *sent) {
      EXPECT_EQ(datagram.local.port % 2, 0) << "one port for all (RFC 5761)";
      const bool is_rtp = rtp::traffic_of(datagram.bytes) == rtp::Traffic::Rtp && !datagram.rtcp();
      EXPECT_TRUE(!is_rtp || datagram.bytes.size() == 12U + 160 + 16) << "GCM";
    }
  EXPECT_FALSE(w.a.poll_failure());
  EXPECT_FALSE(w.b.poll_failure());
  w.a.close(w.sa, w.now);
  w.run(seconds(1));
  EXPECT_TRUE(w.b.stats(w.sb)->remote_said_bye) << "before the goodbye of DTLS";
  EXPECT_FALSE(w.b.stats(w.sb)->encrypted);
}

// A peer that does not put RTCP on the port of RTP: RFC 5764 §4.2, a second association with keys of its own.
struct OnTwoPorts : Secured {
  OnTwoPorts() { plan_a.rtcp_mux = plan_b.rtcp_mux = false; }
  static bool on_rtcp_port(const Datagram& datagram) { return datagram.local.port % 2 == 1; }
};

TEST(DtlsSession, RtcpOnAPortOfItsOwnHasAnAssociationOfItsOwn) {
  OnTwoPorts w;
  w.talk();
  w.run(seconds(8));
  EXPECT_TRUE(w.both_hear());
  for (const auto& stats : {*w.a.stats(w.sa), *w.b.stats(w.sb)}) {
    EXPECT_GT(stats.rtcp_received, 1U);
    EXPECT_EQ(stats.srtp.forged + stats.srtp.replayed + stats.srtp.unsent + stats.packets_malformed, 0U);
  }
  for (const auto* sent : {&w.from_a, &w.from_b})
    for (const auto& datagram : *sent) {
      const bool reports = rtp::traffic_of(datagram.bytes) == rtp::Traffic::Rtp && rtp::looks_like_rtcp(datagram.bytes);
      if (rtp::traffic_of(datagram.bytes) == rtp::Traffic::Rtp) {
        EXPECT_EQ(OnTwoPorts::on_rtcp_port(datagram), reports);
      }
    }
  EXPECT_GT(
      std::ranges::count_if(
          w.from_b,
          [](const auto& d) { return OnTwoPorts::on_rtcp_port(d) && rtp::traffic_of(d.bytes) == rtp::Traffic::Dtls; }),
      0)
      << "a handshake";
  w.a.close(w.sa, w.now);
  w.run(seconds(1));
  EXPECT_TRUE(w.b.stats(w.sb)->remote_said_bye);
}

TEST(DtlsSession, WithoutTheSecondAssociationThereIsNoRtcpAndTheCallStands) {
  OnTwoPorts w;
  w.way = [](const auto& datagram) -> std::optional<milliseconds> {
    if (OnTwoPorts::on_rtcp_port(datagram)) return std::nullopt;
    return milliseconds(20);
  };
  w.talk();
  w.run(seconds(40));
  EXPECT_TRUE(w.both_hear());
  EXPECT_EQ(w.a.stats(w.sa)->rtcp_sent + w.b.stats(w.sb)->rtcp_sent, 0U) << "nothing in the clear, nor by other keys";
  EXPECT_FALSE(w.a.poll_failure());
  EXPECT_FALSE(w.b.poll_failure());
}

TEST(DtlsSession, AClientHelloMayOvertakeTheAnswer) {
  Secured w;
  w.b.update(w.sb, w.plan_b);
  w.run(milliseconds(200));
  EXPECT_EQ(w.from_a.size(), 0U);
  w.a.update(w.sa, w.plan_a);
  w.run(milliseconds(120));
  EXPECT_TRUE(w.a.stats(w.sa)->encrypted && w.b.stats(w.sb)->encrypted) << "it has not waited for the repetition";
  w.run(seconds(1));
  EXPECT_TRUE(w.both_hear());
}

TEST(DtlsSession, AForeignCertificateEndsItAndNothingIsSaid) {
  Secured w;
  const auto thief = *dtls::Identity::make();
  w.plan_b.dtls->identity = thief;
  w.talk();
  w.run(seconds(3));
  const auto at_a = w.a.poll_failure(), at_b = w.b.poll_failure();
  ASSERT_TRUE(at_a && at_b);
  EXPECT_EQ(at_a->session, w.sa);
  EXPECT_THAT(at_a->why, HasSubstr("not the one that it has announced"));
  EXPECT_THAT(at_b->why, HasSubstr("refused"));
  EXPECT_FALSE(w.a.poll_failure()) << "once";
  EXPECT_TRUE(w.nobody_hears());
  EXPECT_EQ(Secured::count(w.from_a, rtp::Traffic::Rtp) + Secured::count(w.from_b, rtp::Traffic::Rtp), 0U);
}

TEST(DtlsSession, NobodyAtTheOtherEndIsAFailureToo) {
  Secured w;
  w.way = [](const auto&) { return std::nullopt; };
  w.talk();
  w.run(seconds(31));
  const auto failure = w.b.poll_failure();
  ASSERT_TRUE(failure);
  EXPECT_THAT(failure->why, HasSubstr("did not answer"));
  EXPECT_TRUE(w.a.poll_failure());
}

TEST(DtlsSession, LossDoublesAndDisorderOfAllItSends) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Secured w;
    SeededRandom dice(seed);
    w.way = [&](const Duet::Datagram& datagram) -> std::optional<milliseconds> {
      if (dice.below(100) < 20 && rtp::traffic_of(datagram.bytes) == rtp::Traffic::Dtls) return std::nullopt;
      if (dice.below(100) < 5) return std::nullopt;
      if (dice.below(100) < 10)
        w.flying.emplace(w.now.mono + milliseconds(30), std::pair{datagram.remote == kLeft ? &w.a : &w.b, datagram});
      return milliseconds(10 + static_cast<std::int64_t>(dice.below(60)));
    };
    w.talk();
    w.run(seconds(25));
    EXPECT_TRUE(w.both_hear()) << seed;
    EXPECT_FALSE(w.a.poll_failure()) << seed;
    EXPECT_EQ(w.a.stats(w.sa)->srtp.forged, 0U);
  }
}

TEST(DtlsSession, PlainPacketsAndReplaysAreRefused) {
  Secured w;
  w.talk();
  w.run(seconds(1));
  ASSERT_TRUE(w.both_hear());
  const auto again = w.from_a;
  w.run(milliseconds(50));  // all of them have arrived
  const auto before = *w.b.stats(w.sb);
  for (const auto& datagram : again) w.b.receive(w.now, kRight, kLeft, datagram.bytes);
  std::vector<std::uint8_t> plain;
  rtp::append_header(plain, {false, 0, 7, rtp::RtpTime(160), 0xCAFE});
  plain.insert(plain.end(), 160, 0xFF);
  w.b.receive(w.now, kRight, kLeft, plain);
  const auto after = *w.b.stats(w.sb);
  EXPECT_EQ(after.packets_received, before.packets_received);
  EXPECT_GE(after.srtp.replayed, before.srtp.replayed + 40);
  EXPECT_EQ(after.srtp.forged, before.srtp.forged + 1);
  w.run(seconds(1));
  EXPECT_TRUE(w.both_hear());
}

TEST(DtlsSession, AnotherAssociationHasOtherKeysAndTheOldEnd) {
  Secured w;
  w.talk();
  w.run(seconds(2));
  ASSERT_TRUE(w.both_hear());
  const auto old = w.from_a;
  const std::size_t hellos = Secured::count(w.from_b, rtp::Traffic::Dtls);
  w.plan_a.direction = w.plan_b.direction = sdp::Direction::SendRecv;
  w.talk();  // nothing has changed
  w.run(seconds(1));
  EXPECT_EQ(Secured::count(w.from_b, rtp::Traffic::Dtls), hellos);
  w.of_b = *dtls::Identity::make();  // a new fingerprint, by re-INVITE
  w.agree();
  w.b.update(w.sb, w.plan_b);
  w.run(milliseconds(60));  // the answer is on its way
  w.a.update(w.sa, w.plan_a);
  w.run(seconds(2));
  EXPECT_TRUE(w.both_hear());
  EXPECT_GT(Secured::count(w.from_b, rtp::Traffic::Dtls), hellos);
  EXPECT_EQ(w.a.stats(w.sa)->packets_lost, 0);
  const auto before = *w.b.stats(w.sb);
  for (const auto& datagram : old)
    if (rtp::traffic_of(datagram.bytes) == rtp::Traffic::Rtp) w.b.receive(w.now, kRight, kLeft, datagram.bytes);
  EXPECT_EQ(w.b.stats(w.sb)->packets_received, before.packets_received);
  const auto srtp = w.b.stats(w.sb)->srtp;  // what is older than the window is refused unread
  EXPECT_GE(srtp.forged + srtp.replayed, before.srtp.forged + before.srtp.replayed + 90);
}

TEST(DtlsSession, HoldconnIsSilenceAndTheAssociationGoesOnAfterIt) {
  Secured w;
  w.talk();
  w.run(seconds(1));
  ASSERT_TRUE(w.both_hear());
  const std::size_t shaken = Secured::count(w.from_b, rtp::Traffic::Dtls);
  const auto roles = std::pair{w.plan_a, w.plan_b};
  w.plan_a.dtls->terms.role = w.plan_b.dtls->terms.role = sdp::Setup::HoldConn;
  w.talk();
  w.run(milliseconds(500));
  const std::size_t said = Secured::count(w.from_a, rtp::Traffic::Rtp);
  w.run(seconds(2));
  EXPECT_EQ(Secured::count(w.from_a, rtp::Traffic::Rtp), said);
  EXPECT_TRUE(w.nobody_hears());
  std::tie(w.plan_a, w.plan_b) = roles;
  w.talk();
  w.run(seconds(8));
  EXPECT_TRUE(w.both_hear());
  EXPECT_EQ(Secured::count(w.from_b, rtp::Traffic::Dtls), shaken);
  EXPECT_EQ(w.b.stats(w.sb)->srtp.replayed, 0U) << "nor do reports begin to count again";
}

// The end of an association is not that of a call, but one of the two must follow.
struct Deserted : Secured {
  Deserted() {
    talk();
    run(seconds(1));
    b.close(sb, now);
    run(seconds(1));
    EXPECT_FALSE(a.stats(sa)->encrypted);
  }
};

TEST(DtlsSession, WhoSaysGoodbyeAndNoMoreIsToldOf) {
  Deserted w;
  w.run(seconds(25));
  EXPECT_FALSE(w.a.poll_failure());
  w.run(seconds(10));
  const auto failure = w.a.poll_failure();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->what, LinkFailure::What::Keys);
  EXPECT_THAT(failure->why, HasSubstr("has ended it"));
  w.run(seconds(60));
  EXPECT_FALSE(w.a.poll_failure()) << "once";
}

TEST(DtlsSession, AGoodbyeOnHoldconnWaitsForWhatComesAfterIt) {
  Deserted w;
  const auto role = std::exchange(w.plan_a.dtls->terms.role, sdp::Setup::HoldConn);
  w.a.update(w.sa, w.plan_a);
  w.run(seconds(60));
  EXPECT_FALSE(w.a.poll_failure());
  w.plan_a.dtls->terms.role = role;
  w.sb = *w.b.open(w.right, kRight);
  w.talk();
  w.run(seconds(2));
  EXPECT_TRUE(w.both_hear());
}

TEST(DtlsSession, WithoutItDtlsIsNothing) {
  Secured w;
  w.plan_a.dtls.reset();
  w.plan_b.dtls.reset();
  w.talk();
  w.run(seconds(1));
  EXPECT_TRUE(w.both_hear());
  const auto before = *w.a.stats(w.sa);
  const std::vector<std::uint8_t> hello(200, 22), check(20, 0);
  w.a.receive(w.now, kLeft, kRight, hello);
  w.a.receive(w.now, kLeft, kRight, check);
  EXPECT_EQ(w.a.stats(w.sa)->packets_malformed, before.packets_malformed + 2);
  EXPECT_EQ(Secured::count(w.from_a, rtp::Traffic::Dtls), 0U);
}

// B is a browser: its description names no address, its checks come from one.
struct Browser : Secured {
  Browser() {
    plan_a.dtls->terms.role = sdp::Setup::Active;
    plan_b.dtls->terms.role = sdp::Setup::Passive;
    plan_a.remote = {IpAddress::v4(0, 0, 0, 0), 9};
    plan_a.ice = sdp::IceTerms{"ours", "the password of our side", "them", "the password of their side"};
  }
  static constexpr const char* kOurs = "the password of our side";
  std::string check(bool nominates, std::string password = kOurs, const std::string& name = "them") {
    stun::CheckRequest request;
    request.id = stun::new_transaction_id(random_b);
    request.username = "ours:" + name;
    request.password = std::move(password);
    request.priority = 1;
    request.use_candidate = nominates;
    return stun::check_request(request);
  }
  void say(const std::string& bytes, Endpoint from) {
    a.receive(now, kLeft, from, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    run(milliseconds(1));
  }
};

TEST(IceSession, BeginsWhenTheOtherAgentHasFoundUs) {
  Browser w;
  w.talk();
  w.run(seconds(1));
  EXPECT_TRUE(w.from_a.empty()) << "there is nobody to send to";
  w.say(w.check(false, "no password of ours"), {IpAddress::v4(198, 51, 100, 9), 99});
  ASSERT_EQ(w.from_a.size(), 1U);
  w.run(milliseconds(50));
  EXPECT_EQ(w.from_a.size(), 1U) << "one that does not know us is answered, and no more";
  w.say(w.check(true), kRight);
  w.run(seconds(1));
  EXPECT_TRUE(w.both_hear());
  EXPECT_EQ(w.a.stats(w.sa)->remote, kRight);
  // Forged checks and packets of others lead nowhere.
  w.say(w.check(true, "no password of ours"), {IpAddress::v4(198, 51, 100, 9), 99});
  EXPECT_EQ(w.a.stats(w.sa)->remote, kRight);
  w.run(seconds(3));
  EXPECT_TRUE(w.both_hear());
  EXPECT_GT(w.b.stats(w.sb)->rtcp_received, 0U);
}

TEST(IceSession, FollowsWhatIsNominated) {
  Browser w;
  w.talk();
  w.say(w.check(true), kRight);
  w.run(seconds(1));
  ASSERT_TRUE(w.both_hear());
  const Endpoint elsewhere{IpAddress::v4(198, 51, 100, 9), 99};
  w.say(w.check(false), elsewhere);
  EXPECT_EQ(w.a.stats(w.sa)->remote, kRight) << "only tried";
  w.run(milliseconds(100));
  w.say(w.check(true), elsewhere);
  EXPECT_EQ(w.a.stats(w.sa)->remote, elsewhere);
}

TEST(IceSession, AnotherBranchOfAForkIsNotFollowed) {
  Browser w;
  w.talk();
  const Endpoint elsewhere{IpAddress::v4(198, 51, 100, 9), 99};
  w.say(w.check(true, Browser::kOurs, "otherbranch"), elsewhere);
  EXPECT_EQ(w.from_a.size(), 1U) << "answered all the same";
  EXPECT_NE(w.a.stats(w.sa)->remote, elsewhere);
  w.say(w.check(true), kRight);
  w.say(w.check(true, Browser::kOurs, "otherbranch"), elsewhere);
  EXPECT_EQ(w.a.stats(w.sa)->remote, kRight);
}

TEST(IceSession, WithoutACheckThereIsNoCall) {
  Browser w;
  w.talk();
  w.run(seconds(31));
  const auto failure = w.a.poll_failure();
  ASSERT_TRUE(failure);
  EXPECT_THAT(failure->why, HasSubstr("no connectivity check"));
  EXPECT_FALSE(w.a.poll_failure());
}

}  // namespace
}  // namespace offhook::media
