#include "rtp/srtp.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "rtp/packet.hpp"
#include "rtp/rtcp.hpp"

namespace offhook::rtp {
namespace {

using Packet = std::vector<std::uint8_t>;

Packet from_hex(std::string_view text) {
  Packet out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return out;
}

Packet key_of(SrtpSuite suite, std::uint8_t seed = 1) {
  Packet out(srtp_key_size(suite));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(seed + 7 * i);
  return out;
}

Packet rtp_packet(std::uint16_t sequence, std::uint32_t ssrc = 0xcafebabe) {
  Packet out;
  append_header(out, {false, 0, sequence, RtpTime(160U * sequence), ssrc});
  out.insert(out.end(), 160, static_cast<std::uint8_t>(sequence));
  return out;
}

Packet rtcp_packet(std::uint32_t ssrc = 0xcafebabe) {
  Packet out;
  append(out, ReceiverReport{ssrc, {}});
  append_cname(out, ssrc, "a@b");
  return out;
}

class EverySuite : public testing::TestWithParam<SrtpSuite> {
 protected:
  SrtpSuite suite = GetParam();
  SrtpSender sender = std::move(*SrtpSender::make(suite, key_of(suite)));
  SrtpReceiver receiver = std::move(*SrtpReceiver::make(suite, key_of(suite)));
  SrtpBuffer buffer;

  Packet sent(std::uint16_t sequence, std::uint32_t ssrc = 0xcafebabe) {
    Packet out = rtp_packet(sequence, ssrc);
    EXPECT_TRUE(sender.protect_rtp(out));
    return out;
  }
  SrtpVerdict verdict(const Packet& packet) { return receiver.unprotect_rtp(packet, buffer).verdict; }
};
INSTANTIATE_TEST_SUITE_P(Suites, EverySuite,
                         testing::Values(SrtpSuite::AesCm128Sha1_32, SrtpSuite::AesCm128Sha1_80,
                                         SrtpSuite::AesCm256Sha1_32, SrtpSuite::AesCm256Sha1_80,
                                         SrtpSuite::AeadAes128Gcm, SrtpSuite::AeadAes256Gcm));

TEST_P(EverySuite, ComesBackAsItWas) {
  for (std::uint16_t s = 65500; s != 40; ++s) {  // over the end of the sequence numbers: the rollover counter turns
    const Packet plain = rtp_packet(s), secret = sent(s);
    ASSERT_GT(secret.size(), plain.size());
    EXPECT_NE(std::memcmp(secret.data() + kHeaderSize, plain.data() + kHeaderSize, 160), 0);
    const auto out = receiver.unprotect_rtp(secret, buffer);
    ASSERT_EQ(out.verdict, SrtpVerdict::Good);
    EXPECT_EQ(Packet(out.packet.begin(), out.packet.end()), plain);
  }
}

TEST_P(EverySuite, RtcpComesBackAsItWas) {
  for (int i = 0; i < 3; ++i) {
    Packet secret = {0xee};  // what stands before it is somebody else's
    const Packet plain = rtcp_packet();
    secret.insert(secret.end(), plain.begin(), plain.end());
    ASSERT_TRUE(sender.protect_rtcp(secret, 1));
    EXPECT_EQ(secret.front(), 0xee);
    // Index and E bit, and a tag of 80 bits even for the suite of 32 (RFC 4568 §6.2.2); 128 for GCM.
    const bool gcm = suite == SrtpSuite::AeadAes128Gcm || suite == SrtpSuite::AeadAes256Gcm;
    EXPECT_EQ(secret.size() - 1, plain.size() + 4 + (gcm ? 16 : 10));
    const auto out = receiver.unprotect_rtcp(std::span(secret).subspan(1), buffer);
    ASSERT_EQ(out.verdict, SrtpVerdict::Good);
    EXPECT_EQ(Packet(out.packet.begin(), out.packet.end()), plain);
    EXPECT_EQ(receiver.unprotect_rtcp(std::span(secret).subspan(1), buffer).verdict, SrtpVerdict::Replayed);
  }
}

TEST_P(EverySuite, OneBitAnywhereIsNoticed) {
  const Packet good = sent(7);
  for (std::size_t bit = 16; bit < 8 * good.size(); ++bit) {  // the first two bytes decide whether it is a packet
    Packet bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    ASSERT_NE(verdict(bad), SrtpVerdict::Good) << bit;
  }
  EXPECT_EQ(verdict(good), SrtpVerdict::Good) << "forgeries leave no trace";
}

TEST_P(EverySuite, ReplaysAndWhatIsOlderThanTheWindowAreDropped) {
  std::vector<Packet> all;
  for (std::uint16_t s = 1; s <= 300; ++s) all.push_back(sent(s));
  EXPECT_EQ(verdict(all[9]), SrtpVerdict::Good);
  EXPECT_EQ(verdict(all[9]), SrtpVerdict::Replayed);
  EXPECT_EQ(verdict(all[8]), SrtpVerdict::Good) << "late, for the first time";
  EXPECT_EQ(verdict(all[8]), SrtpVerdict::Replayed);
  EXPECT_EQ(verdict(all[299]), SrtpVerdict::Good);
  EXPECT_EQ(verdict(all[299 - kSrtpReplayWindow]), SrtpVerdict::Replayed) << "too old to be known";
  EXPECT_EQ(verdict(all[300 - kSrtpReplayWindow]), SrtpVerdict::Good);
}

TEST_P(EverySuite, OfAnotherKeyIsForged) {
  auto other = std::move(*SrtpReceiver::make(suite, key_of(suite, 2)));
  EXPECT_EQ(other.unprotect_rtp(sent(1), buffer).verdict, SrtpVerdict::Forged);
  Packet report = rtcp_packet();
  ASSERT_TRUE(sender.protect_rtcp(report));
  EXPECT_EQ(other.unprotect_rtcp(report, buffer).verdict, SrtpVerdict::Forged);
}

TEST_P(EverySuite, PlainAndTornPacketsAreNotTaken) {
  EXPECT_NE(verdict(rtp_packet(1)), SrtpVerdict::Good);
  const Packet good = sent(2);
  for (std::size_t size = 0; size < good.size(); ++size)
    ASSERT_NE(verdict(Packet(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))), SrtpVerdict::Good);
  EXPECT_EQ(verdict(Packet(kLongestSrtpPacket + 1, 0x80)), SrtpVerdict::Unfit);
}

TEST_P(EverySuite, TheSamePacketLeavesOnce) {
  (void)sent(5);
  Packet again = {1, 2};
  const Packet packet = rtp_packet(5);
  again.insert(again.end(), packet.begin(), packet.end());
  EXPECT_FALSE(sender.protect_rtp(again, 2));
  EXPECT_EQ(again, (Packet{1, 2})) << "nothing of it is left to be sent in the clear";
  Packet shorter(11, 0x80), longer(kLongestSrtpPacket, 0x80);
  EXPECT_FALSE(sender.protect_rtp(shorter));
  EXPECT_FALSE(sender.protect_rtp(longer));
}

TEST_P(EverySuite, EachSourceCountsForItselfAndThereAreNotTooMany) {
  for (std::uint32_t ssrc = 1; ssrc <= kMostSrtpSources; ++ssrc) ASSERT_EQ(verdict(sent(9, ssrc)), SrtpVerdict::Good);
  EXPECT_EQ(verdict(sent(9, 1000)), SrtpVerdict::Unfit);
  EXPECT_EQ(verdict(sent(10, 1)), SrtpVerdict::Good);
}

TEST(SrtpKey, OfAnotherLengthIsRefused) {
  const Packet key(30);
  EXPECT_TRUE(SrtpSender::make(SrtpSuite::AesCm128Sha1_80, key));
  EXPECT_FALSE(SrtpSender::make(SrtpSuite::AesCm256Sha1_80, key));
  EXPECT_FALSE(SrtpReceiver::make(SrtpSuite::AeadAes128Gcm, key));
  EXPECT_FALSE(SrtpReceiver::make(SrtpSuite::AesCm128Sha1_80, {}));
}

TEST_P(EverySuite, PacketsCarryTheirMki) {
  using namespace std::string_view_literals;
  const SrtpOptions named{.mki = "\0\0\0\7"sv}, other{.mki = "\0\0\0\10"sv};
  auto out = std::move(*SrtpSender::make(suite, key_of(suite), named));
  auto in = std::move(*SrtpReceiver::make(suite, key_of(suite), named));
  auto stranger = std::move(*SrtpReceiver::make(suite, key_of(suite), other));
  Packet packet = rtp_packet(1), report = rtcp_packet();
  const Packet plain = packet;
  const std::size_t bare = sent(1).size();
  ASSERT_TRUE(out.protect_rtp(packet));
  ASSERT_TRUE(out.protect_rtcp(report));
  EXPECT_EQ(packet.size(), bare + 4);
  EXPECT_EQ(stranger.unprotect_rtp(packet, buffer).verdict, SrtpVerdict::Forged);
  EXPECT_NE(verdict(packet), SrtpVerdict::Good) << "who does not know of it takes it for the tag";
  const auto opened = in.unprotect_rtp(packet, buffer);
  ASSERT_EQ(opened.verdict, SrtpVerdict::Good);
  EXPECT_EQ(Packet(opened.packet.begin(), opened.packet.end()), plain);
  EXPECT_EQ(stranger.unprotect_rtcp(report, buffer).verdict, SrtpVerdict::Forged);
  EXPECT_EQ(in.unprotect_rtcp(report, buffer).verdict, SrtpVerdict::Good);
  EXPECT_FALSE(SrtpSender::make(suite, key_of(suite), {.mki = std::string(129, 'm')}));
}

TEST_P(EverySuite, WhatIsLeftInTheClearIsAuthenticatedAllTheSame) {
  if (suite == SrtpSuite::AeadAes128Gcm || suite == SrtpSuite::AeadAes256Gcm) GTEST_SKIP() << "they always encrypt";
  const SrtpOptions open{.unencrypted_rtp = true, .unencrypted_rtcp = true};
  auto out = std::move(*SrtpSender::make(suite, key_of(suite), open));
  auto in = std::move(*SrtpReceiver::make(suite, key_of(suite), open));
  Packet packet = rtp_packet(1), report = rtcp_packet();
  const Packet plain = packet, plain_report = report;
  ASSERT_TRUE(out.protect_rtp(packet));
  ASSERT_TRUE(out.protect_rtcp(report));
  EXPECT_TRUE(std::equal(plain.begin(), plain.end(), packet.begin()));
  EXPECT_TRUE(std::equal(plain_report.begin(), plain_report.end(), report.begin()));
  EXPECT_EQ(receiver.unprotect_rtcp(report, buffer).verdict, SrtpVerdict::Forged) << "E bit is not set";
  Packet bad = packet;
  bad[20] ^= 1;
  EXPECT_EQ(in.unprotect_rtp(bad, buffer).verdict, SrtpVerdict::Forged);
  EXPECT_EQ(in.unprotect_rtp(packet, buffer).verdict, SrtpVerdict::Good);
  EXPECT_EQ(in.unprotect_rtcp(report, buffer).verdict, SrtpVerdict::Good);
}

TEST_P(EverySuite, OneOfTheTwoMayBeLeftInTheClear) {
  if (suite == SrtpSuite::AeadAes128Gcm || suite == SrtpSuite::AeadAes256Gcm) GTEST_SKIP() << "they always encrypt";
  for (const bool of_rtp : {false, true}) {
    auto out =
        std::move(*SrtpSender::make(suite, key_of(suite), {.unencrypted_rtp = of_rtp, .unencrypted_rtcp = !of_rtp}));
    Packet packet = rtp_packet(1), report = rtcp_packet();
    const Packet plain = packet, plain_report = report;
    ASSERT_TRUE(out.protect_rtp(packet));
    ASSERT_TRUE(out.protect_rtcp(report));
    EXPECT_EQ(std::equal(plain.begin(), plain.end(), packet.begin()), of_rtp);
    EXPECT_EQ(std::equal(plain_report.begin(), plain_report.end(), report.begin()), !of_rtp);
  }
}

// The reference packet of libsrtp's own driver: key of RFC 3711 B.3, AES_CM_128_HMAC_SHA1_80.
TEST(SrtpVector, AesCm128) {
  const Packet key = from_hex("e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6");
  Packet packet = from_hex("800f1234decafbadcafebabeabababababababababababababababab");
  const Packet secret = from_hex("800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
  auto sender = SrtpSender::make(SrtpSuite::AesCm128Sha1_80, key);
  ASSERT_TRUE(sender->protect_rtp(packet));
  EXPECT_EQ(packet, secret);
}

}  // namespace
}  // namespace offhook::rtp
