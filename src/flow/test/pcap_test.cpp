#include "flow/pcap.hpp"

#include <gtest/gtest.h>

namespace offhook::flow {
namespace {

// Reads what an analyser reads.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  [[nodiscard]] unsigned u8(std::size_t at) const { return static_cast<unsigned char>(text_.at(at)); }
  [[nodiscard]] unsigned u16(std::size_t at) const { return u8(at) << 8 | u8(at + 1); }
  [[nodiscard]] std::uint32_t little32(std::size_t at) const {
    return u8(at) | u8(at + 1) << 8 | u8(at + 2) << 16 | u8(at + 3) << 24;
  }
  [[nodiscard]] std::uint32_t sum16(std::size_t at, std::size_t size) const {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < size; i += 2) sum += i + 1 < size ? u16(at + i) : u8(at + i) << 8;
    return sum;
  }
  [[nodiscard]] std::string_view text(std::size_t at, std::size_t size) const { return text_.substr(at, size); }
  [[nodiscard]] std::size_t size() const { return text_.size(); }

 private:
  std::string_view text_;
};

std::uint32_t folded(std::uint32_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return sum;
}

const Endpoint kA{IpAddress::v4(10, 0, 1, 1), 5060};
const Endpoint kP{IpAddress::v4(10, 0, 0, 1), 5062};
constexpr Now kNow{TimePoint(seconds(5)), WallTime(seconds(1700000000) + microseconds(123456))};
transport::Flow flow_of(Endpoint from, Endpoint to) { return {transport::Protocol::Udp, from, to, 0}; }

TEST(Pcap, HeaderSaysMicrosecondsAndEthernet) {
  const std::string file = to_pcap(Recorder{});
  const Reader in(file);
  ASSERT_EQ(in.size(), 24);
  EXPECT_EQ(in.little32(0), 0xA1B2C3D4);
  EXPECT_EQ(in.u8(4), 2);
  EXPECT_EQ(in.u8(6), 4);
  EXPECT_EQ(in.little32(20), 1);
}

TEST(Pcap, Ipv4FrameHasRightLengthsAndChecksums) {
  Recorder recorder;
  const std::string odd = "OPTIONS sip:x SIP/2.0\r\n\r\n";  // 25 bytes: the checksum pads
  recorder.sent(kNow, Kind::Sip, flow_of(kA, kP), odd);
  const std::string file = to_pcap(recorder);
  const Reader in(file);
  EXPECT_EQ(in.little32(24), 1700000000);
  EXPECT_EQ(in.little32(28), 123456);
  EXPECT_EQ(in.little32(32), 14 + 20 + 8 + odd.size());
  EXPECT_EQ(in.little32(36), in.little32(32));
  const std::size_t ethernet = 40, ip = ethernet + 14, udp = ip + 20;
  EXPECT_EQ(in.u16(ethernet + 12), 0x0800);
  EXPECT_EQ(in.u8(ip), 0x45);
  EXPECT_EQ(in.u16(ip + 2), 20 + 8 + odd.size());
  EXPECT_EQ(in.u8(ip + 9), 17);
  EXPECT_EQ(folded(in.sum16(ip, 20)), 0xFFFF);  // RFC 1071: over a right header it is all ones
  EXPECT_EQ(in.u8(ip + 12), 10);
  EXPECT_EQ(in.u8(ip + 19), 1);
  EXPECT_EQ(in.u16(udp), 5060);
  EXPECT_EQ(in.u16(udp + 2), 5062);
  EXPECT_EQ(in.u16(udp + 4), 8 + odd.size());
  EXPECT_EQ(folded(in.sum16(ip + 12, 8) + 17 + in.u16(udp + 4) + in.sum16(udp, 8 + odd.size())), 0xFFFF);
  EXPECT_EQ(in.text(udp + 8, odd.size()), odd);
  EXPECT_EQ(in.size(), udp + 8 + odd.size());
}

TEST(Pcap, Ipv6FrameHasItsMandatoryChecksum) {
  std::array<std::uint8_t, 16> one{}, two{};
  one[15] = 1;
  two[15] = 2;
  Recorder recorder;
  recorder.sent(kNow, Kind::Sip, flow_of({IpAddress::v6(one), 5060}, {IpAddress::v6(two), 5060}), "hello");
  const std::string file = to_pcap(recorder);
  const Reader in(file);
  const std::size_t ip = 40 + 14, udp = ip + 40;
  EXPECT_EQ(in.u16(40 + 12), 0x86DD);
  EXPECT_EQ(in.u8(ip) >> 4, 6);
  EXPECT_EQ(in.u16(ip + 4), 13);
  EXPECT_EQ(in.u8(ip + 6), 17);
  EXPECT_EQ(folded(in.sum16(ip + 8, 32) + 17 + 13 + in.sum16(udp, 13)), 0xFFFF);
}

TEST(Pcap, SignallingAndAudioLieInTheOrderOfTheWire) {
  Recorder recorder;
  recorder.sent(kNow, Kind::Sip, flow_of(kA, kP), "first");
  recorder.sent(kNow, Kind::Rtp, flow_of({kA.address, 11780}, {kP.address, 11780}), "second");
  recorder.sent(kNow, Kind::Rtcp, flow_of({kA.address, 11781}, {kP.address, 11781}), "third");
  recorder.sent(kNow, Kind::Sip, flow_of(kA, kP), "fourth");
  const std::string all = to_pcap(recorder), part = to_pcap(recorder, 1, 3);
  std::size_t at = 0;
  for (const char* word : {"first", "second", "third", "fourth"}) {
    const std::size_t next = all.find(word, at);
    ASSERT_NE(next, std::string::npos) << word;
    at = next;
  }
  EXPECT_EQ(part.find("first"), std::string::npos);
  EXPECT_NE(part.find("third"), std::string::npos);
  EXPECT_EQ(part.find("fourth"), std::string::npos);
}

TEST(Pcap, WhatFitsInNoDatagramIsLeftOut) {
  Recorder recorder;
  recorder.sent(kNow, Kind::Sip, flow_of(kA, kP), std::string(65508, 'x'));
  EXPECT_EQ(to_pcap(recorder).size(), 24);
}

}  // namespace
}  // namespace offhook::flow
