#include "media/port_range.hpp"

#include <gtest/gtest.h>

#include <set>

namespace offhook::media {
namespace {

TEST(PortRange, GivesEvenPortsRoundRobin) {
  PortRange ports(11781, 11787);
  EXPECT_EQ(ports.take(), 11782);
  EXPECT_EQ(ports.take(), 11784);
  ports.give_back(11782);
  EXPECT_EQ(ports.take(), 11786) << "a freed port rests";
  EXPECT_EQ(ports.take(), 11782);
  EXPECT_FALSE(ports.take());
  ports.give_back(11784);
  EXPECT_EQ(ports.take(), 11784);
}

TEST(PortRange, TheGuidesDefaultHoldsFiveHundredCalls) {
  PortRange ports;
  std::set<std::uint16_t> seen;
  while (const auto port = ports.take()) seen.insert(*port);
  EXPECT_EQ(seen.size(), 500U);
  EXPECT_EQ(*seen.begin(), 11780);
  EXPECT_EQ(*seen.rbegin(), 12778);
}

TEST(PortRange, IgnoresWhatItNeverGave) {
  PortRange ports(4000, 4003);
  EXPECT_TRUE(ports.take());
  for (const int port : {4001, 4002, 3998, 9000}) ports.give_back(static_cast<std::uint16_t>(port));
  EXPECT_EQ(ports.taken(), 1U);
}

TEST(PortRange, AnEmptyRangeGivesNothing) {
  EXPECT_FALSE(PortRange(4000, 4000).take());
  EXPECT_FALSE(PortRange(4001, 4002).take());
  EXPECT_FALSE(PortRange(5000, 4000).take());
  EXPECT_FALSE(PortRange(0, 0).take());
  EXPECT_FALSE(PortRange(65535, 65535).take());
  EXPECT_EQ(PortRange(65534, 65535).take(), 65534);
}

}  // namespace
}  // namespace offhook::media
