// Two engines talk through each codec, and change it in the middle of a call.
#include <gmock/gmock.h>

#include "media/codec.hpp"
#include "media/engine.hpp"
#include "media/sources.hpp"

namespace offhook::media {
namespace {

constexpr double kA = 440, kB = 659;
const Endpoint kAlice{IpAddress::v4(192, 0, 2, 1), 11780};
const Endpoint kBob{IpAddress::v4(192, 0, 2, 2), 11790};

struct Pair {
  SeededRandom random_a{1}, random_b{2}, dice{3};
  EngineConfig config{.pilots = {kA, kB, 6000}, .jitter = {}, .rtcp_interval = seconds(5)};
  Engine a{config, random_a}, b{config, random_b};
  PartyId alice = a.add_party(ToneIn{kA}), bob = b.add_party(ToneIn{kB});
  SessionId sa = *a.open(alice, kAlice), sb = *b.open(bob, kBob);
  Now now{TimePoint{} + seconds(100), WallTime{seconds(1'700'000'000)}};
  std::uint64_t loss_percent = 0;

  void talk(const sdp::Codec& codec, milliseconds ptime = milliseconds(20)) {
    a.update(sa, {kAlice, kBob, codec, {}, sdp::Direction::SendRecv, ptime, {codec}});
    b.update(sb, {kBob, kAlice, codec, {}, sdp::Direction::SendRecv, ptime, {codec}});
  }
  void carry(Engine& from, Engine& to) {
    while (const auto t = from.poll_transmit()) {
      const std::vector<std::uint8_t> bytes(t->bytes.begin(), t->bytes.end());
      if (dice.below(100) >= loss_percent) to.receive(now, t->remote, t->local, bytes);
    }
  }
  void run(milliseconds span) {
    for (auto left = span; left.count() > 0; left -= milliseconds(20)) {
      a.wake(now);
      b.wake(now);
      carry(a, b);
      carry(b, a);
      now.mono += milliseconds(20);
      now.wall += milliseconds(20);
    }
  }
  void expect_both_hear(std::string_view what) const {
    EXPECT_TRUE(a.hearing(sa).hears(kB)) << what;
    EXPECT_TRUE(b.hearing(sb).hears(kA)) << what;
    EXPECT_FALSE(a.hearing(sa).hears(kA)) << what;
  }
};

sdp::Codec described(const Codec& codec) {
  return {static_cast<std::uint8_t>(codec.name == "G722" ? 9 : 96), std::string(codec.name), codec.rtp_clock,
          codec.sdp_channels, ""};
}

TEST(EngineCodecs, ThePilotsAreHeardThroughEachAtEachPacketTime) {
  for (const Codec& codec : codecs())
    for (const int ms : {10, 20, 30, 60}) {
      Pair pair;
      pair.talk(described(codec), milliseconds(ms));
      pair.run(seconds(2));
      pair.expect_both_hear(codec.name);
      EXPECT_EQ(pair.b.stats(pair.sb)->packets_malformed, 0u);
      EXPECT_EQ(pair.b.stats(pair.sb)->frames_concealed, 0u) << codec.name << ' ' << ms;
    }
}

TEST(EngineCodecs, ThePilotsAreHeardAtFivePercentLoss) {
  for (const Codec& codec : codecs()) {
    Pair pair;
    pair.loss_percent = 5;
    pair.talk(described(codec));
    pair.run(seconds(2));
    for (int i = 0; i < 20; ++i) {
      pair.run(milliseconds(200));
      pair.expect_both_hear(codec.name);
    }
  }
}

TEST(EngineCodecs, AWidebandPilotIsHeardThroughWidebandCodecsOnly) {
  for (const Codec& codec : codecs()) {
    Pair pair;
    pair.a.set_input(pair.alice, ToneIn{6000});
    pair.talk(described(codec));
    pair.run(seconds(2));
    EXPECT_EQ(pair.b.hearing(pair.sb).hears(6000), codec.rate("") > 8000) << codec.name;
  }
}

// What is captured has no hole and no click where one codec follows the other.
TEST(EngineCodecs, AChangeOfCodecLeavesNoGap) {
  const std::vector<sdp::Codec> order{
      sdp::pcmu(), {9, "G722", 8000, 1, ""},      {107, "opus", 48'000, 2, ""},
      sdp::pcma(), {102, "G726-32", 8000, 1, ""}, {107, "opus", 48'000, 2, "maxplaybackrate=16000"},
      sdp::pcmu()};
  Pair pair;
  std::vector<std::int16_t> heard;
  pair.b.set_output(pair.bob, std::make_unique<SampleSink>(heard));
  for (const sdp::Codec& codec : order) {
    // The answerer is ready a little before the offerer sends.
    pair.b.update(pair.sb, {kBob, kAlice, codec, {}, sdp::Direction::SendRecv, milliseconds(20), order});
    pair.a.update(pair.sa, {kAlice, kBob, codec, {}, sdp::Direction::SendRecv, milliseconds(20), order});
    pair.run(seconds(1));
    pair.expect_both_hear(codec.name);
  }
  const auto stats = *pair.b.stats(pair.sb);
  EXPECT_EQ(stats.packets_malformed, 0u);
  EXPECT_EQ(stats.packets_lost, 0);
  EXPECT_EQ(stats.frames_concealed, 0u);
  // Each 20 ms after the first 300 ms sound, at about the level that was sent.
  for (std::size_t at = 15 * kFrameSamples; at + kFrameSamples <= heard.size(); at += kFrameSamples) {
    double power = 0;
    for (std::size_t i = at; i < at + kFrameSamples; ++i) power += heard[i] * static_cast<double>(heard[i]);
    EXPECT_GT(power / kFrameSamples, 500.0 * 500.0) << "at " << at / 8 << " ms";
  }
}

}  // namespace
}  // namespace offhook::media
