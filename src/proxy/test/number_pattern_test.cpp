#include "policy/number_pattern.hpp"

#include <gtest/gtest.h>

#include "proxy/policy.hpp"

namespace offhook::proxy {
namespace {

bool fits(std::string_view pattern, std::string_view number) { return NumberPattern::parse(pattern)->matches(number); }
bool covers(std::string_view a, std::string_view b) {
  return NumberPattern::parse(a)->covers(*NumberPattern::parse(b));
}

TEST(NumberPattern, MatchesTheWholeNumber) {
  EXPECT_TRUE(fits("112", "112"));
  EXPECT_FALSE(fits("112", "1121"));
  EXPECT_FALSE(fits("112", "11"));
  EXPECT_TRUE(fits("9xxx", "9123"));
  EXPECT_FALSE(fits("9xxx", "9*23"));
  EXPECT_TRUE(fits("0[1-9].", "0301"));
  EXPECT_FALSE(fits("0[1-9].", "03")) << "one more sign at least";
  EXPECT_TRUE(fits("0[1-9]!", "03"));
  EXPECT_FALSE(fits("0[1-9].", "0030"));
  EXPECT_TRUE(fits("[+0*]1", "*1"));
  EXPECT_TRUE(fits("*8x", "*81"));
  EXPECT_TRUE(fits("!", ""));
  EXPECT_FALSE(fits("x", "\xc3"));
}

TEST(NumberPattern, ANameStandsForItself) {
  EXPECT_TRUE(fits("max", "max"));
  EXPECT_FALSE(fits("max", "ma1"));
  EXPECT_TRUE(fits("front.desk", "front.desk"));
  EXPECT_FALSE(fits("front.desk", "front.desks"));
}

TEST(NumberPattern, SaysWhatIsWrong) {
  for (const char* text : {"", "0[", "0[]", "0[9-1]", "0[+-9]", ".1", "1!2", "1 2", "(030)", "m\xc3\xbcller", "0]"})
    EXPECT_FALSE(NumberPattern::parse(text)) << text;
}

TEST(NumberPattern, KnowsWhatItCovers) {
  EXPECT_TRUE(covers("x", "1"));
  EXPECT_TRUE(covers("0.", "0[1-9]."));
  EXPECT_TRUE(covers("0.", "01!"));
  EXPECT_TRUE(covers("0!", "0."));
  EXPECT_FALSE(covers("0.", "0!")) << "a bare 0";
  EXPECT_FALSE(covers("0xx", "0."));
  EXPECT_FALSE(covers("0[1-4]x", "0[1-5]x"));
  EXPECT_TRUE(covers("!", "anna"));
  EXPECT_FALSE(covers("x.", "anna"));
}

TEST(AddressRange, HoldsWhatItsBitsSay) {
  const auto holds = [](const char* range, const char* address) {
    return AddressRange::parse(range)->contains(*IpAddress::parse(address));
  };
  EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(holds("192.0.2.0/25", "192.0.2.127"));
  EXPECT_FALSE(holds("192.0.2.0/25", "192.0.2.128"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
  for (const char* text : {"", "host", "192.0.2.1/33", "192.0.2.1/", "2001:db8::/129", "192.0.2.1/x"})
    EXPECT_FALSE(AddressRange::parse(text)) << text;
}

}  // namespace
}  // namespace offhook::proxy
