#include "rtp/rtcp.hpp"

#include <gmock/gmock.h>

namespace offhook::rtp {
namespace {
using Buffer = std::vector<std::uint8_t>;

const ReportBlock kBlock{0xaabbccdd, 25, -3, 0x00010005, 77, 0x12345678, 9};

TEST(Rtcp, CompoundOfEveryKindComesBackAsItWent) {
  const SenderReport sr{1, {2, 3}, RtpTime(4), 5, 6, {kBlock}};
  const ReceiverReport rr{7, {kBlock, kBlock}};
  Buffer out;
  append(out, sr);
  append(out, rr);
  append_cname(out, 1, "alice@example");
  append_bye(out, 1, "bye now");
  EXPECT_EQ(out.size() % 4, 0U);
  const auto parsed = parse_rtcp(out);
  ASSERT_TRUE(parsed) << parsed.error().text;
  ASSERT_EQ(parsed->size(), 4U);
  EXPECT_EQ(std::get<SenderReport>((*parsed)[0]), sr);
  EXPECT_EQ(std::get<ReceiverReport>((*parsed)[1]), rr);
  EXPECT_EQ(std::get<SourceDescription>((*parsed)[2]), (SourceDescription{{{1, "alice@example"}}}));
  EXPECT_EQ(std::get<Bye>((*parsed)[3]), (Bye{{1}, "bye now"}));
}

TEST(Rtcp, CnameOfEveryLengthKeepsTheWordBoundary) {
  for (std::size_t n = 0; n <= 300; ++n) {
    Buffer out;
    append(out, ReceiverReport{7, {}});
    append_cname(out, 9, std::string(n, 'c'));
    append_bye(out, 9, std::string(n, 'r'));
    const auto parsed = parse_rtcp(out);
    ASSERT_TRUE(parsed) << n << ' ' << parsed.error().text;
    EXPECT_EQ(std::get<SourceDescription>((*parsed)[1]).chunks[0].cname.size(), std::min<std::size_t>(n, 255));
    EXPECT_EQ(std::get<Bye>((*parsed)[2]).reason.size(), std::min<std::size_t>(n, 255));
  }
}

TEST(Rtcp, CumulativeLossIsClampedTo24Bits) {
  ReportBlock b = kBlock;
  b.packets_lost = 100'000'000;
  Buffer out;
  append(out, ReceiverReport{7, {b}});
  const auto parsed = parse_rtcp(out);
  EXPECT_EQ(std::get<ReceiverReport>((*parsed)[0]).blocks[0].packets_lost, 0x7fffff);
}

TEST(Rtcp, UnknownTypesAreNamedAndSkipped) {
  Buffer out;
  append(out, ReceiverReport{7, {}});
  out.insert(out.end(), {0x80, 204, 0, 1, 0, 0, 0, 7});
  const auto parsed = parse_rtcp(out);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(std::get<OtherRtcp>((*parsed)[1]).packet_type, 204);
}

TEST(Rtcp, WhatDoesNotAddUpIsRefused) {
  const std::vector<Buffer> bad{
      {},
      {0x80, 201, 0},
      {0x80, 201, 0, 1, 0, 0, 0},                                                  // cut short
      {0x40, 201, 0, 1, 0, 0, 0, 1},                                               // version
      {0x81, 203, 0, 1, 0, 0, 0, 1},                                               // begins with BYE
      {0x81, 201, 0, 1, 0, 0, 0, 1},                                               // one block, none there
      {0x80, 200, 0, 1, 0, 0, 0, 1},                                               // SR without sender info
      {0xa0, 201, 0, 1, 0, 0, 0, 9},                                               // padding longer than the body
      {0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, 'x', 'y'},  // item longer than the chunk
      {0x80, 201, 0, 1, 0, 0, 0, 1, 0x82, 203, 0, 1, 0, 0, 0, 1},                  // two sources, one there
      {0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 2, 0, 0, 0, 1, 9, 'x', 0, 0},    // reason longer than the packet
  };
  for (const Buffer& d : bad) EXPECT_FALSE(parse_rtcp(d)) << d.size();
}

TEST(Rtcp, PaddingOfTheLastPacketIsLeftOut) {
  Buffer out;
  append(out, ReceiverReport{7, {}});
  out.insert(out.end(), {0xa1, 203, 0, 2, 0, 0, 0, 7, 0, 0, 0, 4});
  const auto parsed = parse_rtcp(out);
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(std::get<Bye>((*parsed)[1]), (Bye{{7}, ""}));
}

}  // namespace
}  // namespace offhook::rtp
