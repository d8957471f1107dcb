#include "media/tone.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>

#include "media/ringer.hpp"
#include "media/tone_detector.hpp"
#include "media/wav.hpp"

namespace offhook::media {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::int16_t> play(const CallTone& tone, milliseconds length, std::uint32_t rate = kSampleRate) {
  TonePlayer player(tone);
  std::vector<std::int16_t> out;
  std::vector<std::int16_t> frame(frame_size(rate));
  for (milliseconds at{}; at < length; at += milliseconds(20)) {
    player.read(frame);
    out.insert(out.end(), frame.begin(), frame.end());
  }
  return out;
}
CallTone tone_of(std::string_view text) { return config::parse_tone(text).value_or(CallTone{}); }

std::vector<double> heard(std::span<const std::int16_t> samples, std::vector<double> among,
                          std::uint32_t rate = kSampleRate) {
  std::vector<double> out;
  for (const auto& tone : detect_tones(samples, among, rate)) out.push_back(tone.hz);
  return out;
}

// Runs of sound and silence in samples: a run of silence is at least a millisecond of zeros.
std::vector<std::size_t> runs(const std::vector<std::int16_t>& samples, std::uint32_t rate = kSampleRate) {
  std::vector<std::size_t> out;
  const std::size_t least = rate / 1000;
  std::size_t begin = 0, zeros = 0;
  bool silent = false;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    zeros = samples[i] == 0 ? zeros + 1 : 0;
    const bool now = silent ? samples[i] == 0 : zeros >= least;
    if (now == silent) continue;
    const std::size_t edge = now ? i + 1 - zeros : i;
    if (edge > begin) out.push_back(edge - begin);
    begin = edge;
    silent = now;
  }
  out.push_back(samples.size() - begin);
  return out;
}

TEST(TonePlayer, BothFrequenciesAtTheirLevelAtEveryRate) {
  for (const std::uint32_t rate : {8000U, 12'000U, 16'000U, 24'000U, 48'000U}) {
    const auto samples = play(tone_of("350+440/0"), milliseconds(400), rate);
    const auto found = detect_tones(samples, std::vector<double>{350, 440, 480, 620}, rate);
    ASSERT_THAT(found, SizeIs(2)) << rate;
    for (const auto& tone : found) EXPECT_NEAR(tone.level_dbm0, kToneLevelDbm0, 0.3) << rate;
  }
}

TEST(TonePlayer, ElementsLastAsLongAsTheySay) {
  for (const std::uint32_t rate : {8000U, 16'000U, 48'000U}) {
    const auto samples = play(tone_of("480+620/250,0/330"), milliseconds(1160), rate);
    const auto found = runs(samples, rate);
    ASSERT_THAT(found, SizeIs(4)) << rate;
    const double slack = rate / 1000.0;  // the first and the last samples of a ramp are zeros
    EXPECT_NEAR(static_cast<double>(found[0]), rate * 0.250, slack);
    EXPECT_NEAR(static_cast<double>(found[1]), rate * 0.330, 2 * slack);
    EXPECT_NEAR(static_cast<double>(found[2]), rate * 0.250, 2 * slack);
  }
}

// A sine that goes on over frames, rounds and elements of the same sound is one sine.
TEST(TonePlayer, ThePhaseGoesOnExactly) {
  for (const char* text : {"440/0", "440/30,440/70", "440/10"}) {
    const auto samples = play(tone_of(text), milliseconds(1000));
    const double amplitude = 32768 * std::pow(10, (kToneLevelDbm0 - kFullScaleDbm0) / 20);
    for (std::size_t i = 40; i < samples.size(); ++i)
      ASSERT_NEAR(samples[i], amplitude * std::sin(2 * M_PI * 440 * static_cast<double>(i) / 8000), 1.0)
          << text << " at " << i;
  }
}

// The second difference of a sine is small; a click is a jump in it.
TEST(TonePlayer, NothingClicks) {
  for (const char* text : {"350+440/103,0/51", "950/333,1400/333,0/77", "!400/75,!0/33,440/41,0/39"}) {
    const auto samples = play(tone_of(text), milliseconds(2000));
    int worst = 0;
    for (std::size_t i = 2; i < samples.size(); ++i)
      worst = std::max(worst, std::abs(samples[i] - 2 * samples[i - 1] + samples[i - 2]));
    // That of the tone itself at 1400 Hz, amplitude 3604, and half as much for the edge.
    EXPECT_LT(worst, 6500) << text;
  }
}

TEST(TonePlayer, WhatIsPlayedOnceComesOnce) {
  const auto samples = play(tone_of("!1000/100,!0/100,400/100,0/100"), milliseconds(1200));
  const auto part = [&](std::size_t tenth) { return std::span(samples).subspan(tenth * 800, 800); };
  const std::vector<double> both{400, 1000};
  EXPECT_THAT(heard(part(0), both), ElementsAre(1000));
  for (const std::size_t tenth : {2U, 4U, 6U, 8U, 10U})
    EXPECT_THAT(heard(part(tenth), both), ElementsAre(400)) << tenth;
  for (const std::size_t tenth : {1U, 3U, 5U, 7U}) EXPECT_THAT(heard(part(tenth), both), IsEmpty()) << tenth;
}

TEST(TonePlayer, EndsWhereAllIsPlayedOnce) {
  TonePlayer player(tone_of("!440/50"));
  std::vector<std::int16_t> frame(kFrameSamples);
  EXPECT_TRUE(player.read(frame));
  EXPECT_TRUE(player.read(frame));
  EXPECT_TRUE(player.read(frame));  // its second half is silent
  EXPECT_EQ(frame[100], 0);
  EXPECT_FALSE(player.read(frame));
  TonePlayer none{CallTone{}};
  EXPECT_FALSE(none.read(frame));
}

TEST(ToneTable, EveryCountryOfTheGuideHasEveryTone) {
  EXPECT_THAT(tone_countries(),
              testing::UnorderedElementsAre("Custom", "Australia", "Austria", "Brazil", "Belgium", "China", "Czech",
                                            "Czech ETSI", "Denmark", "Finland", "France", "Germany", "Great Britain",
                                            "Greece", "Hungary", "Lithuania", "India", "Italy", "Japan", "Mexico",
                                            "New Zealand", "Netherlands", "Norway", "Portugal", "Spain", "Switzerland",
                                            "Sweden", "Russia", "United States", "Chile"));
  for (const auto country : tone_countries())
    for (const auto name : tone_names())
      EXPECT_EQ(country_tone(country, name).steps.empty(), name == "message" || name == "autoanswer")
          << country << ' ' << name;
}

TEST(ToneTable, SomeValuesThatEverybodyKnows) {
  EXPECT_EQ(to_text(country_tone("Custom", "dial")), "350+440/30000");
  EXPECT_EQ(to_text(country_tone("United States", "busy")), "480+620/500,0/500");
  EXPECT_EQ(to_text(country_tone("Germany", "ring")), "425/1000,0/4000");
  EXPECT_EQ(to_text(country_tone("Great Britain", "ring")), "400+450/400,0/200,400+450/400,0/2000");
  EXPECT_EQ(to_text(country_tone("Atlantis", "dial")), "");
}

TEST(DigitTone, IsThatOfTheKey) {
  EXPECT_EQ(to_text(digit_tone('1')), "!697+1209/100");
  EXPECT_EQ(to_text(digit_tone('#', milliseconds(60))), "!941+1477/60");
  EXPECT_EQ(to_text(digit_tone('D')), "!941+1633/100");
  EXPECT_THAT(digit_tone('x').steps, IsEmpty());
}

TEST(Ringers, AreTenAndTheCadencesOfBellcore) {
  EXPECT_THAT(ringer_names(), SizeIs(15));
  EXPECT_EQ(ringer_of_number(1), "Ring1.wav");
  EXPECT_EQ(ringer_of_number(8), "Ring8.wav");
  EXPECT_EQ(ringer_of_number(9), "Silent.wav");
  EXPECT_EQ(ringer_of_number(10), "Splash.wav");
  EXPECT_EQ(ringer_of_number(11), "");
  EXPECT_EQ(ringer_of_number(0), "");
  EXPECT_TRUE(is_ringer("ring3.WAV"));
  EXPECT_FALSE(is_ringer("Ring9.wav"));
}

TEST(Ringers, AreWavFilesThatDiffer) {
  std::vector<std::vector<std::uint8_t>> all;
  for (const auto name : ringer_names()) {
    const auto wav = ringer_wav(name);
    const auto samples = decode_wav(wav);
    ASSERT_TRUE(samples) << name;
    EXPECT_LE(wav.size(), 200'000U) << name;
    int loudest = 0;
    for (const auto sample : *samples) loudest = std::max(loudest, std::abs(int{sample}));
    EXPECT_EQ(loudest == 0, name == "Silent.wav") << name;
    EXPECT_LT(loudest, 32'767) << name;
    if (name != "Bellcore-dr1") {
      EXPECT_THAT(all, testing::Not(testing::Contains(wav))) << name;  // Ring1 and dr1 are alike
    }
    all.push_back(wav);
  }
  EXPECT_THAT(ringer_wav("nobody.wav"), IsEmpty());
}

}  // namespace
}  // namespace offhook::media
