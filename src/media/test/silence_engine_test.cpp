// Silence through two engines: what leaves, and what is heard.
#include <gmock/gmock.h>

#include "media/engine.hpp"
#include "media/sources.hpp"
#include "rtp/packet.hpp"
#include "silence/comfort_noise.hpp"
#include "silence/voice_activity.hpp"

namespace offhook::media {
namespace {

// A second of a tone, two seconds of faint noise, and so on.
class Talker final : public AudioSource {
 public:
  bool read(Frame frame) override {
    if (frame_++ % 150 < 50) return tone_.read(frame);
    for (auto& sample : frame) sample = static_cast<std::int16_t>(static_cast<int>(random_.below(121)) - 60);
    return true;
  }

 private:
  int frame_ = 0;
  Tone tone_{440, -16};
  SeededRandom random_{5};
};

class Level final : public AudioSink {
 public:
  explicit Level(std::vector<double>& levels) : levels_(levels) {}
  void write(ConstFrame frame) override { levels_.push_back(level_dbov(frame)); }

 private:
  std::vector<double>& levels_;
};

struct Call {
  explicit Call(std::optional<std::uint8_t> noise_type, bool audible = true, bool suppress = true) {
    config_b.comfort_noise = audible;
    b.emplace(config_b, random_b);
    const auto alice = a.add_party(SilenceIn{});
    a.set_input(alice, std::make_unique<Talker>());
    const auto bob = b->add_party(SilenceIn{});
    b->set_output(bob, std::make_unique<Level>(levels));
    const Endpoint at_a{IpAddress::v4(192, 0, 2, 1), 4000}, at_b{IpAddress::v4(192, 0, 2, 2), 4000};
    const auto sa = *a.open(alice, at_a);
    sb = *b->open(bob, at_b);
    AudioPlan plan;
    plan.codec = sdp::pcmu();
    plan.remote = at_b;
    plan.suppress_silence = suppress;
    plan.comfort_noise = noise_type;
    a.update(sa, plan);
    plan.remote = at_a;
    plan.suppress_silence = false;
    b->update(sb, plan);
  }
  void run(milliseconds span) {
    for (const TimePoint end = now.mono + span; now.mono < end; now.mono += milliseconds(20)) {
      a.wake(now);
      while (const auto packet = a.poll_transmit()) {
        const auto parsed = rtp::parse_packet(packet->bytes);
        if (!rtp::looks_like_rtcp(packet->bytes)) sent.push_back({parsed->payload_type, parsed->marker});
        b->receive(now, packet->remote, packet->local, packet->bytes);
      }
      b->wake(now);
      while (b->poll_transmit()) {
      }
    }
  }
  [[nodiscard]] std::ptrdiff_t count(std::uint8_t type) const {
    return std::count_if(sent.begin(), sent.end(), [type](const auto& s) { return s.first == type; });
  }
  SeededRandom random_a{1}, random_b{2};
  EngineConfig config_b;
  Engine a{{}, random_a};
  std::optional<Engine> b;
  SessionId sb;
  std::vector<double> levels;
  std::vector<std::pair<std::uint8_t, bool>> sent;
  Now now{TimePoint{} + seconds(1), WallTime{seconds(1'700'000'000)}};
};

TEST(Silence, OnlyTheVoiceLeavesAndTheNoiseIsHeardInBetween) {
  Call call(kComfortNoisePayload);
  call.run(seconds(12));
  EXPECT_NEAR(static_cast<double>(call.count(0)), 4 * 60, 25) << "four seconds of voice with the ends of their words";
  EXPECT_GE(call.count(13), 4);
  EXPECT_LE(call.count(13), 20);
  // The middle of the last silence: as loud as the noise was (-60 to 60, evenly: 34.9 rms, -59.4 dBov).
  for (std::size_t i = 530; i < 580; ++i) ASSERT_NEAR(call.levels[i], -59.4, 2) << i;
  const auto stats = call.b->stats(call.sb);
  EXPECT_EQ(stats->packets_lost, 0);
  EXPECT_EQ(stats->packets_malformed, 0U);
  EXPECT_LE(stats->frames_concealed, 8U) << "silence is no loss";
}

TEST(Silence, EachTalkBeginsWithAMarker) {
  Call call(kComfortNoisePayload);
  call.run(seconds(12));
  EXPECT_EQ(std::count_if(call.sent.begin(), call.sent.end(), [](const auto& s) { return s.second; }), 4);
  for (const auto& [type, marker] : call.sent) EXPECT_FALSE(type == 13 && marker) << "RFC 3389 §4";
}

TEST(Silence, WithoutComfortNoiseNothingAtAllLeaves) {
  Call call(std::nullopt);
  call.run(seconds(12));
  EXPECT_EQ(call.count(13), 0);
  EXPECT_NEAR(static_cast<double>(call.count(0)), 4 * 60, 25);
  for (std::size_t i = 540; i < 580; ++i) ASSERT_EQ(call.levels[i], -127) << i;
}

TEST(Silence, WhoWantsNoNoiseHearsNone) {
  Call call(kComfortNoisePayload, false);
  call.run(seconds(12));
  for (std::size_t i = 540; i < 580; ++i) ASSERT_EQ(call.levels[i], -127) << i;
  EXPECT_EQ(call.b->stats(call.sb)->packets_malformed, 0U);
}

TEST(Silence, WithoutItEverythingLeaves) {
  Call call(kComfortNoisePayload, true, false);
  call.run(seconds(6));
  EXPECT_EQ(call.count(0), 300);
  EXPECT_EQ(call.count(13), 0);
}

}  // namespace
}  // namespace offhook::media
