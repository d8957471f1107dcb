#include "media/tone_detector.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "media/g711.hpp"
#include "media/sources.hpp"
#include "playout.hpp"

namespace offhook::media {
namespace {

using Samples = std::array<std::int16_t, kFrameSamples>;

const std::vector<double> kPilots{440, 554, 659, 880, 1000, 1250};

std::vector<double> frequencies(const std::vector<HeardTone>& tones) {
  std::vector<double> out;
  for (const auto& t : tones) out.push_back(t.hz);
  return out;
}

ListeningWindow listen(std::vector<AudioSource*> sources, int frames = 10) {
  ListeningWindow window;
  for (int i = 0; i < frames; ++i) {
    Samples sum{};
    for (auto* source : sources) {
      Samples f;
      source->read(f);
      for (std::size_t s = 0; s < f.size(); ++s) sum[s] = static_cast<std::int16_t>(sum[s] + f[s]);
    }
    window.write(sum);
  }
  return window;
}

TEST(ToneDetector, SilenceAndFaintTonesAreNobody) {
  Silence silence;
  EXPECT_TRUE(listen({&silence}).tones(kPilots).empty());
  Tone faint(440, -50);
  EXPECT_TRUE(listen({&faint}).tones(kPilots).empty());
  EXPECT_TRUE(ListeningWindow().tones(kPilots).empty());
}

TEST(ToneDetector, EachPilotAloneIsHeardAtItsLevel) {
  for (const double hz : kPilots) {
    for (const double level : {-3.0, -16.0, -40.0}) {
      Tone tone(hz, level);
      const auto heard = listen({&tone}).tones(kPilots);
      ASSERT_EQ(frequencies(heard), std::vector<double>{hz}) << level;
      EXPECT_NEAR(heard[0].level_dbm0, level, 0.2);
    }
  }
}

TEST(ToneDetector, TwoAndThreeAtOnceAreToldApart) {
  Tone a(440, -16), b(554, -20), c(659, -24);
  EXPECT_EQ(frequencies(listen({&a, &b}).tones(kPilots)), (std::vector<double>{440, 554}));
  Tone a2(440, -16);
  EXPECT_EQ(frequencies(listen({&a2, &b, &c}).tones(kPilots)), (std::vector<double>{440, 554, 659}));
}

TEST(ToneDetector, NoiseAndOtherTonesAreNobody) {
  SeededRandom random(5);
  ListeningWindow noise;
  for (int i = 0; i < 10; ++i) {
    Samples f;
    for (auto& s : f) s = static_cast<std::int16_t>(static_cast<int>(random.below(16000)) - 8000);
    noise.write(f);
  }
  EXPECT_TRUE(noise.tones(kPilots).empty());
  Tone between(500, -10);
  EXPECT_TRUE(listen({&between}).tones(kPilots).empty());
}

TEST(ToneDetector, ForgetsWhatIsOlderThanTheWindow) {
  Tone tone(440, -16);
  auto window = listen({&tone});
  for (int i = 0; i < 10; ++i) window.write(Samples{});
  EXPECT_TRUE(window.tones(kPilots).empty());
}

// The whole way: G.711, 5% loss, reordering, jitter buffer with concealment.
TEST(ToneDetector, HearsThroughG711WithFivePercentLoss) {
  for (const Law law : {Law::Mu, Law::A}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      SeededRandom random(seed);
      Tone a(440, -16), b(1000, -16);
      Workspace workspace;
      Playout playout({}, workspace);
      const Codec& codec = *find_codec(law == Law::Mu ? "PCMU" : "PCMA");
      ListeningWindow window;
      for (std::uint32_t i = 0; i < 200; ++i) {
        Samples x, y;
        a.read(x);
        b.read(y);
        std::array<std::uint8_t, kFrameSamples> codes;
        for (std::size_t s = 0; s < x.size(); ++s) codes[s] = encode(law, static_cast<std::int16_t>(x[s] + y[s]));
        if (random.below(100) >= 5) playout.insert(codec, {}, rtp::RtpTime(i * 160), codes);
        Samples out;
        playout.read(out);
        window.write(out);
        if (i > 30 && i % 10 == 0) {
          EXPECT_EQ(frequencies(window.tones(kPilots)), (std::vector<double>{440, 1000})) << seed << ' ' << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace offhook::media
