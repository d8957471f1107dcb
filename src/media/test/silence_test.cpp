#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "base/random.hpp"
#include "media/sources.hpp"
#include "silence/suppressor.hpp"

namespace offhook::media {
namespace {

using Samples = std::vector<std::int16_t>;
using Bytes = std::vector<std::uint8_t>;

// Noise through a one-pole filter: `pole` above 0 rumbles, below 0 hisses.
Samples noise(double rms, double pole, std::size_t frames, std::uint64_t seed = 1) {
  SeededRandom random(seed);
  Samples out(frames * kFrameSamples);
  double y = 0;
  const double gain = rms * std::sqrt(3 * (1 - pole * pole));
  for (auto& sample : out) {
    y = pole * y + gain * (2 * random.unit() - 1);
    sample = static_cast<std::int16_t>(std::lround(y));
  }
  return out;
}

ConstFrame frame_of(const Samples& samples, std::size_t n) {
  return std::span(samples).subspan(n * kFrameSamples, kFrameSamples);
}

// Of neighbours: near 1 for rumble, near -1 for hiss.
double correlation(const Samples& samples) {
  double with_next = 0, with_itself = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    with_next += static_cast<double>(samples[i]) * samples[i - 1];
    with_itself += static_cast<double>(samples[i]) * samples[i];
  }
  return with_next / with_itself;
}

TEST(VoiceActivity, LevelsAreInDecibelsBelowOverload) {
  EXPECT_EQ(level_dbov(Samples(160)), -127);
  EXPECT_NEAR(level_dbov(Samples(160, -32768)), 0, 0.01);
  EXPECT_NEAR(level_dbov(Samples(160, 328)), -40, 0.02);
}

TEST(VoiceActivity, SpeechIsToldFromItsBackground) {
  VoiceActivity activity;
  const Samples background = noise(60, 0, 200);
  for (std::size_t i = 0; i < 200; ++i) (void)activity.speaks(frame_of(background, i));
  EXPECT_FALSE(activity.speaks(frame_of(background, 0)));
  Samples voice(kFrameSamples);
  Tone(300, -20).read(voice);
  EXPECT_TRUE(activity.speaks(voice)) << "at once";
  int after = 0;
  while (activity.speaks(frame_of(background, 1))) ++after;
  EXPECT_EQ(after, 9) << "the end of the word is sent";
}

TEST(VoiceActivity, ALoudSteadySoundNeverBecomesBackground) {
  VoiceActivity activity;
  Tone tone(440, -16);
  for (int i = 0; i < 3000; ++i) {
    Samples frame(kFrameSamples);
    tone.read(frame);
    ASSERT_TRUE(activity.speaks(frame)) << i;
  }
}

TEST(ComfortNoise, ThePayloadIsThatOfTheRfc) {
  ComfortNoise noise;
  noise.dbov = -63.4;
  noise.order = 3;
  noise.reflection = {0, 0.5, -0.99};
  Bytes payload;
  noise.append(payload);
  EXPECT_EQ(payload, (Bytes{63, 127, 191, 1}));
  const auto back = ComfortNoise::parse(payload);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->dbov, -63);
  EXPECT_EQ(back->order, 3U);
  EXPECT_NEAR(back->reflection[1], 0.5, 0.005);
  EXPECT_NEAR(back->reflection[2], -0.99, 0.005);
}

TEST(ComfortNoise, RubbishIsNothingOrHarmless) {
  EXPECT_FALSE(ComfortNoise::parse(Bytes{}));
  EXPECT_FALSE(ComfortNoise::parse(Bytes{200}));
  const auto wild = ComfortNoise::parse(Bytes(400, 0));  // 0 dBov, and every coefficient at its end
  ASSERT_TRUE(wild);
  NoiseMaker maker;
  maker.set(*wild);
  Samples out(50 * kFrameSamples);
  maker.fill(out);
  EXPECT_LE(level_dbov(out), 0);
}

// Measured, sent, made: level and colour are those of the original.
TEST(ComfortNoise, SoundsLikeWhatWasMeasured) {
  for (const double pole : {-0.7, 0.0, 0.8}) {
    for (const double rms : {20.0, 100.0, 500.0}) {
      const Samples original = noise(rms, pole, 4);
      Bytes payload;
      measure_noise(original).append(payload);
      const auto told = ComfortNoise::parse(payload);
      ASSERT_TRUE(told);
      NoiseMaker maker;
      maker.set(*told);
      Samples made(100 * kFrameSamples);
      maker.fill(made);
      EXPECT_NEAR(level_dbov(made), level_dbov(original), 1.5) << pole << ' ' << rms;
      EXPECT_NEAR(correlation(made), correlation(original), 0.12) << pole << ' ' << rms;
    }
  }
}

TEST(SilenceSuppressor, TellsOfTheSilenceWhenItBeginsAndWhenItSoundsOtherwise) {
  using Verdict = SilenceSuppressor::Verdict;
  SilenceSuppressor suppressor;
  std::map<Verdict, int> count;
  const auto run = [&](const Samples& samples) {
    count.clear();
    for (std::size_t i = 0; i < samples.size() / kFrameSamples; ++i) ++count[suppressor.judge(frame_of(samples, i))];
  };
  run(noise(3000, 0.5, 50));
  EXPECT_EQ(count[Verdict::Voice], 50);
  run(noise(30, 0, 70));
  EXPECT_EQ(count[Verdict::Noise], 1);
  EXPECT_GE(count[Verdict::Silence], 55);
  run(noise(15, 0, 20));
  EXPECT_EQ(count[Verdict::Noise], 1) << "it has become quieter";
  run(noise(15, 0, 500));
  EXPECT_GE(count[Verdict::Noise], 4) << "and is told again now and then";
  EXPECT_LE(count[Verdict::Noise], 8);
}

}  // namespace
}  // namespace offhook::media
