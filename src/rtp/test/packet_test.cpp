#include "rtp/packet.hpp"

#include <gmock/gmock.h>

#include "base/random.hpp"
#include "rtp/rtcp.hpp"
#include "rtp/telephone_event.hpp"

namespace offhook::rtp {
namespace {
using testing::ElementsAre;
using Buffer = std::vector<std::uint8_t>;

TEST(RtpPacket, HeaderHasTheLayoutOfTheRfc) {
  Buffer out;
  append_header(out, {true, 8, 0x1234, RtpTime(0xdeadbeef), 0x01020304});
  EXPECT_THAT(out, ElementsAre(0x80, 0x88, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4));
  out.push_back(0x55);
  const auto p = parse_packet(out);
  ASSERT_TRUE(p);
  EXPECT_TRUE(p->marker);
  EXPECT_EQ(p->payload_type, 8);
  EXPECT_EQ(p->sequence, 0x1234);
  EXPECT_EQ(p->timestamp, RtpTime(0xdeadbeef));
  EXPECT_EQ(p->ssrc, 0x01020304U);
  EXPECT_THAT(p->payload, ElementsAre(0x55));
}

TEST(RtpPacket, CsrcExtensionAndPaddingAreNotPayload) {
  const Buffer d{0xb2, 0,    0, 1, 0, 0, 0, 2, 0,    0,    0, 3, 0, 0, 0, 4, 0, 0, 0, 5,  // P, X, CC=2
                 0xbe, 0xde, 0, 1, 9, 9, 9, 9, 0x11, 0x22, 0, 0, 3};
  const auto p = parse_packet(d);
  ASSERT_TRUE(p) << p.error().text;
  EXPECT_EQ(p->csrc_count, 2);
  EXPECT_EQ(p->csrc[1], 5U);
  EXPECT_EQ(p->extension_profile, 0xbede);
  EXPECT_THAT(p->extension, ElementsAre(9, 9, 9, 9));
  EXPECT_THAT(p->payload, ElementsAre(0x11, 0x22));
}

TEST(RtpPacket, WhatDoesNotAddUpIsRefused) {
  const std::vector<Buffer> bad{
      {},
      Buffer(11, 0x80),
      {0x40, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3},              // version 1
      {0x81, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3},              // one CSRC, none there
      {0x90, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0},        // extension head
      {0x90, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 9},  // extension body
      {0xa0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3},              // padding byte is the SSRC's
      {0xa0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0},           // padding 0
      {0xa0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 2},           // padding 2 of 1
  };
  for (const Buffer& d : bad) EXPECT_FALSE(parse_packet(d)) << d.size();
}

TEST(RtpPacket, AnyBytesAreSafe) {
  SeededRandom random(3);
  for (int i = 0; i < 20'000; ++i) {
    Buffer d(random.below(64));
    for (auto& b : d) b = static_cast<std::uint8_t>(random.next());
    if (!d.empty()) d[0] = static_cast<std::uint8_t>(0x80 | (d[0] & 0x3f));
    if (const auto p = parse_packet(d)) {
      EXPECT_LE(p->payload.size() + p->extension.size() + kHeaderSize, d.size());
    }
    if (d.size() > 2) d[1] = static_cast<std::uint8_t>(200 + random.below(5)), d[2] = 0, d[3 % d.size()] &= 0x0f;
    (void)parse_rtcp(d);
  }
}

TEST(RtpTime, DistanceCrossesTheWrap) {
  EXPECT_EQ(RtpTime(5) - RtpTime(0xfffffffb), 10);
  EXPECT_EQ(RtpTime(0xfffffffb) - RtpTime(5), -10);
  EXPECT_EQ((RtpTime(0xffffffff) + 2).ticks(), 1U);
}

TEST(NtpTime, CountsFrom1900) {
  EXPECT_EQ(to_ntp(WallTime{}), (NtpTime{2'208'988'800U, 0}));
  EXPECT_EQ(to_ntp(WallTime{milliseconds(1500)}), (NtpTime{2'208'988'801U, 0x80000000U}));
  EXPECT_EQ(to_ntp(WallTime{milliseconds(-500)}), (NtpTime{2'208'988'799U, 0x80000000U}));
  EXPECT_EQ((NtpTime{0x11112222, 0x33334444}.middle()), 0x22223333U);
  EXPECT_EQ(to_ntp_interval(seconds(5)), 5U * 65536);
  EXPECT_EQ(from_ntp_interval(65536 / 2), milliseconds(500));
}

TEST(TelephoneEvent, FourBytesAndBack) {
  Buffer out;
  append(out, TelephoneEvent{11, true, 10, 1600});
  EXPECT_THAT(out, ElementsAre(11, 0x8a, 0x06, 0x40));
  EXPECT_EQ(parse_telephone_event(out), (TelephoneEvent{11, true, 10, 1600}));
  EXPECT_FALSE(parse_telephone_event(Bytes(out).first(3)));
}

TEST(TelephoneEvent, DigitsHaveTheirNumbers) {
  EXPECT_EQ(event_of('0'), 0);
  EXPECT_EQ(event_of('*'), 10);
  EXPECT_EQ(event_of('#'), 11);
  EXPECT_EQ(event_of('d'), 15);
  EXPECT_FALSE(event_of('e'));
  for (std::uint8_t e = 0; e < 16; ++e) EXPECT_EQ(event_of(*digit_of(e)), e);
  EXPECT_FALSE(digit_of(16));
}

}  // namespace
}  // namespace offhook::rtp
