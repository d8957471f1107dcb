#include "body/dtmf_info.hpp"

#include <gtest/gtest.h>

namespace offhook::body {
namespace {

TEST(DtmfInfo, Relay) {
  EXPECT_EQ(DtmfInfo::parse_relay("Signal=5\r\nDuration=160\r\n").value(), (DtmfInfo{'5', 160}));
  EXPECT_EQ(DtmfInfo::parse_relay("signal= *\nDURATION = 100").value(), (DtmfInfo{'*', 100}));
  EXPECT_EQ(DtmfInfo::parse_relay("Signal=#\r\n").value(), (DtmfInfo{'#', std::nullopt}));
  EXPECT_EQ(DtmfInfo::parse_relay("\r\nX=y\r\nSignal=d\r\n\r\n").value(), (DtmfInfo{'D', std::nullopt}));
  EXPECT_EQ(DtmfInfo::parse_relay("Signal=11").value().signal, '#');
  EXPECT_EQ(DtmfInfo::parse_relay("Signal=16").value().signal, '!');
}

TEST(DtmfInfo, RelayMustNotParse) {
  for (const char* wrong : {"", "\r\n", "5", "Signal", "Signal=", "Signal=E", "Signal=17", "Signal=005", "Signal=55",
                            "Duration=160", "Signal=5\r\nDuration=", "Signal=5\r\nDuration=-1",
                            "Signal=5\r\nDuration=4294967296", "Signal=5\r\nSignal=5", "Signal=5\r\nnoise"})
    EXPECT_FALSE(DtmfInfo::parse_relay(wrong).has_value()) << wrong;
  EXPECT_EQ(DtmfInfo::parse_relay("Signal=5\r\nDuration=x\r\n").error().offset, 10U);
  Limits limits;
  limits.bytes = 8;
  EXPECT_TRUE(DtmfInfo::parse_relay("Signal=5", limits).has_value());
  EXPECT_FALSE(DtmfInfo::parse_relay("Signal=5 ", limits).has_value());
}

TEST(DtmfInfo, Digit) {
  EXPECT_EQ(DtmfInfo::parse_digit("7").value().signal, '7');
  EXPECT_EQ(DtmfInfo::parse_digit(" b\r\n").value().signal, 'B');
  for (const char* wrong : {"", "77", "x", "Signal=5"}) EXPECT_FALSE(DtmfInfo::parse_digit(wrong).has_value()) << wrong;
}

TEST(DtmfInfo, ReadsBackWhatItWrote) {
  for (const char signal : std::string_view("0123456789*#ABCD!")) {
    const DtmfInfo info{signal, 100 + signal};
    EXPECT_EQ(DtmfInfo::parse_relay(write_relay(info)).value(), info);
    EXPECT_EQ(DtmfInfo::parse_digit(write_digit(info)).value().signal, signal);
  }
  EXPECT_EQ(write_relay({'1', 160}), "Signal=1\r\nDuration=160\r\n");
  EXPECT_EQ(write_relay({'1', std::nullopt}), "Signal=1\r\n");
  EXPECT_EQ(write_digit({'#', std::nullopt}), "#");
}

}  // namespace
}  // namespace offhook::body
