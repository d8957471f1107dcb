// The delay that marks show is the one that is there.
#include "marks/marks.hpp"

#include <gtest/gtest.h>

#include "duet.hpp"
#include "media/sources.hpp"

namespace offhook::media {
namespace {

// One voice through a line of samples that is `delay` long.
Duration measured(std::uint32_t rate, Duration delay, const std::vector<double>& others = {}) {
  const std::size_t size = frame_size(rate);
  std::vector<std::int16_t> line(static_cast<std::size_t>(delay.count() * rate / 1'000'000));
  Tone tone(440, -16);
  std::vector<Tone> noise;
  for (const double hz : others) noise.emplace_back(hz, -16);
  MarkFinder finder(1);
  TimePoint now = TimePoint{} + milliseconds(100'007);
  std::vector<std::int16_t> frame(size), other(size);
  for (int i = 0; i < 150; ++i, now += milliseconds(20)) {
    tone.read(frame);
    put_mark(frame, now, 0, 1);
    line.insert(line.end(), frame.begin(), frame.end());
    std::vector<std::int16_t> out(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(size));
    line.erase(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(size));
    for (Tone& each : noise) {
      each.read(other);
      for (std::size_t k = 0; k < size; ++k) out[k] = static_cast<std::int16_t>(out[k] + other[k]);
    }
    finder.hear(out, now);
  }
  return finder.delay(0, now).value_or(Duration{-1});
}

TEST(Marks, TellTheDelayToTheSample) {
  for (const std::uint32_t rate : {8'000U, 12'000U, 16'000U, 24'000U, 48'000U}) {
    for (const int ms : {0, 13, 120, 555, 900}) {
      // A frame is gathered before it can be played: 20 ms on top of the line.
      EXPECT_NEAR(static_cast<double>(measured(rate, milliseconds(ms)).count()), ms * 1000.0 + 20'000, 130)
          << rate << ' ' << ms;
    }
  }
}

TEST(Marks, AreFoundAmongOtherVoices) {
  EXPECT_NEAR(static_cast<double>(measured(8'000, milliseconds(150), {600, 800, 1100, 1500}).count()), 170'000, 250);
}

TEST(Marks, WhereNoneIsNoneIsFound) {
  Tone tone(440, -16);
  SeededRandom random(3);
  MarkFinder finder(2);
  TimePoint now = TimePoint{} + seconds(100);
  std::vector<std::int16_t> frame(160);
  for (int i = 0; i < 500; ++i, now += milliseconds(20)) {
    tone.read(frame);
    for (auto& sample : frame) sample = static_cast<std::int16_t>(sample + static_cast<int>(random.below(2000)) - 1000);
    finder.hear(frame, now);
  }
  EXPECT_FALSE(finder.delay(0, now));
  EXPECT_FALSE(finder.delay(1, now));
  EXPECT_FALSE(finder.delay(7, now));
}

TEST(Marks, TwoPhonesKnowTheDelayOfEachOther) {
  EngineConfig config;
  config.pilots = {440, 659};
  config.marks = true;
  Duet d(config);
  d.way = [](const auto& x) { return x.local.address == kLeft.address ? milliseconds(30) : milliseconds(90); };
  d.talk();
  d.run(seconds(8));
  const auto at_a = d.a.hearing(d.sa), at_b = d.b.hearing(d.sb);
  ASSERT_EQ(at_a.tones.size(), 1U);
  ASSERT_EQ(at_b.tones.size(), 1U);
  ASSERT_TRUE(at_a.tones[0].delay && at_b.tones[0].delay);
  // On the way, in the jitter buffer, and a frame of 20 ms gathered before it leaves; the two differ by the way alone.
  const auto buffer_b = d.b.quality(d.sb)->received->buffer_delay;
  EXPECT_NEAR(static_cast<double>(at_b.tones[0].delay->count()) / 1000, 50 + static_cast<double>(buffer_b.count()), 25);
  EXPECT_NEAR(static_cast<double>((*at_a.tones[0].delay - *at_b.tones[0].delay).count()) / 1000, 60, 20.5);
  // A delay that is measured beside one that is reckoned from RTCP.
  EXPECT_NEAR(static_cast<double>((*at_a.tones[0].delay + *at_b.tones[0].delay).count()) / 2000,
              static_cast<double>(d.a.quality(d.sa)->one_way->count()) / 1000, 25);
}

}  // namespace
}  // namespace offhook::media
