// Lists of values that a parser must take and must refuse.
#pragma once
#include <gtest/gtest.h>

#include <initializer_list>
#include <string_view>

namespace offhook::sip::test {

using Values = std::initializer_list<std::string_view>;

// An error's offset lies within the value, or right behind it.
template <class Parse>
void check_grammar(Parse parse, Values good, Values bad) {
  for (const std::string_view text : good) {
    const auto read = parse(text);
    EXPECT_TRUE(read.has_value()) << '[' << text << "]: " << (read ? "" : read.error().text);
  }
  for (const std::string_view text : bad) {
    const auto read = parse(text);
    EXPECT_FALSE(read.has_value()) << '[' << text << ']';
    if (read) continue;
    EXPECT_LE(read.error().offset, text.size()) << '[' << text << ']';
    EXPECT_FALSE(read.error().text.empty()) << '[' << text << ']';
  }
}

}  // namespace offhook::sip::test
