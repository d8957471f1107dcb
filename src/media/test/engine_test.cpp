#include "media/engine.hpp"

#include <gmock/gmock.h>

#include <map>

#include "media/sources.hpp"
#include "media/wav.hpp"
#include "rtp/packet.hpp"
#include "rtp/rtcp.hpp"

namespace offhook::media {
namespace {
using sdp::Direction;
using testing::IsEmpty;

constexpr double kA = 440, kB = 659;
const Endpoint kAlice{IpAddress::v4(192, 0, 2, 1), 11780};
const Endpoint kBob{IpAddress::v4(192, 0, 2, 2), 11790};

// Two engines and a wire between them; a datagram takes `delay`.
struct World {
  SeededRandom random_a{1}, random_b{2}, dice{3};
  EngineConfig config{.pilots = {kA, kB, 880}, .jitter = {}, .rtcp_interval = seconds(5)};
  Engine a{config, random_a}, b{config, random_b};
  PartyId alice = a.add_party(ToneIn{kA}), bob = b.add_party(ToneIn{kB});
  SessionId sa = *a.open(alice, kAlice), sb = *b.open(bob, kBob);
  Now now{TimePoint{} + seconds(100), WallTime{seconds(1'700'000'000)}};
  milliseconds delay{5};
  std::uint64_t loss_percent = 0;
  struct Flying {
    Engine* to;
    Endpoint local, from;
    std::vector<std::uint8_t> bytes;
  };
  std::multimap<TimePoint, Flying> wire;
  std::map<const Engine*, int> rtp_sent, rtcp_sent;

  AudioPlan plan(Endpoint local, Endpoint remote, Direction direction = Direction::SendRecv,
                 sdp::Codec codec = sdp::pcmu()) {
    return {local, remote, codec, std::uint8_t{101}, direction, milliseconds(20)};
  }
  void talk() {
    a.update(sa, plan(kAlice, kBob));
    b.update(sb, plan(kBob, kAlice));
  }
  void drain(Engine& from, Engine& to) {
    while (const auto t = from.poll_transmit()) {
      ++(rtp::looks_like_rtcp(t->bytes) ? rtcp_sent : rtp_sent)[&from];
      if (dice.below(100) < loss_percent) continue;
      wire.emplace(now.mono + delay, Flying{&to, t->remote, t->local, {t->bytes.begin(), t->bytes.end()}});
    }
  }
  void drain() {
    drain(a, b);
    drain(b, a);
  }
  // Jumps from event to event.
  void run(milliseconds span) {
    const TimePoint end = now.mono + span;
    for (;;) {
      std::optional<TimePoint> next;
      const auto consider = [&](std::optional<TimePoint> t) {
        if (t && (!next || *t < *next)) next = std::max(*t, now.mono);
      };
      consider(a.deadline());
      consider(b.deadline());
      if (!wire.empty()) consider(wire.begin()->first);
      if (!next || *next > end) break;
      now.wall += *next - now.mono;
      now.mono = *next;
      while (!wire.empty() && wire.begin()->first <= now.mono) {
        auto datagram = std::move(wire.begin()->second);
        wire.erase(wire.begin());
        datagram.to->receive(now, datagram.local, datagram.from, datagram.bytes);
      }
      a.wake(now);
      b.wake(now);
      drain();
    }
    now.wall += end - now.mono;
    now.mono = end;
  }
};

std::vector<double> heard(const Hearing& hearing) {
  std::vector<double> out;
  for (const auto& tone : hearing.tones) out.push_back(tone.hz);
  return out;
}

TEST(Engine, NoSessionNoDeadlineNoPackets) {
  SeededRandom random(1);
  Engine engine({}, random);
  engine.add_party(ToneIn{});
  EXPECT_FALSE(engine.deadline());
  engine.wake({TimePoint{} + seconds(1), {}});
  EXPECT_FALSE(engine.poll_transmit());
  EXPECT_FALSE(engine.poll_socket_request());
}

TEST(Engine, AsksForThePortPairAndGivesItBack) {
  SeededRandom random(1);
  Engine engine({}, random);
  const auto party = engine.add_party(SilenceIn{});
  const auto session = engine.open(party, kAlice);
  ASSERT_TRUE(session);
  Endpoint rtcp = kAlice;
  ++rtcp.port;
  using Kind = SocketRequest::Kind;
  EXPECT_EQ(engine.poll_socket_request(), (SocketRequest{Kind::Open, kAlice, *session}));
  EXPECT_EQ(engine.poll_socket_request(), (SocketRequest{Kind::Open, rtcp, *session}));
  EXPECT_FALSE(engine.poll_socket_request());
  EXPECT_FALSE(engine.open(party, kAlice)) << "in use";
  EXPECT_FALSE(engine.open(party, rtcp)) << "odd";
  EXPECT_FALSE(engine.open(PartyId{}, kBob)) << "nobody";
  engine.close(*session, {});
  EXPECT_EQ(engine.poll_socket_request(), (SocketRequest{Kind::Close, kAlice, *session}));
  EXPECT_EQ(engine.poll_socket_request(), (SocketRequest{Kind::Close, rtcp, *session}));
  EXPECT_FALSE(engine.update(*session, {}));
  EXPECT_FALSE(engine.stats(*session));
  EXPECT_THAT(engine.hearing(*session).tones, IsEmpty());
  EXPECT_TRUE(engine.open(party, kAlice));
  engine.remove_party(party);
  EXPECT_EQ(engine.sessions(), 0U);
}

TEST(Engine, SendsNothingBeforeThePlan) {
  World w;
  w.run(seconds(1));
  EXPECT_THAT(w.rtp_sent, IsEmpty());
}

TEST(Engine, TwoPartiesHearEachOther) {
  World w;
  w.talk();
  w.run(seconds(1));
  EXPECT_EQ(heard(w.a.hearing(w.sa)), std::vector<double>{kB});
  EXPECT_EQ(heard(w.b.hearing(w.sb)), std::vector<double>{kA});
  EXPECT_TRUE(w.a.hearing(w.sa).hears(kB));
  EXPECT_FALSE(w.a.hearing(w.sa).hears(kA));
  EXPECT_NEAR(w.a.hearing(w.sa).tones[0].level_dbm0, -16, 0.5);
  EXPECT_EQ(w.rtp_sent[&w.a], 51);  // 50 a second, the first at once
}

TEST(Engine, AudioGetsThroughAtFivePercentLossInALaw) {
  World w;
  w.loss_percent = 5;
  w.a.update(w.sa, w.plan(kAlice, kBob, Direction::SendRecv, sdp::pcma()));
  w.b.update(w.sb, w.plan(kBob, kAlice, Direction::SendRecv, sdp::pcma()));
  w.run(seconds(1));
  for (int i = 0; i < 50; ++i) {
    w.run(milliseconds(200));
    EXPECT_EQ(heard(w.a.hearing(w.sa)), std::vector<double>{kB}) << i;
    EXPECT_EQ(heard(w.b.hearing(w.sb)), std::vector<double>{kA}) << i;
  }
}

TEST(Engine, HoldStopsTheHeldLegAndResumeBringsItBack) {
  World w;
  w.talk();
  w.run(seconds(1));
  for (const auto& [holder, held] :
       {std::pair{Direction::SendOnly, Direction::RecvOnly}, {Direction::Inactive, Direction::Inactive}}) {
    w.a.update(w.sa, w.plan(kAlice, kBob, holder));
    w.b.update(w.sb, w.plan(kBob, kAlice, held));
    w.run(milliseconds(500));
    const int before_a = w.rtp_sent[&w.a], before_b = w.rtp_sent[&w.b];
    w.run(seconds(20));
    EXPECT_EQ(w.rtp_sent[&w.b], before_b) << "no RTP from the held leg";
    EXPECT_THAT(heard(w.a.hearing(w.sa)), IsEmpty());
    if (holder == Direction::Inactive) {
      EXPECT_EQ(w.rtp_sent[&w.a], before_a);
      EXPECT_THAT(heard(w.b.hearing(w.sb)), IsEmpty());
    } else {
      EXPECT_EQ(w.rtp_sent[&w.a], before_a + 1000);
      EXPECT_EQ(heard(w.b.hearing(w.sb)), std::vector<double>{kA}) << "music on hold would be heard";
    }
    w.talk();
    w.run(seconds(1));
    EXPECT_EQ(heard(w.a.hearing(w.sa)), std::vector<double>{kB});
    EXPECT_EQ(heard(w.b.hearing(w.sb)), std::vector<double>{kA});
  }
}

TEST(Engine, RtcpCountsAgreeWithWhatWasSent) {
  World w;
  w.talk();
  w.run(seconds(60));
  const auto at_a = *w.a.stats(w.sa), at_b = *w.b.stats(w.sb);
  EXPECT_GE(at_a.rtcp_sent, 8U);  // every 2 to 6.2 s, the first sooner
  EXPECT_LE(at_a.rtcp_sent, 31U);
  EXPECT_EQ(at_a.rtcp_sent, static_cast<std::uint64_t>(w.rtcp_sent[&w.a]));
  EXPECT_EQ(at_b.rtcp_received, at_a.rtcp_sent);
  EXPECT_EQ(at_a.packets_lost, 0);
  EXPECT_EQ(at_a.remote_packets_lost, 0);
  EXPECT_EQ(at_b.packets_received + 1, at_a.packets_sent);  // one is on the wire
  EXPECT_EQ(at_b.bytes_received, at_b.packets_received * 160);
  EXPECT_EQ(at_a.jitter, Duration{});
  ASSERT_TRUE(at_a.round_trip);
  EXPECT_NEAR(static_cast<double>(at_a.round_trip->count()), 10'000, 100);
}

TEST(Engine, LossIsReportedToTheSender) {
  World w;
  w.talk();
  w.loss_percent = 10;
  w.run(seconds(60));
  const auto at_a = *w.a.stats(w.sa), at_b = *w.b.stats(w.sb);
  EXPECT_NEAR(static_cast<double>(at_b.packets_lost), 300, 80);
  EXPECT_GT(at_a.remote_packets_lost, 100);
  EXPECT_LE(at_a.remote_packets_lost, at_b.packets_lost + 10);
  EXPECT_NEAR(at_a.remote_fraction_lost, 25, 20);
  EXPECT_GT(at_b.frames_concealed, 100U);
}

TEST(Engine, CloseSaysBye) {
  World w;
  w.talk();
  w.run(seconds(1));
  w.a.close(w.sa, w.now);
  w.drain();
  w.run(milliseconds(100));
  EXPECT_TRUE(w.b.stats(w.sb)->remote_said_bye);
  EXPECT_FALSE(w.a.deadline());
  EXPECT_GT(w.a.stray_datagrams(), 0U) << "Bob still talks";
}

TEST(Engine, SenderReportNamesThePacketsAndTheWallClock) {
  SeededRandom random(9);
  Engine engine({.pilots = {}, .jitter = {}, .rtcp_interval = seconds(1)}, random);
  const auto session = *engine.open(engine.add_party(SilenceIn{}), kAlice);
  engine.update(session, {kAlice, kBob, sdp::pcmu(), {}, Direction::SendRecv, milliseconds(20)});
  Now now{TimePoint{} + seconds(5), WallTime{seconds(1000)}};
  std::uint32_t packets = 0;
  bool reported = false;
  for (int i = 0; i < 200; ++i, now.mono += milliseconds(20), now.wall += milliseconds(20)) {
    engine.wake(now);
    while (const auto t = engine.poll_transmit()) {
      if (t->remote == kBob) {
        ++packets;
        continue;
      }
      EXPECT_EQ(t->remote.port, kBob.port + 1);
      EXPECT_EQ(t->local.port, kAlice.port + 1);
      const auto compound = rtp::parse_rtcp(t->bytes);
      ASSERT_TRUE(compound);
      ASSERT_EQ(compound->size(), 2U);
      const auto& report = std::get<rtp::SenderReport>((*compound)[0]);
      EXPECT_EQ(report.packets, packets);
      EXPECT_EQ(report.octets, packets * 160);
      EXPECT_EQ(report.ntp, rtp::to_ntp(now.wall));
      reported = true;
    }
  }
  EXPECT_TRUE(reported);
}

TEST(Engine, LongerPtimeMakesFewerPackets) {
  World w;
  auto plan = w.plan(kAlice, kBob);
  plan.ptime = milliseconds(60);
  w.a.update(w.sa, plan);
  w.b.update(w.sb, w.plan(kBob, kAlice));
  w.run(milliseconds(3000));
  EXPECT_NEAR(w.rtp_sent[&w.a], 50, 1);
  EXPECT_EQ(heard(w.b.hearing(w.sb)), std::vector<double>{kA});
}

TEST(Engine, EchoSendsBackWhatItHears) {
  World w;
  w.b.set_input(w.bob, EchoIn{});
  w.talk();
  w.run(seconds(2));
  EXPECT_EQ(heard(w.a.hearing(w.sa)), std::vector<double>{kA});
}

TEST(Engine, WavIsHeardAndCapturedAtTheOtherEnd) {
  World w;
  Tone tone(880, -12);
  std::vector<std::int16_t> samples;
  SampleSink collect(samples);
  for (int i = 0; i < 50; ++i) {
    std::array<std::int16_t, kFrameSamples> f;
    tone.read(f);
    collect.write(f);
  }
  w.a.set_input(w.alice, WavIn{encode_wav(samples), true});
  std::vector<std::int16_t> captured;
  w.b.set_output(w.bob, std::make_unique<SampleSink>(captured));
  w.talk();
  w.run(seconds(3));
  EXPECT_EQ(heard(w.b.hearing(w.sb)), std::vector<double>{880});
  EXPECT_NEAR(static_cast<double>(captured.size()), 3 * 8000, 320);
  const std::vector<double> pilots{880};
  EXPECT_EQ(detect_tones(std::span(captured).last(8000), pilots).size(), 1U);
}

TEST(Engine, OnePartyHearsTheSumOfItsSessions) {
  World w;
  const Endpoint second{kAlice.address, 11782};
  const Endpoint carol_at{kBob.address, 11792};
  const auto carol = w.b.add_party(ToneIn{880});
  const auto sa2 = *w.a.open(w.alice, second);
  const auto sc = *w.b.open(carol, carol_at);
  std::vector<std::int16_t> captured;
  w.a.set_output(w.alice, std::make_unique<SampleSink>(captured));
  w.talk();
  w.a.update(sa2, w.plan(second, carol_at));
  w.b.update(sc, w.plan(carol_at, second));
  w.run(seconds(1));
  EXPECT_EQ(heard(w.a.hearing(sa2)), std::vector<double>{880});
  EXPECT_EQ(heard(w.b.hearing(sc)), std::vector<double>{kA});
  const std::vector<double> pilots{kA, kB, 880};
  EXPECT_EQ(detect_tones(std::span(captured).last(3200), pilots).size(), 2U);
}

TEST(Engine, FollowsAPeerThatSendsFromElsewhere) {
  World w;
  const Endpoint nat{IpAddress::v4(203, 0, 113, 9), 40000};
  w.a.update(w.sa, w.plan(kAlice, kBob));
  std::vector<std::uint8_t> bytes;
  for (std::uint16_t i = 0; i < 3; ++i) {
    bytes.clear();
    rtp::append_header(bytes, {false, 0, i, rtp::RtpTime(i * 160U), 77});
    bytes.resize(bytes.size() + 160, 0xff);
    w.a.receive(w.now, kAlice, nat, bytes);
    EXPECT_EQ(w.a.stats(w.sa)->remote, i == 0 ? kBob : nat) << "the first packet is on probation";
  }
  // A new plan moves it; what still flies from the old place does not lead it back.
  const Endpoint elsewhere{IpAddress::v4(203, 0, 113, 10), 5000};
  w.a.update(w.sa, w.plan(kAlice, elsewhere));
  w.a.receive(w.now, kAlice, nat, bytes);
  EXPECT_EQ(w.a.stats(w.sa)->remote, elsewhere);
  // Nor does it once a plan has named it.
  w.a.update(w.sa, w.plan(kAlice, nat));
  w.a.receive(w.now, kAlice, kBob, bytes);
  EXPECT_EQ(w.a.stats(w.sa)->remote, kBob);
  w.a.update(w.sa, w.plan(kAlice, kBob));
  w.a.receive(w.now, kAlice, elsewhere, bytes);
  w.a.receive(w.now, kAlice, kBob, bytes);
  EXPECT_EQ(w.a.stats(w.sa)->remote, kBob) << "it is no old place";
}

TEST(Engine, NeverSendsToTheUnspecifiedAddress) {
  World w;
  w.a.update(w.sa, w.plan(kAlice, {IpAddress{}, 4000}));
  w.run(seconds(20));
  EXPECT_THAT(w.rtp_sent, IsEmpty());
  EXPECT_THAT(w.rtcp_sent, IsEmpty());
}

TEST(Engine, WhatIsUnfitIsCountedAndDropped) {
  World w;
  w.talk();
  SeededRandom random(4);
  for (int i = 0; i < 5000; ++i) {
    std::vector<std::uint8_t> bytes(random.below(80));
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random.next());
    Endpoint local = kAlice;
    local.port = static_cast<std::uint16_t>(kAlice.port + random.below(3));
    w.a.receive(w.now, local, kBob, bytes);
  }
  EXPECT_GT(w.a.stats(w.sa)->packets_malformed, 3000U);
  EXPECT_GT(w.a.stray_datagrams(), 1000U);
  w.run(seconds(1));
  EXPECT_EQ(heard(w.a.hearing(w.sa)), std::vector<double>{kB});
}

TEST(Engine, ALateWakeCatchesUpAndAVeryLateOneStartsAfresh) {
  World w;
  w.talk();
  w.run(milliseconds(100));
  const auto before = w.a.stats(w.sa)->packets_sent;
  w.now.mono += milliseconds(100);
  w.a.wake(w.now);
  EXPECT_EQ(w.a.stats(w.sa)->packets_sent, before + 5);
  w.now.mono += seconds(10);
  w.a.wake(w.now);
  EXPECT_EQ(w.a.stats(w.sa)->packets_sent, before + 6);
  EXPECT_EQ(w.a.deadline(), w.now.mono + milliseconds(20));
}

TEST(Engine, TheSameSeedGivesTheSameBytes) {
  const auto run = [] {
    World w;
    w.loss_percent = 5;
    w.talk();
    std::vector<std::uint8_t> all;
    for (int i = 0; i < 500; ++i) {
      w.run(milliseconds(20));
      for (const auto& [at, datagram] : w.wire) all.insert(all.end(), datagram.bytes.begin(), datagram.bytes.end());
    }
    return all;
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace offhook::media
