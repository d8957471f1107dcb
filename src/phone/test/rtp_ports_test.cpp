#include "rtp_ports.hpp"

#include <gmock/gmock.h>

namespace offhook::phone {
namespace {

const IpAddress kHost = IpAddress::loopback();

TEST(RtpPorts, NoPortIsGivenTwiceAlsoWhenRangesOverlap) {
  RtpPorts ports;
  const config::RtpPortRange wide{4000, 4007}, narrow{4002, 4005};
  EXPECT_EQ(ports.take(kHost, narrow), 4002);
  EXPECT_EQ(ports.take(kHost, wide), 4000);
  EXPECT_EQ(ports.take(kHost, wide), 4004);  // 4002 is the other range's
  EXPECT_EQ(ports.take(kHost, wide), 4006);
  EXPECT_EQ(ports.take(kHost, wide), std::nullopt);
  EXPECT_EQ(ports.take(kHost, narrow), std::nullopt);
  ports.give_back(kHost, narrow, 4002);
  EXPECT_EQ(ports.take(kHost, wide), 4002);
}

TEST(RtpPorts, AddressesDoNotShare) {
  RtpPorts ports;
  EXPECT_EQ(ports.take(kHost, {4000, 4001}), 4000);
  EXPECT_EQ(ports.take(IpAddress::v4(127, 0, 0, 2), {4000, 4001}), 4000);
  EXPECT_EQ(ports.taken(), 2u);
}

TEST(RtpPorts, WhatIsNotTakenCannotBeGivenBack) {
  RtpPorts ports;
  EXPECT_EQ(ports.take(kHost, {4000, 4001}), 4000);
  ports.give_back(kHost, {4000, 4001}, 4002);
  ports.give_back(kHost, {4000, 4001}, 4000);
  ports.give_back(kHost, {4000, 4001}, 4000);
  EXPECT_EQ(ports.taken(), 0u);
  EXPECT_EQ(ports.take(kHost, {4000, 4001}), 4000);
  EXPECT_EQ(ports.take(kHost, {4000, 4001}), std::nullopt);
}

}  // namespace
}  // namespace offhook::phone
