// The example of RFC 3611 §4.7.2, and what reordering, wraps and restarts do to it.
#include "rtp/loss_pattern.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace offhook::rtp {
namespace {

// 1 received, 0 lost, X too late; as the RFC draws it.
LossPattern::Summary of(std::string_view packets, std::uint32_t first = 1000) {
  LossPattern pattern;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const auto number = first + static_cast<std::uint32_t>(i);
    if (packets[i] == '1') pattern.received(number);
    if (packets[i] == 'X') pattern.discarded(number);
  }
  return pattern.summary();
}

constexpr std::string_view kExample = "11110111111111111111111X111X1011110111111111111111111X111111111";

TEST(LossPattern, TheExampleOfTheRfc) {
  const auto s = of(kExample);
  EXPECT_EQ(s.expected, kExample.size());
  EXPECT_EQ(s.lost, 3U);
  EXPECT_EQ(s.discarded, 3U);
  EXPECT_EQ(s.loss_rate(), 12);
  EXPECT_EQ(s.discard_rate(), 12);
  EXPECT_EQ(s.bursts, 1U);
  EXPECT_EQ(s.burst_packets, 12U);
  EXPECT_EQ(s.burst_density(), 85);  // 4 of 12; the RFC writes 84 for 33%
  EXPECT_EQ(s.gaps, 2U);
  EXPECT_EQ(s.gap_packets, kExample.size() - 12);
  EXPECT_EQ(s.gap_density(), 10);
}

TEST(LossPattern, NothingYetIsNothing) {
  const auto s = LossPattern{}.summary();
  EXPECT_EQ(s.expected, 0U);
  EXPECT_EQ(s.gaps, 0U);
  EXPECT_EQ(s.loss_rate(), 0);
  EXPECT_EQ(s.burst_density(), 0);
}

TEST(LossPattern, SixteenGoodOnesPartTwoBurstsFifteenDoNot) {
  const std::string good16(16, '1'), good15(15, '1');
  EXPECT_EQ(of("1" + std::string("00") + good16 + "00" + good16).bursts, 2U);
  const auto one = of("1" + std::string("00") + good15 + "00" + good16);
  EXPECT_EQ(one.bursts, 1U);
  EXPECT_EQ(one.burst_packets, 19U);
  EXPECT_EQ(of("1" + good16 + "0" + good16 + "0" + good16).bursts, 0U) << "alone they belong to the gap";
  EXPECT_EQ(of("1" + good16 + "0" + good16 + "0" + good16).gap_losses, 2U);
}

TEST(LossPattern, ABurstAtEitherEndHasNoGapBesideIt) {
  EXPECT_EQ(of("XX" + std::string(20, '1')).gaps, 1U);
  EXPECT_EQ(of("1" + std::string(20, '1') + "XX").gaps, 1U);
  EXPECT_EQ(of("XX").gaps, 0U);
  EXPECT_EQ(of("111").gaps, 1U);
}

TEST(LossPattern, WhatComesLaterWithinTheWindowIsNotLost) {
  LossPattern pattern;
  for (std::uint32_t i = 0; i < 200; ++i)
    if (i % 50 != 10) pattern.received(i);
  EXPECT_EQ(pattern.summary().lost, 4U);
  pattern.received(160);
  EXPECT_EQ(pattern.summary().lost, 3U);
  pattern.received(10);  // long judged
  EXPECT_EQ(pattern.summary().lost, 3U);
}

TEST(LossPattern, GoesOverTheWrapAndOverARestart) {
  LossPattern pattern;
  for (std::uint32_t i = 0; i < 100; ++i)
    if (i != 50) pattern.received(0xffffffd0U + i);
  EXPECT_EQ(pattern.summary().expected, 100U);
  EXPECT_EQ(pattern.summary().lost, 1U);
  pattern.restart();
  for (std::uint32_t i = 0; i < 100; ++i) pattern.received(5 + i);
  EXPECT_EQ(pattern.summary().expected, 200U);
  EXPECT_EQ(pattern.summary().lost, 1U);
}

}  // namespace
}  // namespace offhook::rtp
