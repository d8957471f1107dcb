// The tables of proxy.toml that are about running it.
#include <gtest/gtest.h>

#include "io/proxy_file.hpp"

namespace offhook::io {
namespace {

ProxySettings settings_of(const std::string& text) {
  auto settings = read_proxy_file("p.toml", "domains = [\"a\"]\n" + text);
  EXPECT_TRUE(settings) << settings.error().text();
  return settings.value_or(ProxySettings{});
}

TEST(OperationsFile, NothingIsCapturedWithoutTheTable) {
  EXPECT_EQ(settings_of("").capture.bytes, 0);
  EXPECT_EQ(settings_of("[capture]\n").capture, (flow::WireRingSettings{64U << 20U, minutes(30)}));
  EXPECT_EQ(settings_of("[capture]\nmegabytes = 8\nminutes = 5\n").capture,
            (flow::WireRingSettings{8U << 20U, minutes(5)}));
  EXPECT_EQ(settings_of("[capture]\nmegabytes = 0\n").capture.bytes, 0);
}

TEST(OperationsFile, TheLog) {
  const auto nothing = settings_of("");
  EXPECT_EQ(nothing.log.level, std::nullopt);
  EXPECT_EQ(nothing.log.format, std::nullopt);
  const auto quiet = nothing.to_config().journal;
  EXPECT_FALSE(quiet.calls || quiet.registrations || quiet.requests);
  EXPECT_TRUE(quiet.credentials && quiet.trunks);
  const auto some = settings_of("[log]\nlevel = \"info\"\nformat = \"logfmt\"\nrate = 0\ncalls = true\n");
  EXPECT_EQ(some.log.format, LogFormat::Logfmt);
  EXPECT_EQ(some.log.rate, 0);
  EXPECT_TRUE(some.to_config().journal.calls);
  EXPECT_FALSE(some.to_config().journal.registrations);
  const auto all = settings_of("[log]\nlevel = \"debug\"\n").to_config().journal;
  EXPECT_TRUE(all.calls && all.registrations && all.requests && all.credentials && all.trunks);
  const auto warnings = settings_of("[log]\nlevel = \"warning\"\ncalls = true\n").to_config().journal;
  EXPECT_TRUE(warnings.trunks);
  EXPECT_FALSE(warnings.calls || warnings.credentials);
}

TEST(OperationsFile, SaysWhatIsWrongAndWhere) {
  const std::pair<const char*, const char*> cases[] = {
      {"[capture]\nmegabytes = 5000", "megabytes must be a number from 0 to 4096 (5000) (p.toml:3)"},
      {"[capture]\n\nmegabytes = \"many\"", "megabytes must be a number from 0 to 4096 (many) (p.toml:4)"},
      {"[capture]\nminutes = 0", "minutes must be a number from 1 to 1440 (0) (p.toml:3)"},
      {"[capture]\nhours = 1", "unknown field 'hours' of [capture]; known are megabytes, minutes (p.toml:3)"},
      {"[log]\nlevel = \"loud\"", "level must be \"error\", \"warning\", \"info\" or \"debug\" (loud) (p.toml:3)"},
      {"[log]\nlevel = 3", "level must be \"error\", \"warning\", \"info\" or \"debug\" (3) (p.toml:3)"},
      {"[log]\n\nformat = \"xml\"", "format must be \"text\", \"json\" or \"logfmt\" (xml) (p.toml:4)"},
      {"[log]\nrate = -1", "rate must be a number from 0 to 1000000 (-1) (p.toml:3)"},
      {"[log]\ncalls = 1", "calls must be true or false (1) (p.toml:3)"},
      {"[log]\nfile = \"x\"",
       "unknown field 'file' of [log]; known are level, format, rate, calls, registrations, requests (p.toml:3)"},
      {"capture = true", "capture must be a table: [capture] (true) (p.toml:2)"},
  };
  for (const auto& [text, message] : cases) {
    const auto settings = read_proxy_file("p.toml", std::string("domains = [\"a\"]\n") + text);
    ASSERT_FALSE(settings) << text;
    EXPECT_EQ(settings.error().text(), message);
  }
}

}  // namespace
}  // namespace offhook::io
