#include "media/live_source.hpp"

#include <gtest/gtest.h>

#include "media/sources.hpp"
#include "media/split_sink.hpp"
#include "media/tone_detector.hpp"

namespace offhook::media {
namespace {

using Samples = std::vector<std::int16_t>;

Samples constant(std::int16_t value, std::size_t size = kFrameSamples) { return Samples(size, value); }

// One frame of 8 kHz; its first sample tells which it is.
std::int16_t next(LiveSource& source) {
  Samples frame(kFrameSamples, -1);
  EXPECT_TRUE(source.read(frame));
  EXPECT_TRUE(std::ranges::all_of(frame, [&](std::int16_t sample) { return sample == frame.front(); }));
  return frame.front();
}

TEST(LiveSource, GathersThreeFramesBeforeTheFirst) {
  LiveSource source;
  source.push(constant(1));
  source.push(constant(2));
  EXPECT_EQ(next(source), 0);
  source.push(constant(3));
  EXPECT_EQ(next(source), 1);
  EXPECT_EQ(next(source), 2);
  EXPECT_EQ(next(source), 3);
  EXPECT_EQ(source.gaps(), 0U);
}

TEST(LiveSource, GathersAgainAfterAGap) {
  LiveSource source;
  for (std::int16_t i = 1; i <= 3; ++i) source.push(constant(i));
  for (int i = 0; i < 3; ++i) next(source);
  EXPECT_EQ(next(source), 0);
  EXPECT_EQ(source.gaps(), 1U);
  source.push(constant(4));
  EXPECT_EQ(next(source), 0);
  source.push(constant(5));
  source.push(constant(6));
  EXPECT_EQ(next(source), 4);
  EXPECT_EQ(source.gaps(), 1U);
}

TEST(LiveSource, DropsTheOldestOfWhatComesTooFast) {
  LiveSource source;
  for (std::int16_t i = 1; i <= 11; ++i) source.push(constant(i));
  EXPECT_EQ(source.waiting(), LiveSource::kStart);
  EXPECT_EQ(source.dropped(), 8U);
  EXPECT_EQ(next(source), 9);
  EXPECT_EQ(next(source), 10);
  EXPECT_EQ(next(source), 11);
}

TEST(LiveSource, TakesFramesOfTwentyMillisecondsOnly) {
  LiveSource source;
  for (const std::size_t size : {0U, 1U, 159U, 161U, 441U, 961U, 1920U})
    EXPECT_FALSE(source.push(constant(1, size))) << size;
  for (const std::size_t size : {160U, 240U, 320U, 480U, 960U}) EXPECT_TRUE(source.push(constant(1, size))) << size;
  EXPECT_EQ(source.waiting(), 1U) << "another rate begins anew";
}

// Ten minutes of a page whose clock is off, and whose frames come in pairs now and then.
TEST(LiveSource, FollowsAClockThatGoesWrong) {
  for (const double ppm : {-300.0, 300.0}) {
    LiveSource source;
    Tone tone(700, -16);
    ListeningWindow window;
    const std::vector<double> pilots{500, 700, 900};
    Samples in(kFrameSamples), frame(kFrameSamples);
    double next_at = 0;
    for (int tick = 0; tick < 10 * 60 * 50; ++tick) {
      for (; next_at + (tick % 9 == 0 ? 0.8 : 0) <= tick; next_at += 1 - ppm * 1e-6) {
        tone.read(in);
        source.push(in);
      }
      source.read(frame);
      window.write(frame);
      ASSERT_LE(source.waiting(), 5U) << tick;
      if (tick < 100 || tick % 50 != 0) continue;
      const auto heard = window.tones(pilots);
      ASSERT_EQ(heard.size(), 1U) << tick;
      EXPECT_NEAR(heard[0].level_dbm0, -16, 0.5) << tick;
    }
    EXPECT_EQ(source.gaps(), 0U) << ppm;
    EXPECT_EQ(source.dropped(), 0U) << ppm;
    EXPECT_GE(ppm > 0 ? source.shortened() : source.lengthened(), 6U) << "180 ms in all, about 20 ms at a time";
  }
}

TEST(LiveSource, ConvertsToTheRateOfTheCall) {
  LiveSource source;
  Tone tone(700, -10);
  ListeningWindow window;
  Samples wide(frame_size(48'000)), frame(kFrameSamples);
  for (int i = 0; i < 30; ++i) {
    tone.read(wide);
    source.push(wide);
    source.read(frame);
    window.write(frame);
  }
  const std::vector<double> pilots{500, 700, 900};
  const auto heard = window.tones(pilots);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].hz, 700);
  EXPECT_NEAR(heard[0].level_dbm0, -10, 1);
}

TEST(SplitSink, EachBranchGetsItsOwnRate) {
  Samples narrow, wide;
  SplitSink split;
  EXPECT_TRUE(split.empty());
  EXPECT_EQ(split.rate(), kSampleRate);
  split.set_first(std::make_unique<SampleSink>(narrow));
  EXPECT_EQ(split.rate(), kSampleRate);
  split.set_second(std::make_unique<SampleSink>(wide, 1 << 20, 16'000));
  EXPECT_EQ(split.rate(), 16'000U);
  split.write(constant(1000, frame_size(16'000)));
  EXPECT_EQ(narrow.size(), 160U);
  EXPECT_EQ(wide, constant(1000, 320));
  split.set_second(nullptr);
  EXPECT_EQ(split.rate(), kSampleRate);
  split.write(constant(7));
  EXPECT_EQ(narrow.size(), 320U);
  EXPECT_EQ(narrow.back(), 7);
}

}  // namespace
}  // namespace offhook::media
