// What a description says of ICE, as a value: RFC 8839 §4.2.5, §5; RFC 8445 §5.1.2.
#include "sdp/ice_side.hpp"

#include <gmock/gmock.h>

namespace offhook::sdp {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Endpoint kHost{IpAddress::v4(10, 0, 0, 2), 11780}, kSeen{IpAddress::v4(203, 0, 113, 7), 40'000};

IceSide side() {
  IceSide out{"frag", "passwordpasswordpassword", false, true, {}};
  out.candidates.push_back({"1", 1, ice_priority(IceType::Host, 1), kHost, IceType::Host, {}});
  out.candidates.push_back({"2", 1, ice_priority(IceType::ServerReflexive, 1), kSeen, IceType::ServerReflexive, kHost});
  return out;
}

std::string description(const std::string& lines, const std::string& address = "203.0.113.7", int port = 40'000,
                        const std::string& session = {}) {
  return "v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\n" + session + "m=audio " +
         std::to_string(port) + " RTP/AVP 0\r\n" + lines;
}

std::optional<IceSide> read(const std::string& text) {
  const auto parsed = parse(text);
  EXPECT_TRUE(parsed);
  return parsed ? read_ice_side(*parsed, parsed->media()[0]).side : std::nullopt;
}

TEST(IceSide, PrioritiesAreTheRecommendedOnes) {
  EXPECT_EQ(ice_priority(IceType::Host, 1), 2130706431U);
  EXPECT_EQ(ice_priority(IceType::Host, 2), 2130706430U);
  EXPECT_EQ(ice_priority(IceType::ServerReflexive, 1), 1694498815U);
  EXPECT_GT(ice_priority(IceType::PeerReflexive, 1), ice_priority(IceType::ServerReflexive, 1));
  EXPECT_GT(ice_priority(IceType::ServerReflexive, 1), ice_priority(IceType::Relayed, 1));
}

TEST(IceSide, WhatIsWrittenIsRead) {
  const std::string lines = ice_lines(side());
  EXPECT_THAT(lines, HasSubstr("a=candidate:1 1 UDP 2130706431 10.0.0.2 11780 typ host\r\n"));
  EXPECT_THAT(lines,
              HasSubstr("a=candidate:2 1 UDP 1694498815 203.0.113.7 40000 typ srflx raddr 10.0.0.2 rport 11780\r\n"));
  auto expected = side();
  expected.candidates[1].related.reset();  // nobody needs it
  EXPECT_EQ(read(description(lines)), expected);
}

TEST(IceSide, ALiteAgentSaysSoForTheSession) {
  const auto found = read(description(ice_lines(side()), "203.0.113.7", 40'000, "a=ice-lite\r\n"));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->lite);
}

TEST(IceSide, NothingWithoutCredentials) {
  EXPECT_FALSE(read(description("a=candidate:1 1 UDP 2130706431 203.0.113.7 40000 typ host\r\n")));
  EXPECT_FALSE(read(description("a=ice-ufrag:frag\r\n")));
}

// RFC 8839 §4.2.5: somebody between has put his own address there, and means to be sent to.
TEST(IceSide, NothingWhereSomebodyHasChangedTheAddress) {
  EXPECT_FALSE(read(description(ice_lines(side()), "198.51.100.9")));
  EXPECT_FALSE(read(description(ice_lines(side()), "203.0.113.7", 40'002)));
}

TEST(IceSide, NoAddressYetIsNoMismatch) { EXPECT_TRUE(read(description(ice_lines(side()), "0.0.0.0", 9))); }

TEST(IceSide, CandidatesThatWeCannotUseArePassedOver) {
  const auto found =
      read(description("a=ice-ufrag:frag\r\na=ice-pwd:passwordpasswordpassword\r\n"
                       "a=candidate:1 1 UDP 2130706431 203.0.113.7 40000 typ host\r\n"
                       "a=candidate:2 1 UDP 2130706431 0a1b2c.local 40000 typ host\r\n"
                       "a=candidate:3 1 TCP 2130706431 203.0.113.7 9 typ host tcptype active\r\n"
                       "a=candidate:4 1 UDP 2130706431 203.0.113.7 0 typ host\r\n"
                       "a=candidate:5 1 UDP 2130706431 203.0.113.7 40000 typ odd\r\n"
                       "a=candidate:junk\r\n"));
  ASSERT_TRUE(found);
  EXPECT_THAT(found->candidates, SizeIs(1));
}

TEST(IceSide, AFloodOfCandidatesIsCut) {
  std::string lines = ice_lines(side());
  for (int i = 0; i < 200; ++i)
    lines += "a=candidate:9 1 UDP 1 192.0.2.1 " + std::to_string(2000 + i) + " typ host\r\n";
  EXPECT_THAT(read(description(lines))->candidates, SizeIs(32));
}

}  // namespace
}  // namespace offhook::sdp
