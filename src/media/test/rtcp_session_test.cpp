// What a session does by RTCP: when, from which port, what its stamps mean, whose name it bears. RFC 3550 §6, §8.2, RFC
// 3605, RFC 3611, RFC 5761.
#include <gmock/gmock.h>

#include "duet.hpp"

namespace offhook::media {
namespace {
using sdp::Direction;

Endpoint rtcp_of_left() { return {kLeft.address, static_cast<std::uint16_t>(kLeft.port + 1)}; }

std::vector<rtp::PacketView> rtp_in(const std::vector<Duet::Datagram>& datagrams) {
  std::vector<rtp::PacketView> out;
  for (const auto& datagram : datagrams)
    if (!datagram.rtcp()) out.push_back(*rtp::parse_packet(datagram.bytes));
  return out;
}

TEST(SessionRtcp, TheFirstPacketAfterAHoldHasTheMarkerAndNoneLeavesWhileHeld) {
  Duet d;
  d.talk();
  d.run(seconds(1));
  d.plan_a.direction = Direction::RecvOnly;
  d.talk();
  const std::size_t before = rtp_in(d.from_a).size();
  d.run(seconds(3));
  ASSERT_EQ(rtp_in(d.from_a).size(), before) << "held";
  d.plan_a.direction = Direction::SendRecv;
  d.talk();
  d.run(seconds(1));
  const auto packets = rtp_in(d.from_a);
  ASSERT_GT(packets.size(), before + 10);
  for (std::size_t i = 1; i < packets.size(); ++i) {
    EXPECT_EQ(packets[i].marker, i == before) << i;
    EXPECT_EQ(packets[i].sequence, static_cast<std::uint16_t>(packets[i - 1].sequence + 1)) << "none is missing";
  }
  EXPECT_EQ(packets[before].timestamp - packets[before - 1].timestamp, 151 * 160) << "the clock ran on";
  EXPECT_EQ(d.b.stats(d.sb)->packets_lost, 0);
}

// §6.4.1: the two stamps of a sender report name one instant on the clock of the packets, also when the engine was
// woken too late.
TEST(SessionRtcp, TheStampsOfASenderReportNameOneInstant) {
  Duet d(reporting(seconds(1)));
  d.talk();
  for (int i = 0; i < 400; ++i) {
    d.run(milliseconds(17));
    d.step_to(d.now.mono + milliseconds(i % 13));
  }
  const auto reports = rtcp_of_kind<rtp::SenderReport>(d.from_a);
  ASSERT_GT(reports.size(), 3U);
  // Packet i left at the tick that ends it, i times 20 ms after the first.
  const Duet::Datagram& first =
      *std::find_if(d.from_a.begin(), d.from_a.end(), [](const auto& x) { return !x.rtcp(); });
  const rtp::RtpTime begin = rtp::parse_packet(first.bytes)->timestamp;
  for (const auto& [sent, report] : reports) {
    EXPECT_EQ(report.ntp, rtp::to_ntp(sent.wall));
    const auto since = sent.mono - first.sent.mono;
    EXPECT_NEAR(report.timestamp - begin, static_cast<double>(since.count()) * 8 / 1000 + 160, 1);
  }
}

TEST(SessionRtcp, IntervalsAreRandomWithinTheirBoundsAndTheFirstIsSooner) {
  Duet d;
  d.talk();
  d.run(seconds(600));
  std::vector<TimePoint> at;
  for (const auto& x : d.from_a)
    if (x.rtcp()) at.push_back(x.sent.mono);
  ASSERT_GT(at.size(), 80U);
  const TimePoint begin = TimePoint{} + seconds(100);
  EXPECT_GE(at[0] - begin, milliseconds(1026));  // 5 s / 2 * 0.5 / 1.21828
  EXPECT_LE(at[0] - begin, milliseconds(3098));
  Duration least = seconds(60), most{};
  for (std::size_t i = 1; i < at.size(); ++i) {
    least = std::min(least, at[i] - at[i - 1]);
    most = std::max(most, at[i] - at[i - 1]);
  }
  EXPECT_GE(least, milliseconds(2052));
  EXPECT_LE(least, milliseconds(3000));
  EXPECT_GE(most, milliseconds(5000));
  EXPECT_LE(most, milliseconds(6177));
}

// A NAT may give RTCP any port: reports go to where the peer's come from, but not to another machine.
TEST(SessionRtcp, FollowsThePortOfThePeersReports) {
  Duet d(reporting(seconds(1)));
  d.way = [](const auto&) { return std::nullopt; };
  d.talk();
  const auto say = [&](Endpoint from) {
    std::vector<std::uint8_t> bytes;
    append(bytes, rtp::ReceiverReport{77, {}});
    rtp::append_cname(bytes, 77, "peer");
    d.a.receive(d.now, rtcp_of_left(), from, bytes);
    d.from_a.clear();
    d.run(seconds(3));
    Endpoint out;
    for (const auto& x : d.from_a)
      if (x.rtcp()) out = x.remote;
    return out;
  };
  const Endpoint mapped{kRight.address, 40'001};
  EXPECT_EQ(say(mapped), mapped);
  EXPECT_EQ(say({IpAddress::v4(203, 0, 113, 9), 40'001}), mapped);
}

// §6.4: a sender is who has sent since the last report but one.
TEST(SessionRtcp, WhoFallsSilentIsASenderForTwoMoreReports) {
  Duet d(reporting(seconds(1)));
  d.talk();
  d.run(milliseconds(5110));
  const std::size_t before = d.from_a.size();
  d.plan_a.direction = Direction::RecvOnly;
  d.talk();
  d.run(seconds(8));
  std::string kinds;
  for (std::size_t i = before; i < d.from_a.size(); ++i) {
    if (!d.from_a[i].rtcp()) continue;
    const auto compound = rtp::parse_rtcp(d.from_a[i].bytes);
    ASSERT_TRUE(compound);
    kinds += std::holds_alternative<rtp::SenderReport>(compound->front()) ? 'S' : 'R';
  }
  EXPECT_THAT(kinds, testing::StartsWith("SSRRR"));
}

TEST(SessionRtcp, OnOnePortWhenAgreedElsewhereWhenTold) {
  Duet d(reporting(seconds(1)));
  d.plan_a.rtcp_mux = d.plan_b.rtcp_mux = true;
  d.talk();
  d.run(seconds(5));
  for (const auto& x : d.from_a) {
    EXPECT_EQ(x.local, kLeft);
    EXPECT_EQ(x.remote, kRight);
  }
  EXPECT_GT(d.b.stats(d.sb)->rtcp_received, 2U);
  EXPECT_TRUE(d.a.stats(d.sa)->round_trip);

  Duet e(reporting(seconds(1)));
  const Endpoint elsewhere{IpAddress::v4(192, 0, 2, 9), 4001};
  e.plan_a.remote_rtcp = elsewhere;
  e.talk();
  e.way = [](const auto& x) { return x.rtcp() ? std::nullopt : std::optional(milliseconds(20)); };
  e.run(seconds(5));
  int reports = 0;
  for (const auto& x : e.from_a) {
    if (!x.rtcp()) continue;
    EXPECT_EQ(x.remote, elsewhere);
    EXPECT_EQ(x.local.port, kLeft.port + 1);
    ++reports;
  }
  EXPECT_GT(reports, 2);
}

TEST(SessionRtcp, ACollisionTakesAnotherNameWithByeForTheOldAndALoopIsDropped) {
  Duet d;
  d.talk();
  d.run(seconds(1));
  const std::uint32_t old_name = rtp_in(d.from_a)[0].ssrc;
  const auto say = [&](Endpoint from, std::uint16_t sequence, std::uint32_t ssrc) {
    std::vector<std::uint8_t> bytes;
    rtp::append_header(bytes, {false, 0, sequence, rtp::RtpTime(0), ssrc});
    bytes.resize(bytes.size() + 160, 0xff);
    d.a.receive(d.now, kLeft, from, bytes);
  };
  const Endpoint other{IpAddress::v4(192, 0, 2, 77), 5000};
  say(other, 1, old_name);
  d.run(seconds(1));
  const std::uint32_t new_name = rtp_in(d.from_a).back().ssrc;
  EXPECT_NE(new_name, old_name);
  const auto byes = rtcp_of_kind<rtp::Bye>(d.from_a);
  ASSERT_EQ(byes.size(), 1U);
  EXPECT_EQ(byes[0].second.ssrcs, std::vector{old_name});
  // Our new name from the same place: our own packets come back.
  for (std::uint16_t i = 2; i < 10; ++i) say(other, i, new_name);
  d.run(seconds(1));
  EXPECT_EQ(rtp_in(d.from_a).back().ssrc, new_name);
  EXPECT_EQ(rtcp_of_kind<rtp::Bye>(d.from_a).size(), 1U);
  EXPECT_TRUE(d.a.hearing(d.sa).packets_received > 90);
  // The peer goes on hearing us.
  EXPECT_GT(d.b.stats(d.sb)->packets_received, 140U);
  EXPECT_FALSE(d.b.stats(d.sb)->remote_said_bye);
  // §6.4.1: what a report counts is counted by name.
  d.run(seconds(10));
  std::uint32_t packets = 0, octets = 0;
  const auto last = rtcp_of_kind<rtp::SenderReport>(d.from_a).back();
  for (const auto& x : d.from_a)
    if (!x.rtcp() && x.sent.mono <= last.first.mono && rtp::parse_packet(x.bytes)->ssrc == new_name) {
      ++packets;
      octets += 160;
    }
  EXPECT_EQ(last.second.ssrc, new_name);
  EXPECT_EQ(last.second.packets, packets);
  EXPECT_EQ(last.second.octets, octets);
}

TEST(SessionRtcp, ExtendedReportsGoOnlyWhenAskedForAndTellThePeerHowItIsHeard) {
  Duet plain;
  plain.talk();
  plain.run(seconds(20));
  EXPECT_TRUE(rtcp_of_kind<rtp::ExtendedReport>(plain.from_a).empty());

  Duet d(reporting(seconds(1), true));
  std::uint64_t count = 0;
  d.way = [&](const auto& x) {
    if (x.local == kLeft && !x.rtcp() && ++count % 10 == 0) return std::optional<milliseconds>{};
    return std::optional(milliseconds(40));
  };
  d.talk();
  d.run(seconds(60));
  const auto at_a = *d.a.quality(d.sa), at_b = *d.b.quality(d.sb);
  ASSERT_TRUE(at_b.received);
  EXPECT_NEAR(static_cast<double>(at_b.received->packets.lost), 300, 2);
  ASSERT_TRUE(at_a.sent && at_a.sent->metrics);
  const rtp::VoipMetrics& m = *at_a.sent->metrics;
  EXPECT_NEAR(m.loss_rate, 25, 1);  // a tenth of 256
  EXPECT_EQ(m.gmin, 16);
  EXPECT_NEAR(m.round_trip_delay, 80, 1);
  EXPECT_NEAR(m.signal_level, -16, 1);
  EXPECT_EQ(m.buffer, rtp::VoipMetrics::Adaptive);
  EXPECT_GE(m.end_system_delay, 60);
  // What B worked out is what A shows of its own sending.
  EXPECT_NEAR(at_a.sent->estimate.mos_lq, at_b.received->estimate.mos_lq, 0.06);
  EXPECT_LT(at_a.sent->estimate.mos_lq, 3.6);
  EXPECT_GT(at_a.received->estimate.mos_lq, 4.3);
  // 40 ms on the way, 20 ms each to gather and to play, and the buffer.
  ASSERT_TRUE(at_b.one_way);
  EXPECT_NEAR(static_cast<double>(at_b.one_way->count()) / 1000,
              80 + static_cast<double>(at_b.received->buffer_delay.count()), 25);
}

// Guide features.rtp_symmetric.enable: what is done with audio from where the description does not say.
TEST(SessionRtcp, AudioFromElsewhereByTheFourWays) {
  const Endpoint nat{IpAddress::v4(203, 0, 113, 9), 40000}, other{IpAddress::v4(203, 0, 113, 77), 40000};
  struct Case {
    Symmetry way;
    Endpoint sends_to;
    bool plays;         // what comes from the first stranger
    bool takes_second;  // what comes from a second one after it
  };
  for (const Case& c : {Case{Symmetry::None, kRight, true, true}, Case{Symmetry::Reject, kRight, false, false},
                        Case{Symmetry::SendBack, nat, true, true}, Case{Symmetry::Both, nat, true, false}}) {
    EngineConfig config;
    config.symmetry = c.way;
    Duet d(config);
    d.way = [](const auto&) { return std::nullopt; };  // the peer that the description names is not there
    d.talk();
    const auto say = [&](Endpoint from, std::uint16_t first) {
      for (std::uint16_t i = first; i < first + 5; ++i) {
        std::vector<std::uint8_t> bytes;
        rtp::append_header(bytes, {false, 0, i, rtp::RtpTime(i * 160U), 77});
        bytes.resize(bytes.size() + 160, 0xff);
        d.a.receive(d.now, kLeft, from, bytes);
        d.run(milliseconds(20));
      }
    };
    say(nat, 1);
    const auto first = *d.a.stats(d.sa);
    EXPECT_EQ(first.packets_received, c.plays ? 5U : 0U);
    EXPECT_EQ(first.packets_strange, c.plays ? 0U : 5U);
    EXPECT_EQ(first.remote, c.sends_to);
    say(other, 6);
    EXPECT_EQ(d.a.stats(d.sa)->packets_received - first.packets_received, c.takes_second ? 5U : 0U);
    if (c.way == Symmetry::Both) {
      EXPECT_EQ(d.a.stats(d.sa)->remote, nat);
    }
  }
}

// RFC 3611 §4.4: who sends nothing learns the round trip from the answer to its reference time.
TEST(SessionRtcp, AListenerLearnsTheRoundTripToo) {
  Duet d(reporting(seconds(1), true));
  d.plan_a.direction = Direction::RecvOnly;
  d.plan_b.direction = Direction::SendOnly;
  d.way = [](const auto&) { return milliseconds(30); };
  d.talk();
  d.run(seconds(10));
  EXPECT_TRUE(rtcp_of_kind<rtp::SenderReport>(d.from_a).empty());
  const auto time = d.a.stats(d.sa)->round_trip;
  ASSERT_TRUE(time);
  EXPECT_NEAR(static_cast<double>(time->count()), 60'000, 100);
}

}  // namespace
}  // namespace offhook::media
