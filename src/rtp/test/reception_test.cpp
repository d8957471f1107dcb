#include "rtp/reception.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace offhook::rtp {
namespace {
using Verdict = Reception::Verdict;

// Feeds packets of 20 ms at 8 kHz, on time unless said otherwise.
struct Feed {
  Reception reception{0x77, 8000};
  std::uint64_t base = 0;
  explicit Feed(std::uint16_t first = 100) : base(first) {}
  Verdict packet(std::int64_t index, Duration late = {}) {
    return reception.receive(static_cast<std::uint16_t>(base + static_cast<std::uint64_t>(index)),
                             RtpTime(static_cast<std::uint32_t>(index * 160)),
                             TimePoint{} + milliseconds(20 * index + 1000) + late);
  }
  void run(std::int64_t from, std::int64_t to) {
    for (auto i = from; i < to; ++i) packet(i);
  }
};

TEST(Reception, ANewSourceIsValidAfterTwoPacketsInOrder) {
  Feed f;
  EXPECT_EQ(f.packet(0), Verdict::Probation);
  EXPECT_FALSE(f.reception.report(TimePoint{}));
  EXPECT_EQ(f.packet(5), Verdict::Probation);
  EXPECT_EQ(f.packet(6), Verdict::Accepted);
  EXPECT_EQ(f.packet(7), Verdict::Accepted);
  EXPECT_EQ(f.reception.received(), 2U);
  EXPECT_EQ(f.reception.expected(), 2U);
}

TEST(Reception, CountsWrapsOfTheSequenceNumber) {
  Feed f(65530);
  f.run(0, 66000);
  EXPECT_EQ(f.reception.extended_highest(), 65530U + 65999U);
  EXPECT_EQ(f.reception.lost(), 0);
  EXPECT_EQ(f.reception.received(), 65999U);
}

TEST(Reception, ReorderedAndDoubledPacketsDoNotMoveTheHighest) {
  Feed f;
  f.run(0, 10);
  EXPECT_EQ(f.packet(12), Verdict::Accepted);
  EXPECT_EQ(f.packet(10), Verdict::Accepted);
  EXPECT_EQ(f.packet(11), Verdict::Accepted);
  EXPECT_EQ(f.packet(11), Verdict::Accepted);
  EXPECT_EQ(f.reception.extended_highest(), 112U);
  EXPECT_EQ(f.reception.lost(), -1);  // A.3: a duplicate counts as received
}

TEST(Reception, AJumpCountsOnlyWhenItsNextFollows) {
  Feed f;
  f.run(0, 10);
  EXPECT_EQ(f.packet(20'000), Verdict::Jump);
  EXPECT_EQ(f.packet(10), Verdict::Accepted);
  EXPECT_EQ(f.packet(30'000), Verdict::Jump);
  EXPECT_EQ(f.packet(30'001), Verdict::Restarted);
  EXPECT_EQ(f.reception.received(), 1U);
  EXPECT_EQ(f.reception.lost(), 0);
}

TEST(Reception, ReportsLossOfTheIntervalAndOfAll) {
  Feed f;
  f.run(0, 101);  // the first is probation's: 100 count
  auto r = f.reception.report(TimePoint{});
  ASSERT_TRUE(r);
  EXPECT_EQ(r->ssrc, 0x77U);
  EXPECT_EQ(r->fraction_lost, 0);
  for (int i = 101; i < 201; ++i)
    if (i % 4 != 0) f.packet(i);  // every fourth is lost, the last one (200) too
  f.packet(201);
  r = f.reception.report(TimePoint{});
  EXPECT_EQ(r->packets_lost, 25);
  EXPECT_EQ(r->fraction_lost, 25 * 256 / 101);
  f.run(202, 302);
  r = f.reception.report(TimePoint{});
  EXPECT_EQ(r->fraction_lost, 0);
  EXPECT_EQ(r->packets_lost, 25);
  EXPECT_EQ(r->highest_sequence, 401U);
}

TEST(Reception, JitterIsZeroOnTimeAndTendsToTheMeanChange) {
  Feed steady;
  steady.run(0, 500);
  EXPECT_EQ(steady.reception.jitter(), Duration{});
  Feed shaking;
  for (int i = 0; i < 500; ++i) shaking.packet(i, milliseconds(i % 2 == 0 ? 0 : 10));
  // Each packet differs by 10 ms = 80 ticks from the one before.
  EXPECT_NEAR(shaking.reception.jitter_ticks(), 80, 3);
  EXPECT_NEAR(static_cast<double>(shaking.reception.jitter().count()), 10'000, 400);
}

TEST(Reception, JitterSurvivesAWrapOfTheTimestamp) {
  Reception r(1, 8000);
  for (std::uint32_t i = 0; i < 50; ++i)
    r.receive(static_cast<std::uint16_t>(i), RtpTime(0xfffff000U + i * 160), TimePoint{} + milliseconds(20 * i));
  EXPECT_EQ(r.jitter_ticks(), 0U);
}

// A sender that goes on elsewhere after a pause: no more than a second of change counts, and soon nothing of it.
TEST(Reception, AStampThatLeapsIsForgottenSoon) {
  Reception r(1, 8000);
  for (std::uint32_t i = 0; i < 200; ++i) {
    const std::uint32_t leap = i < 50 ? 0U : 5'000'000U;
    r.receive(static_cast<std::uint16_t>(i), RtpTime(i * 160 + leap), TimePoint{} + milliseconds(20 * i));
    ASSERT_LE(r.jitter(), milliseconds(63)) << i;
  }
  EXPECT_LE(r.jitter(), milliseconds(1));
}

TEST(Reception, KnowsThePlaceOfAPacketAroundAWrap) {
  Feed f(65500);
  f.run(0, 100);
  EXPECT_EQ(f.reception.extended(65535), 65535U);
  EXPECT_EQ(f.reception.extended(0), 65536U);
  EXPECT_EQ(f.reception.extended(63), 65599U);
}

TEST(Reception, RemembersTheGreatestJitterAndTheMean) {
  Feed f;
  f.run(0, 300);
  for (int i = 300; i < 600; ++i) f.packet(i, milliseconds(i % 2 == 0 ? 0 : 10));
  for (int i = 600; i < 900; ++i) f.packet(i);
  EXPECT_NEAR(static_cast<double>(f.reception.greatest_jitter().count()), 10'000, 400);
  EXPECT_NEAR(static_cast<double>(f.reception.mean_jitter().count()), 3'333, 200);
  EXPECT_LT(f.reception.jitter(), milliseconds(1));
}

TEST(Reception, AnotherClockIsNoJitter) {
  Reception r(1, 8000);
  std::uint32_t stamp = 0;
  for (std::uint16_t i = 0; i < 100; ++i) {
    if (i == 50) r.set_clock(48'000);
    r.receive(i, RtpTime(stamp), TimePoint{} + milliseconds(20 * i));
    stamp += i < 49 ? 160U : 960U;
  }
  EXPECT_EQ(r.jitter_ticks(), 0U);
}

TEST(Reception, RoundTripComesFromLastSrAndItsDelay) {
  Feed f;
  f.run(0, 5);
  const WallTime sent{seconds(1'700'000'000)};
  f.reception.sender_report(to_ntp(sent), TimePoint{} + milliseconds(40));
  const auto block = f.reception.report(TimePoint{} + milliseconds(540));
  EXPECT_EQ(block->delay_since_last_sr, 32768U);
  // 40 ms there, 500 ms held, 30 ms back.
  const auto rtt = round_trip(*block, to_ntp(sent + milliseconds(570)));
  ASSERT_TRUE(rtt);
  EXPECT_NEAR(static_cast<double>(rtt->count()), 70'000, 50);
  EXPECT_FALSE(round_trip(*block, to_ntp(sent + milliseconds(400)))) << "negative";
  EXPECT_FALSE(round_trip(ReportBlock{}, to_ntp(sent)));
}

}  // namespace
}  // namespace offhook::rtp
