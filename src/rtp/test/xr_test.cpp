#include "rtp/xr.hpp"

#include <gtest/gtest.h>

#include "rtp/rtcp.hpp"

namespace offhook::rtp {
namespace {
using Buffer = std::vector<std::uint8_t>;

ExtendedReport full() {
  ExtendedReport out;
  out.ssrc = 0x01020304;
  out.reference_time = NtpTime{7, 8};
  out.delays = {{1, 2, 3}, {4, 5, 6}};
  VoipMetrics m;
  m.ssrc = 0xaabbccdd;
  m.loss_rate = 12;
  m.discard_rate = 13;
  m.burst_density = 84;
  m.gap_density = 10;
  m.burst_duration = 120;
  m.gap_duration = 260;
  m.round_trip_delay = 40;
  m.end_system_delay = 100;
  m.signal_level = -16;
  m.noise_level = -70;
  m.residual_echo_return_loss = 45;
  m.r_factor = 93;
  m.mos_lq = 44;
  m.mos_cq = 43;
  m.concealment = VoipMetrics::Standard;
  m.buffer = VoipMetrics::Adaptive;
  m.buffer_rate = 5;
  m.buffer_nominal = 120;
  m.buffer_maximum = 200;
  m.buffer_absolute_maximum = 240;
  out.voip = {m};
  return out;
}

Buffer compound(const ExtendedReport& report) {
  Buffer out;
  append(out, ReceiverReport{7, {}});
  append(out, report);
  return out;
}

TEST(ExtendedReport, ComesBackAsItWent) {
  const Buffer out = compound(full());
  const auto parsed = parse_rtcp(out);
  ASSERT_TRUE(parsed) << parsed.error().text;
  ASSERT_EQ(parsed->size(), 2U);
  EXPECT_EQ(std::get<ExtendedReport>((*parsed)[1]), full());
}

// §4.7: eight words behind the SSRC's, of a block of type 7.
TEST(ExtendedReport, VoipMetricsAreWhereTheRfcDrawsThem) {
  ExtendedReport report = full();
  report.reference_time.reset();
  report.delays.clear();
  Buffer out;
  append(out, report);
  ASSERT_EQ(out.size(), 44U);
  EXPECT_EQ(out[1], 207);
  EXPECT_EQ(out[3], 10);
  const Buffer block(out.begin() + 8, out.end());
  EXPECT_EQ(block, (Buffer{7, 0,   0,   8,   0xaa, 0xbb, 0xcc, 0xdd, 12, 13, 84,   10, 0, 120, 1, 4,   0, 40,
                           0, 100, 240, 186, 45,   16,   93,   127,  44, 43, 0xf5, 0,  0, 120, 0, 200, 0, 240}));
}

TEST(ExtendedReport, UnknownBlocksAreSkippedAndValuesOutOfRangeAreNotKnown) {
  Buffer out = compound(full());
  const std::size_t block = out.size() - 32;  // what stands behind the head of the last block
  out[block + 20] = 101;
  out[block + 22] = 9;
  out[block + 23] = 51;
  const Buffer loss_rle{1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0};
  out.insert(out.end(), loss_rle.begin(), loss_rle.end());
  out[8 + 3] = static_cast<std::uint8_t>(out[8 + 3] + 3);
  const auto parsed = parse_rtcp(out);
  ASSERT_TRUE(parsed) << parsed.error().text;
  const auto& report = std::get<ExtendedReport>((*parsed)[1]);
  ASSERT_EQ(report.voip.size(), 1U);
  EXPECT_EQ(report.voip[0].r_factor, VoipMetrics::kUnknown);
  EXPECT_EQ(report.voip[0].mos_lq, VoipMetrics::kUnknown);
  EXPECT_EQ(report.voip[0].mos_cq, VoipMetrics::kUnknown);
}

TEST(ExtendedReport, WhatDoesNotAddUpIsRefused) {
  const std::vector<Buffer> bodies{
      {},
      {0, 0, 0},
      {0, 0, 0, 1, 7, 0, 0},                             // block head cut short
      {0, 0, 0, 1, 7, 0, 0, 8, 0, 0, 0, 1},              // block beyond the end
      {0, 0, 0, 1, 4, 0, 0, 1, 0, 0, 0, 1},              // reference time of one word
      {0, 0, 0, 1, 5, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1},  // two thirds of a sub-block
      {0, 0, 0, 1, 7, 0, 0, 1, 0, 0, 0, 1},              // VoIP metrics of one word
  };
  for (const Buffer& body : bodies) EXPECT_FALSE(parse_extended_report(body)) << body.size();
  EXPECT_TRUE(parse_extended_report(Buffer{0, 0, 0, 1}));
}

}  // namespace
}  // namespace offhook::rtp
