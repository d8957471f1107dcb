// Levels, clipping, gaps, and the E-model against values of ITU-T G.107 and G.113.
#include "media/quality.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "duet.hpp"
#include "media/e_model.hpp"
#include "media/sources.hpp"
#include "quality/level.hpp"

namespace offhook::media {
namespace {

double r_of(std::string_view codec, double loss, double bursts, int ms) {
  return r_factor({impairment_of(codec), loss, bursts, milliseconds(ms)});
}

// G.107 table 3 (all default values) and Annex B; the delays are those of its figure for TELR 65 dB.
TEST(EModel, ValuesOfTheRecommendation) {
  EXPECT_NEAR(r_of("PCMU", 0, 1, 0), 93.2, 0.05);
  EXPECT_NEAR(mos_of(93.2), 4.41, 0.005);
  EXPECT_NEAR(r_of("PCMU", 0, 1, 150), 89.5, 0.5);
  EXPECT_NEAR(r_of("PCMU", 0, 1, 400), 65, 4);
  EXPECT_NEAR(mos_of(80), 4.03, 0.01);
  EXPECT_NEAR(mos_of(60), 3.1, 0.01);
  EXPECT_NEAR(mos_of(50), 2.58, 0.01);
  EXPECT_EQ(mos_of(0), 1);
  EXPECT_EQ(mos_of(100), 4.5);
  // Ie,eff = Ie + (95 - Ie) Ppl / (Ppl / BurstR + Bpl)
  EXPECT_NEAR(r_of("G729", 0, 1, 0), 93.2 - 11, 0.05);
  EXPECT_NEAR(r_of("G729", 2, 1, 0), 93.2 - 11 - 84 * 2 / 21.0, 0.05);
  EXPECT_NEAR(r_of("PCMA", 5, 2, 0), 93.2 - 95 * 5 / (2.5 + 25.1), 0.05);
  EXPECT_NEAR(r_of("G726-32", 0, 1, 0), 86.2, 0.05);
}

TEST(EModel, FallsWithLossBurstsAndDelayAndStaysInItsRange) {
  double before = 101;
  for (double loss = 0; loss <= 100; loss += 5) {
    const double r = r_of("PCMU", loss, 1, 50);
    EXPECT_LT(r, before);
    EXPECT_GE(r, 0);
    before = r;
  }
  EXPECT_LT(r_of("PCMU", 5, 3, 0), r_of("PCMU", 5, 1, 0));
  before = 101;
  for (int ms = 0; ms <= 2000; ms += 50) {
    EXPECT_LE(r_of("PCMU", 0, 1, ms), before) << ms;
    before = r_of("PCMU", 0, 1, ms);
  }
  EXPECT_EQ(r_of("PCMU", 250, 1, 0), r_of("PCMU", 100, 1, 0));
}

std::vector<std::int16_t> sine(double amplitude, std::size_t size) {
  std::vector<std::int16_t> out(size);
  for (std::size_t i = 0; i < size; ++i)
    out[i] = static_cast<std::int16_t>(
        std::clamp(amplitude * std::sin(2 * std::numbers::pi * static_cast<double>(i) / 20), -32768.0, 32767.0));
  return out;
}

TEST(Level, SpeechNoiseAndWhatIsCutOff) {
  for (const std::size_t size : {std::size_t{160}, std::size_t{320}, std::size_t{960}}) {
    LevelMeter meter;
    EXPECT_FALSE(meter.speech_dbm0());
    EXPECT_FALSE(meter.noise_dbm0());
    const auto speech = sine(32768 * std::pow(10, (-16 - kFullScaleDbm0) / 20), size);
    const auto noise = sine(32768 * std::pow(10, (-60 - kFullScaleDbm0) / 20), size);
    for (int i = 0; i < 50; ++i) {
      meter.write(speech);
      meter.write(noise);
    }
    EXPECT_NEAR(*meter.speech_dbm0(), -16, 0.1) << size;
    EXPECT_NEAR(*meter.noise_dbm0(), -60, 1) << size;
    EXPECT_EQ(meter.clipped(), 0U);
    meter.write(sine(32'000, size));
    EXPECT_EQ(meter.clipped(), 0U) << "loud, not cut off";
    meter.write(sine(60'000, size));
    EXPECT_GT(meter.clipped(), size / 3);
    EXPECT_LE(meter.clipped(), size);
  }
}

TEST(Level, SilenceIsNoiseOfNoLevel) {
  LevelMeter meter;
  meter.write(std::vector<std::int16_t>(160));
  EXPECT_EQ(meter.noise_dbm0(), -100);
  EXPECT_FALSE(meter.speech_dbm0());
}

TEST(CallQuality, AGoodCallIsGood) {
  Duet d;
  d.talk();
  d.run(seconds(30));
  const auto q = *d.a.quality(d.sa);
  ASSERT_TRUE(q.received && q.sent && q.one_way && q.round_trip);
  EXPECT_EQ(q.received->codec, "PCMU");
  EXPECT_EQ(q.received->packets.lost + q.received->packets.discarded, 0U);
  EXPECT_EQ(q.received->packets.bursts, 0U);
  EXPECT_EQ(q.received->jitter, Duration{});
  EXPECT_EQ(q.received->audible_gaps, 0U);
  EXPECT_EQ(q.received->clipped_samples, 0U);
  EXPECT_NEAR(*q.received->level_dbm0, -16, 0.5);
  EXPECT_NEAR(q.received->estimate.mos_lq, 4.41, 0.01);
  EXPECT_LT(q.received->estimate.mos_cq, q.received->estimate.mos_lq);
  EXPECT_GT(q.received->estimate.mos_cq, 4.2);
  EXPECT_NEAR(static_cast<double>(q.round_trip->count()), 40'000, 100);
}

TEST(CallQuality, InWords) {
  HeardTone tone{440, -16.2};
  EXPECT_EQ(in_words(tone, nullptr), "level -16 dB");
  CallQuality q;
  q.one_way = milliseconds(98);
  EXPECT_EQ(in_words(tone, &q), "level -16 dB, delay about 98 ms");
  tone.delay = Duration(112'400);
  q.received.emplace().estimate.mos_cq = 4.34;
  EXPECT_EQ(in_words(tone, &q), "level -16 dB, delay 112 ms, MOS 4.3 (estimate)");
}

TEST(CallQuality, NothingIsSaidBeforeThereIsAnythingToSay) {
  Duet d;
  d.way = [](const auto&) { return std::nullopt; };
  d.talk();
  d.run(seconds(10));
  const auto q = *d.a.quality(d.sa);
  EXPECT_FALSE(q.received || q.sent || q.one_way || q.round_trip);
  EXPECT_FALSE(d.a.quality(SessionId{}));
}

TEST(CallQuality, ABurstOfLossIsAGapThatIsHeard) {
  Duet d;
  std::uint64_t count = 0;
  d.way = [&](const auto& x) {
    if (x.local == kLeft && !x.rtcp() && ++count >= 500 && count < 508) return std::optional<milliseconds>{};
    return std::optional(milliseconds(20));
  };
  d.talk();
  d.run(seconds(20));
  const auto q = *d.b.quality(d.sb);
  EXPECT_EQ(q.received->packets.lost, 8U);
  EXPECT_EQ(q.received->packets.bursts, 1U);
  EXPECT_EQ(q.received->packets.burst_packets, 8U);
  EXPECT_EQ(q.received->burst_duration(), milliseconds(160));
  EXPECT_EQ(q.received->audible_gaps, 1U);
  EXPECT_NEAR(static_cast<double>(q.received->longest_gap.count()), 160'000, 20'000);
  EXPECT_EQ(d.a.quality(d.sa)->received->audible_gaps, 0U);
}

// RFC 3611 §4.7.3: with what the other end adds by its own word, both come to the same delay.
TEST(CallQuality, TheWayOutAndTheWayBackCountWhatEitherPhoneAdds) {
  Duet d(reporting(seconds(1), true));
  d.plan_b.ptime = milliseconds(60);
  d.talk();
  d.run(seconds(30));
  const auto at_a = *d.a.quality(d.sa), at_b = *d.b.quality(d.sb);
  ASSERT_TRUE(at_a.one_way && at_b.one_way);
  EXPECT_NEAR(static_cast<double>((*at_a.one_way - *at_b.one_way).count()) / 1000, 0, 12);
}

// G.107 §7.5: the same loss is worse where it comes in bursts.
TEST(CallQuality, LossInBurstsIsWorseThanLossHereAndThere) {
  const auto heard_with = [](std::uint64_t burst) {
    Duet d;
    std::uint64_t count = 0;
    d.way = [&](const auto& x) {
      if (x.local == kLeft && !x.rtcp() && ++count % (20 * burst) < burst) return std::optional<milliseconds>{};
      return std::optional(milliseconds(20));
    };
    d.talk();
    d.run(seconds(60));
    return *d.b.quality(d.sb)->received;
  };
  for (const std::uint64_t burst : {1U, 10U}) {
    const auto q = heard_with(burst);
    const double loss = static_cast<double>(q.packets.lost) / static_cast<double>(q.packets.expected);
    EXPECT_NEAR(loss, 0.05, 0.005);
    const double ratio = std::max(1.0, static_cast<double>(burst) * (1 - loss));
    EXPECT_NEAR(q.estimate.mos_lq, mos_of(r_of("PCMU", 100 * loss, ratio, 0)), 0.005) << burst;
  }
}

// A call without a packet is told nothing of, and one that ends with its first is in probation still; one that loses
// all but a few has the least quality that there is, not less.
TEST(CallQuality, AtTheEdges) {
  for (const std::uint64_t last : {1U, 2U, 3U}) {
    Duet d;
    std::uint64_t count = 0;
    d.way = [&](const auto& x) {
      if (x.local == kLeft && !x.rtcp() && ++count > last) return std::optional<milliseconds>{};
      return std::optional(milliseconds(20));
    };
    d.talk();
    d.run(seconds(20));
    const auto q = *d.b.quality(d.sb);
    ASSERT_EQ(q.received.has_value(), last > 1);
    if (!q.received) continue;
    EXPECT_EQ(q.received->packets.expected, last - 1);
    EXPECT_EQ(q.received->packets.lost, 0U);
    EXPECT_GE(q.received->estimate.mos_lq, 1);
    EXPECT_LE(q.received->estimate.mos_lq, 4.5);
  }
  Duet d(reporting(seconds(1), true));
  std::uint64_t count = 0;
  d.way = [&](const auto& x) {
    if (x.local == kLeft && !x.rtcp() && ++count > 2 && count % 1000 != 0) return std::optional<milliseconds>{};
    return std::optional(milliseconds(20));
  };
  d.talk();
  d.run(seconds(100));
  const auto at_b = *d.b.quality(d.sb), at_a = *d.a.quality(d.sa);
  ASSERT_TRUE(at_b.received && at_a.sent && at_a.sent->metrics);
  EXPECT_GT(at_b.received->packets.lost, 3900U);
  EXPECT_GE(at_b.received->estimate.mos_lq, 1);
  EXPECT_LT(at_b.received->estimate.mos_lq, 1.3);
  EXPECT_EQ(at_a.sent->metrics->loss_rate, 255);
  EXPECT_LE(at_a.sent->metrics->mos_lq, 13);
  EXPECT_GE(at_a.sent->metrics->mos_lq, 10);
}

TEST(CallQuality, WhatComesTooLateIsDiscardedNotLost) {
  Duet d;
  std::uint64_t count = 0;
  d.way = [&](const auto& x) {
    if (x.local == kLeft && !x.rtcp() && ++count % 100 == 99) return milliseconds(400);
    return milliseconds(20);
  };
  d.talk();
  d.run(milliseconds(30'500));
  const auto q = *d.b.quality(d.sb);
  EXPECT_EQ(q.received->packets.lost, 0U);
  EXPECT_NEAR(static_cast<double>(q.received->packets.discarded), 15, 1);
  EXPECT_GT(q.received->greatest_jitter, milliseconds(20));
  EXPECT_LT(q.received->estimate.mos_lq, 4.41);
}

}  // namespace
}  // namespace offhook::media
