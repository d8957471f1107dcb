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

TEST(OperationsFile, SaysWhatIsWrongAndWhere) {
  const std::pair<const char*, const char*> cases[] = {
      {"[capture]\nmegabytes = 5000", "megabytes must be a number from 0 to 4096 (p.toml:3)"},
      {"[capture]\n\nmegabytes = \"many\"", "megabytes must be a number from 0 to 4096 (p.toml:4)"},
      {"[capture]\nminutes = 0", "minutes must be a number from 1 to 1440 (p.toml:3)"},
      {"[capture]\nhours = 1", "unknown field 'hours' of [capture]; known are megabytes, minutes (p.toml:3)"},
      {"capture = true", "capture must be a table: [capture] (p.toml:2)"},
  };
  for (const auto& [text, message] : cases) {
    const auto settings = read_proxy_file("p.toml", std::string("domains = [\"a\"]\n") + text);
    ASSERT_FALSE(settings) << text;
    EXPECT_EQ(settings.error().text(), message);
  }
}

}  // namespace
}  // namespace offhook::io
