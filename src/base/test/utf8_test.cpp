#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace offhook {
namespace {

TEST(Utf8, TakesWhatRfc3629Takes) {
  for (const std::string_view text :
       {"", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xc3\xa9z"})
    EXPECT_TRUE(is_utf8(text)) << text;
}

TEST(Utf8, RefusesTheRest) {
  for (const std::string_view text :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2z", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe1\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xfe", "\xf0\x90\x80z"})
    EXPECT_FALSE(is_utf8(text)) << text;
}

}  // namespace
}  // namespace offhook
