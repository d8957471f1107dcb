// Encrypted sessions: who is heard, what is refused, new keys while packets are on their way, and what the wire shows.
#include <gmock/gmock.h>

#include <deque>
#include <functional>
#include <map>
#include <set>

#include "media/engine.hpp"
#include "rtp/packet.hpp"
#include "rtp/srtp.hpp"
#include "srtp/gate.hpp"

namespace offhook::media {
namespace {
using Bytes = std::vector<std::uint8_t>;
using sdp::CryptoSuite;

constexpr auto k80 = CryptoSuite::AES_CM_128_HMAC_SHA1_80, kGcm = CryptoSuite::AEAD_AES_128_GCM;
constexpr std::array kSuites{k80,
                             CryptoSuite::AES_CM_128_HMAC_SHA1_32,
                             CryptoSuite::AES_256_CM_HMAC_SHA1_80,
                             CryptoSuite::AES_256_CM_HMAC_SHA1_32,
                             kGcm,
                             CryptoSuite::AEAD_AES_256_GCM};
constexpr double kA = 440, kB = 659;
const Endpoint kAlice{IpAddress::v4(192, 0, 2, 1), 11780};
const Endpoint kBob{IpAddress::v4(192, 0, 2, 2), 11790};

sdp::SrtpKey key(CryptoSuite suite, std::uint8_t seed) {
  sdp::SrtpKey out;
  out.material.size = static_cast<std::uint8_t>(sdp::key_size(suite));
  for (std::size_t i = 0; i < out.material.size; ++i) out.material.bytes[i] = static_cast<std::uint8_t>(seed + 3 * i);
  return out;
}
sdp::SrtpKeys keys(CryptoSuite suite, std::uint8_t local, std::uint8_t remote) {
  return {suite, key(suite, local), key(suite, remote)};
}

// Two engines with a wire that loses, doubles and holds back packets, and may change them.
struct World {
  SeededRandom random_a{1}, random_b{2}, dice{3};
  EngineConfig config{.pilots = {kA, kB}, .jitter = {}, .rtcp_interval = seconds(2)};
  Engine a{config, random_a}, b{config, random_b};
  SessionId sa = *a.open(a.add_party(ToneIn{kA}), kAlice), sb = *b.open(b.add_party(ToneIn{kB}), kBob);
  Now now{TimePoint{} + seconds(100), WallTime{seconds(1'700'000'000)}};
  std::uint64_t loss_percent = 0, twice_percent = 0;
  milliseconds scatter{0};  // extra delay of a packet, at random
  struct Flying {
    Engine* to;
    Endpoint local, from;
    Bytes bytes;
  };
  std::multimap<TimePoint, Flying> wire;
  std::vector<Flying> seen;
  std::function<void(Bytes&)> tamper;

  static AudioPlan plan(Endpoint local, Endpoint remote, const std::optional<sdp::SrtpKeys>& srtp) {
    AudioPlan out{local, remote, sdp::pcmu(), std::uint8_t{101}};
    out.srtp = srtp;
    return out;
  }
  void plan_a(const std::optional<sdp::SrtpKeys>& srtp) { a.update(sa, plan(kAlice, kBob, srtp)); }
  void plan_b(const std::optional<sdp::SrtpKeys>& srtp) { b.update(sb, plan(kBob, kAlice, srtp)); }
  void talk(CryptoSuite suite) {
    plan_a(keys(suite, 1, 2));
    plan_b(keys(suite, 2, 1));
  }
  void drain(Engine& from, Engine& to) {
    while (const auto t = from.poll_transmit()) {
      Flying packet{&to, t->remote, t->local, {t->bytes.begin(), t->bytes.end()}};
      seen.push_back(packet);
      if (dice.below(100) < loss_percent) continue;
      if (tamper) tamper(packet.bytes);
      for (int copies = dice.below(100) < twice_percent ? 2 : 1; copies > 0; --copies) {
        const auto extra = static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(scatter.count()) + 1));
        wire.emplace(now.mono + milliseconds(5 + extra), packet);
      }
    }
  }
  void run(milliseconds span) {
    for (const TimePoint end = now.mono + span; now.mono < end;) {
      now.mono += milliseconds(1);
      now.wall += milliseconds(1);
      while (!wire.empty() && wire.begin()->first <= now.mono) {
        const auto packet = std::move(wire.begin()->second);
        wire.erase(wire.begin());
        packet.to->receive(now, packet.local, packet.from, packet.bytes);
      }
      a.wake(now);
      b.wake(now);
      drain(a, b);
      drain(b, a);
    }
  }
  SessionStats stats_a() const { return *a.stats(sa); }
  SessionStats stats_b() const { return *b.stats(sb); }
  bool both_hear() const { return a.hearing(sa).hears(kB) && b.hearing(sb).hears(kA); }
};

class Suites : public testing::TestWithParam<CryptoSuite> {};
INSTANTIATE_TEST_SUITE_P(All, Suites, testing::ValuesIn(kSuites));

TEST_P(Suites, BothHearEachOtherAndReportsArrive) {
  World w;
  w.talk(GetParam());
  w.run(seconds(8));
  EXPECT_TRUE(w.both_hear());
  for (const auto& stats : {w.stats_a(), w.stats_b()}) {
    EXPECT_TRUE(stats.encrypted);
    EXPECT_EQ(stats.packets_lost, 0);
    EXPECT_GT(stats.rtcp_received, 1U);
    EXPECT_TRUE(stats.round_trip);
    EXPECT_EQ(stats.srtp.forged + stats.srtp.replayed + stats.srtp.unsent + stats.packets_malformed, 0U);
  }
}

TEST_P(Suites, LossDoublesAndDisorderAreBorne) {
  World w;
  w.loss_percent = 5;
  w.twice_percent = 10;
  w.scatter = milliseconds(70);
  w.talk(GetParam());
  w.run(seconds(10));
  EXPECT_TRUE(w.both_hear());
  for (const auto& stats : {w.stats_a(), w.stats_b()}) {
    EXPECT_EQ(stats.srtp.forged, 0U);
    EXPECT_NEAR(static_cast<double>(stats.srtp.replayed), 50, 35) << "each double, once";
    EXPECT_NEAR(static_cast<double>(stats.packets_lost), 25, 20);
  }
}

TEST(Srtp, NothingReadableIsOnTheWire) {
  World w;
  w.talk(k80);
  w.run(seconds(3));
  w.a.close(w.sa, w.now);  // its BYE
  w.drain(w.a, w.b);
  int rtp = 0, rtcp = 0;
  for (const auto& packet : w.seen) {
    if (rtp::looks_like_rtcp(packet.bytes)) {
      ++rtcp;
      const std::string text(packet.bytes.begin(), packet.bytes.end());
      EXPECT_EQ(text.find("192.0.2."), std::string::npos) << "the CNAME";
      continue;
    }
    ++rtp;
    ASSERT_EQ(packet.bytes.size(), 12U + 160 + 10);
    const std::set<std::uint8_t> values(packet.bytes.begin() + 12, packet.bytes.end());
    EXPECT_GT(values.size(), 95U) << "a tone has fewer";
  }
  EXPECT_GT(rtp, 250);
  EXPECT_GT(rtcp, 2);
  for (const auto& bytes : {w.seen.back().bytes}) EXPECT_TRUE(rtp::looks_like_rtcp(bytes));
}

TEST(Srtp, PlainAndForeignAndDamagedPacketsAreCountedAndMoveNothing) {
  World w;
  w.plan_a(keys(k80, 1, 2));
  w.plan_b(std::nullopt);  // plain
  w.run(seconds(1));
  EXPECT_EQ(w.stats_a().packets_received, 0U);
  EXPECT_GE(w.stats_a().srtp.forged, 45U);
  EXPECT_TRUE(w.a.hearing(w.sa).tones.empty());
  w.plan_b(keys(k80, 3, 1));  // of a key that A does not know
  w.run(seconds(1));
  EXPECT_EQ(w.stats_a().packets_received, 0U);
  EXPECT_EQ(w.stats_a().rtcp_received, 0U);
  const Endpoint thief{IpAddress::v4(198, 51, 100, 1), 4444};
  w.a.receive(w.now, kAlice, thief, w.seen.back().bytes);
  EXPECT_EQ(w.stats_a().remote, kBob) << "only who has the key leads us elsewhere";

  w.talk(k80);
  w.run(seconds(1));
  EXPECT_TRUE(w.both_hear());
  const auto before = w.stats_a();
  w.tamper = [](Bytes& bytes) { bytes.back() ^= 1; };
  w.run(seconds(1));
  EXPECT_LE(w.stats_a().packets_received - before.packets_received, 1U);
  EXPECT_GE(w.stats_a().srtp.forged - before.srtp.forged, 48U);
  w.tamper = nullptr;
  w.run(seconds(1));
  EXPECT_TRUE(w.both_hear());
}

TEST(Srtp, APacketThatIsPlayedAgainIsRefused) {
  World w;
  w.talk(kGcm);
  w.run(seconds(1));
  const auto before = w.stats_b();
  const auto again = w.seen;
  for (const auto& packet : again)
    if (packet.to == &w.b) w.b.receive(w.now, packet.local, packet.from, packet.bytes);
  const auto after = w.stats_b();
  EXPECT_EQ(after.packets_received, before.packets_received);
  EXPECT_GE(after.srtp.replayed - before.srtp.replayed, 49U);
}

// A re-INVITE: B has the new keys first, its packets under them overtake those before, and A learns of them later.
TEST(Srtp, NewKeysLoseNothingOfTheOtherSide) {
  World w;
  w.scatter = milliseconds(30);
  w.talk(k80);
  w.run(seconds(2));
  for (std::uint8_t round = 1; round <= 5; ++round) {
    const auto mine = static_cast<std::uint8_t>(20 * round), yours = static_cast<std::uint8_t>(20 * round + 10);
    // The answerer: sends with its new key at once, takes old and new of the offerer.
    w.plan_b(keys(k80, yours, mine));
    w.run(milliseconds(60));  // the answer is on its way: A hears nothing of that time
    w.plan_a(keys(k80, mine, yours));
    w.run(seconds(1));
    EXPECT_TRUE(w.both_hear()) << int{round};
  }
  EXPECT_EQ(w.stats_b().packets_lost, 0) << "the old keys counted until the new ones were in use";
  EXPECT_EQ(w.stats_b().srtp.forged, 0U);
  EXPECT_NEAR(static_cast<double>(w.stats_a().srtp.forged), 5 * 4, 10);
}

TEST(Srtp, OldKeysEndWhenTheNewAreInUse) {
  World w;
  w.talk(k80);
  w.run(seconds(1));
  w.plan_b(keys(k80, 2, 9));
  w.run(milliseconds(500));
  EXPECT_EQ(w.stats_b().srtp.forged, 0U) << "A still has its old key";
  w.plan_a(keys(k80, 9, 2));
  w.run(milliseconds(500));
  EXPECT_EQ(w.stats_b().srtp.forged, 0U);
  w.plan_a(keys(k80, 1, 2));
  w.run(milliseconds(500));
  EXPECT_GE(w.stats_b().srtp.forged, 20U);
}

// Early dialogs of a forked INVITE: each answer has its own key, and the one that speaks may be any of them.
TEST(Srtp, ForksMayComeBack) {
  World w;
  w.talk(k80);
  w.run(seconds(1));
  w.plan_a(keys(k80, 1, 7));  // another fork rings too, and is silent
  w.run(seconds(1));
  EXPECT_TRUE(w.both_hear());
  w.plan_a(keys(k80, 1, 2));  // the first one answers
  w.run(seconds(1));
  EXPECT_TRUE(w.both_hear());
  EXPECT_EQ(w.stats_a().srtp.forged + w.stats_b().srtp.forged, 0U);
  EXPECT_EQ(w.stats_a().packets_lost, 0);
  EXPECT_EQ(w.stats_b().srtp.replayed, 0U) << "our context stood all the time";
}

TEST(Srtp, ChangeOfSuiteAndFromAndToPlain) {
  World w;
  w.talk(k80);
  w.run(seconds(1));
  w.talk(kGcm);
  w.run(seconds(1));
  EXPECT_TRUE(w.both_hear());
  w.plan_a(std::nullopt);
  w.plan_b(std::nullopt);
  w.run(seconds(1));
  EXPECT_TRUE(w.both_hear());
  EXPECT_FALSE(w.stats_a().encrypted);
  w.talk(k80);
  w.run(seconds(1));
  EXPECT_TRUE(w.both_hear());
}

TEST(Srtp, MkiIsOnTheWireAndRead) {
  World w;
  auto at_a = keys(k80, 1, 2), at_b = keys(k80, 2, 1);
  for (auto* each : {&at_a.local, &at_a.remote, &at_b.local, &at_b.remote}) each->mki = "5", each->mki_length = 4;
  w.plan_a(at_a);
  w.plan_b(at_b);
  w.run(seconds(1));
  EXPECT_TRUE(w.both_hear());
  const auto& bytes = w.seen.front().bytes;
  ASSERT_EQ(bytes.size(), 12U + 160 + 4 + 10);
  EXPECT_EQ(Bytes(bytes.begin() + 172, bytes.begin() + 176), (Bytes{0, 0, 0, 5}));
}

TEST(Srtp, UnencryptedAudioIsReadableAndAuthenticated) {
  World w;
  auto at_a = keys(k80, 1, 2), at_b = keys(k80, 2, 1);
  for (auto* each : {&at_a.local, &at_a.remote, &at_b.local, &at_b.remote}) each->unencrypted_rtp = true;
  w.plan_a(at_a);
  w.plan_b(at_b);
  w.run(seconds(1));
  EXPECT_TRUE(w.both_hear());
  const auto& bytes = w.seen.back().bytes;
  ASSERT_EQ(bytes.size(), 182U);
  EXPECT_LT((std::set<std::uint8_t>(bytes.begin() + 12, bytes.begin() + 172).size()), 95U) << "a tone";
  w.tamper = [](Bytes& packet) { packet[20] ^= 1; };
  w.run(seconds(1));
  EXPECT_GE(w.stats_a().srtp.forged, 40U);
}

TEST(Srtp, AKeyServesForItsLifetimeAndNoLonger) {
  World w;
  auto at_a = keys(k80, 1, 2);
  at_a.local.lifetime = 60;
  w.plan_a(at_a);
  w.plan_b(keys(k80, 2, 1));
  w.run(seconds(2));
  EXPECT_EQ(w.stats_b().packets_received, 60U);
  EXPECT_GE(w.stats_a().srtp.unsent, 39U);
  at_a.local = key(k80, 40);
  w.plan_a(at_a);
  w.plan_b(keys(k80, 2, 40));
  w.run(seconds(1));
  EXPECT_TRUE(w.both_hear());
}

// RFC 3711 §9.1: no index is used twice under one key, whatever was in use in the meantime.
class KeyThatComesBack : public testing::TestWithParam<std::size_t> {
 protected:
  // None that are of use, others, others of ours, none at all.
  std::array<std::optional<sdp::SrtpKeys>, 4> between{sdp::SrtpKeys{}, keys(k80, 5, 6), keys(kGcm, 5, 2), std::nullopt};
};

TEST_P(KeyThatComesBack, GoesOnWhereItWas) {
  SrtpGate ours, theirs;
  SrtpStats sent, received;
  rtp::SrtpBuffer room{};
  ours.set_keys(keys(kGcm, 1, 2));
  theirs.set_keys(keys(kGcm, 2, 1));
  const auto passes = [&](std::uint16_t sequence) {
    Bytes packet;
    rtp::append_header(packet, {false, 0, sequence, rtp::RtpTime(0), 77});
    packet.insert(packet.end(), 160, 0x55);
    Bytes report{0x80, 201, 0, 1, 0, 0, 0, 77};
    return ours.seal_rtp(packet, 0, sent) && !theirs.open_rtp(packet, room, received).empty() &&
           ours.seal_rtcp(report, 0, sent) && !theirs.open_rtcp(report, room, received).empty();
  };
  EXPECT_TRUE(passes(65534));
  EXPECT_TRUE(passes(1)) << "the counter has rolled over";
  for (std::uint16_t sequence = 2; sequence < 10; sequence += 2) {
    ours.set_keys(between[GetParam()]);
    ours.set_keys(keys(kGcm, 1, 2));
    EXPECT_TRUE(passes(sequence));
  }
  EXPECT_EQ(received.forged + received.replayed, 0U);
}
INSTANTIATE_TEST_SUITE_P(After, KeyThatComesBack, testing::Range(std::size_t{0}, std::size_t{4}));

TEST(SrtpGate, ALifetimeCountsOverAPause) {
  SrtpGate gate;
  SrtpStats stats;
  auto limited = keys(k80, 1, 2);
  limited.local.lifetime = 3;
  const auto seals = [&](std::uint16_t sequence) {
    Bytes packet;
    rtp::append_header(packet, {false, 0, sequence, rtp::RtpTime(0), 77});
    return gate.seal_rtp(packet, 0, stats);
  };
  gate.set_keys(limited);
  EXPECT_TRUE(seals(1) && seals(2));
  gate.set_keys(keys(k80, 5, 6));
  EXPECT_TRUE(seals(3));
  gate.set_keys(limited);
  EXPECT_TRUE(seals(4));
  EXPECT_FALSE(seals(5));
}

TEST(SrtpGate, KeysThatCannotBeUsedLetNothingThrough) {
  SrtpGate gate;
  SrtpStats stats;
  rtp::SrtpBuffer room{};
  auto broken = keys(k80, 1, 2);
  broken.suite = CryptoSuite::F8_128_HMAC_SHA1_80;
  gate.set_keys(broken);
  Bytes packet(172, 0x80);
  EXPECT_TRUE(gate.open_rtp(packet, room, stats).empty());
  EXPECT_TRUE(gate.open_rtcp(packet, room, stats).empty());
  EXPECT_FALSE(gate.seal_rtp(packet, 0, stats));
  EXPECT_TRUE(packet.empty()) << "least of all in the clear";
  packet.assign(40, 0x80);
  EXPECT_FALSE(gate.seal_rtcp(packet, 0, stats));
  EXPECT_TRUE(packet.empty());
  EXPECT_EQ(stats.forged, 2U);
  EXPECT_EQ(stats.unsent, 2U);
}

}  // namespace
}  // namespace offhook::media
