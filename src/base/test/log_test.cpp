#include "base/log.hpp"

#include "base/wall_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook {
namespace {

constexpr WallTime kTime(seconds(1'700'000'000) + milliseconds(250));

LogEvent event(std::string message, std::string source = {}) {
  return {LogLevel::Warning, "guard", std::move(message), {{"call_id", ""}, {"source", std::move(source)}}};
}

TEST(Log, OneEventInEachFormat) {
  const LogEvent banned = event("a source is banned", "192.0.2.7");
  EXPECT_EQ(log_line(LogFormat::Text, kTime, banned),
            "2023-11-14T22:13:20.250Z warning guard: a source is banned (source 192.0.2.7)");
  EXPECT_EQ(log_line(LogFormat::Json, kTime, banned),
            R"({"time":"2023-11-14T22:13:20.250Z","level":"warning","area":"guard","message":"a source is banned",)"
            R"("source":"192.0.2.7"})");
  EXPECT_EQ(log_line(LogFormat::Logfmt, kTime, banned),
            "time=2023-11-14T22:13:20.250Z level=warning area=guard message=\"a source is banned\" source=192.0.2.7");
}

TEST(Log, WhatIsEmptyIsNotWritten) {
  EXPECT_EQ(log_line(LogFormat::Text, kTime, event("x")), "2023-11-14T22:13:20.250Z warning guard: x");
  EXPECT_THAT(log_line(LogFormat::Json, kTime, event("x")), testing::EndsWith(R"("message":"x"})"));
  EXPECT_THAT(log_line(LogFormat::Logfmt, kTime, event("")), testing::EndsWith(R"(message="")"));
}

TEST(Log, NobodyBeginsALineOfHisOwn) {
  const LogEvent evil = event("a\r\nb", "x\n{\"y\":\"\\\"\x01\x7f");
  for (const auto format : {LogFormat::Text, LogFormat::Json, LogFormat::Logfmt}) {
    const std::string line = log_line(format, kTime, evil);
    EXPECT_EQ(line.find_first_of("\r\n\x01\x7f"), std::string::npos) << line;
  }
  EXPECT_THAT(log_line(LogFormat::Json, kTime, evil),
              testing::EndsWith(R"("message":"a\u000d\u000ab","source":"x\u000a{\"y\":\"\\\"\u0001\u007f"})"));
  EXPECT_THAT(log_line(LogFormat::Logfmt, kTime, event("m", "a=b")), testing::EndsWith(R"(source="a=b")"));
}

TEST(Log, CharactersStayAndOtherOctetsAreReplaced) {
  EXPECT_THAT(log_line(LogFormat::Json, kTime, event("J\xC3\xBCrgen \xF0\x9F\x93\x9E")),
              testing::HasSubstr("J\xC3\xBCrgen \xF0\x9F\x93\x9E"));
  EXPECT_THAT(log_line(LogFormat::Json, kTime, event("a\xFF\xC3z\xE2\x82")),
              testing::HasSubstr("\"a\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\""));
}

TEST(Log, LongTextsAreCut) {
  const std::string line = log_line(LogFormat::Logfmt, kTime, event(std::string(5000, 'a'), std::string(5000, 'b')));
  EXPECT_LT(line.size(), 2200);
  EXPECT_THAT(line, testing::HasSubstr("\xE2\x80\xA6"));
}

TEST(Log, NamesOfLevelsAndFormats) {
  EXPECT_EQ(parse_log_level("debug"), LogLevel::Debug);
  EXPECT_EQ(parse_log_level("Debug"), std::nullopt);
  EXPECT_EQ(parse_log_format("json"), LogFormat::Json);
  EXPECT_EQ(parse_log_format("xml"), std::nullopt);
  EXPECT_EQ(text_of(LogLevel::Warning), "warning");
}

TEST(WallText, CutsAndPads) {
  const WallTime at{seconds(1'700'000'000) + milliseconds(7) + std::chrono::microseconds(999)};
  EXPECT_EQ(wall_text(at), "2023-11-14T22:13:20.007Z");
  EXPECT_EQ(wall_text(at, Precision::Seconds), "2023-11-14T22:13:20Z");
  EXPECT_EQ(wall_text(WallTime{milliseconds(-1)}), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace offhook
