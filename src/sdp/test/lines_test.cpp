// Each typed line of RFC 8866 §5: what it says, that it is written as it was read, and where it is wrong.
#include "sdp/lines.hpp"

#include <gmock/gmock.h>

namespace offhook::sdp {
namespace {
using testing::ElementsAre;

TEST(Origin, HasSixFields) {
  const auto o = Origin::parse("jdoe 3724394400 3724394405 IN IP6 2001:db8::1");
  ASSERT_TRUE(o);
  EXPECT_EQ(o->session_version, "3724394405");
  EXPECT_EQ(o->text(), "jdoe 3724394400 3724394405 IN IP6 2001:db8::1");
  EXPECT_FALSE(Origin::parse("jdoe 1 1 IN IP4"));
  EXPECT_EQ(Origin::parse("", 17).error().offset, 17U);
}

TEST(Connection, AddressMustBeOfTheTypeItClaims) {
  EXPECT_EQ((Connection{"IN", "IP4", "224.2.1.1/127/3"}.ip()->text()), "224.2.1.1");
  EXPECT_FALSE((Connection{"IN", "IP6", "192.0.2.1"}.ip()));
  EXPECT_FALSE((Connection{"IN", "IP4", "host.example.com"}.ip()));
  EXPECT_FALSE((Connection{"ATM", "IP4", "192.0.2.1"}.ip()));
}

struct ReachCase {
  const char* type;
  const char* address;
  std::optional<Reach> expected;
};
class ConnectionReach : public testing::TestWithParam<ReachCase> {};
TEST_P(ConnectionReach, IsTtlAndCountOfMulticastOnly) {
  const auto reach = Connection{"IN", GetParam().type, GetParam().address}.reach(5);
  ASSERT_EQ(reach.has_value(), GetParam().expected.has_value()) << GetParam().address;
  if (reach)
    EXPECT_EQ(*reach, *GetParam().expected);
  else
    EXPECT_EQ(reach.error().offset, 5U);
}
INSTANTIATE_TEST_SUITE_P(Rfc8866Section5_7, ConnectionReach,
                         testing::Values(ReachCase{"IP4", "198.51.100.1", Reach{"198.51.100.1", {}, 1}},
                                         ReachCase{"IP4", "host.example.com", Reach{"host.example.com", {}, 1}},
                                         ReachCase{"IP4", "233.252.0.1/127", Reach{"233.252.0.1", 127, 1}},
                                         ReachCase{"IP4", "233.252.0.1/127/3", Reach{"233.252.0.1", 127, 3}},
                                         ReachCase{"IP6", "ff00::db8:0:101/3", Reach{"ff00::db8:0:101", {}, 3}},
                                         ReachCase{"IP6", "ff00::db8:0:101", Reach{"ff00::db8:0:101", {}, 1}},
                                         ReachCase{"IP4", "233.252.0.1", {}}, ReachCase{"IP4", "233.252.0.1/256", {}},
                                         ReachCase{"IP4", "233.252.0.1/127/0", {}},
                                         ReachCase{"IP4", "233.252.0.1/x", {}}, ReachCase{"IP4", "198.51.100.1/1", {}},
                                         ReachCase{"IP6", "ff00::db8:0:101/1/2", {}},
                                         ReachCase{"IP6", "ff00::db8:0:101/", {}}));

TEST(Bandwidth, UnitsAreThoseOfItsModifier) {
  struct Case {
    const char* text;
    std::optional<std::uint64_t> bits;
  };
  for (const Case& c : {Case{"CT:128", 128'000}, Case{"AS:64", 64'000}, Case{"TIAS:50780", 50'780}, Case{"RS:800", 800},
                        Case{"RR:2400", 2400}, Case{"X-YZ:128", std::nullopt}}) {
    const auto b = Bandwidth::parse(c.text);
    ASSERT_TRUE(b) << c.text;
    EXPECT_EQ(b->bits_per_second(), c.bits) << c.text;
    EXPECT_EQ(b->text(), c.text);
  }
  for (const auto* bad : {"AS", ":1", "AS:", "AS:x", "AS:-1", "AS:4294967296"}) EXPECT_FALSE(Bandwidth::parse(bad));
  EXPECT_EQ(Bandwidth::parse("AS:x", 10).error().offset, 13U);
}

TEST(Timing, IsTwoNumbers) {
  EXPECT_EQ(Timing::parse("3724394400 3724398000")->stop, 3724398000U);
  EXPECT_EQ(Timing::parse("0 0")->text(), "0 0");
  for (const auto* bad : {"", "0", "0 x", "-1 0", "99999999999999999999 0"}) EXPECT_FALSE(Timing::parse(bad)) << bad;
}

TEST(TypedTime, HasUnitsOfDaysHoursMinutesSeconds) {
  EXPECT_EQ(parse_typed_time("7d"), 604'800);
  EXPECT_EQ(parse_typed_time("25h"), 90'000);
  EXPECT_EQ(parse_typed_time("2m"), 120);
  EXPECT_EQ(parse_typed_time("5s"), 5);
  EXPECT_EQ(parse_typed_time("3600"), 3600);
  EXPECT_EQ(parse_typed_time("-1h"), -3600);
  EXPECT_EQ(parse_typed_time("0"), 0);
  for (const auto* bad : {"", "d", "-", "1y", "1dd", "--1", "9999999999999999999d", "9223372036854775807d"})
    EXPECT_FALSE(parse_typed_time(bad)) << bad;
}

TEST(Repeat, SaysTheSameInSecondsAndInUnits) {
  const auto units = Repeat::parse("7d 1h 0 25h"), plain = Repeat::parse("604800 3600 0 90000");
  ASSERT_TRUE(units && plain);
  EXPECT_EQ(*units, *plain);
  EXPECT_THAT(units->offsets, ElementsAre(0, 90'000));
  EXPECT_EQ(plain->text(), "7d 1h 0 25h");
  for (const auto* bad : {"", "7d", "7d 1h", "0 1h 0", "7d -1h 0", "7d x 0"}) EXPECT_FALSE(Repeat::parse(bad)) << bad;
  EXPECT_EQ(Repeat::parse("7d x 0", 100).error().offset, 103U);
}

TEST(TimeZones, ArePairsOfTimeAndShift) {
  const auto z = TimeZones::parse("3730928400 -1h 3749680800 0");
  ASSERT_TRUE(z);
  EXPECT_THAT(z->adjustments, ElementsAre(ZoneAdjustment{3730928400, -3600}, ZoneAdjustment{3749680800, 0}));
  EXPECT_EQ(z->text(), "3730928400 -1h 3749680800 0");
  for (const auto* bad : {"", "1", "1 1h 2", "x 1h", "-1 1h"}) EXPECT_FALSE(TimeZones::parse(bad)) << bad;
}

TEST(Key, HasFourMethods) {
  for (const auto* text : {"prompt", "clear:secret", "base64:c2VjcmV0", "uri:https://example.com/key"})
    EXPECT_EQ(Key::parse(text)->text(), text);
  for (const auto* bad : {"", "prompt:x", "clear", "other:x"}) EXPECT_FALSE(Key::parse(bad)) << bad;
}

TEST(Contact, TakesTheThreeForms) {
  const Contact jane{"jane@example.com", "Jane Doe"};
  EXPECT_EQ(*Contact::parse("jane@example.com (Jane Doe)"), jane);
  EXPECT_EQ(*Contact::parse("Jane Doe <jane@example.com>"), jane);
  EXPECT_EQ(*Contact::parse("+1 617 555-6011"), (Contact{"+1 617 555-6011", ""}));
  for (const auto* bad : {"", "<>", "a <b", "a <b> c", "(only a name)"}) EXPECT_FALSE(Contact::parse(bad)) << bad;
}

TEST(MediaLine, HasPortCountProtocolAndFormats) {
  const auto m = MediaLine::parse("video 49170/2 RTP/AVP 31 32");
  ASSERT_TRUE(m);
  EXPECT_EQ(m->port, 49170);
  EXPECT_EQ(m->port_count, 2);
  EXPECT_THAT(m->formats, ElementsAre("31", "32"));
  EXPECT_EQ(m->text(), "video 49170/2 RTP/AVP 31 32");
  EXPECT_EQ(MediaLine::parse("audio  9  UDP  a   b")->text(), "audio 9 UDP a b");
}

}  // namespace
}  // namespace offhook::sdp
