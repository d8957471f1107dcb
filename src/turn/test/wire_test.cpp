// The bytes of TURN beside those of STUN.
#include "turn/wire.hpp"

#include <gtest/gtest.h>

#include "stun/writing.hpp"

namespace offhook::turn {
namespace {

using std::string_view_literals::operator""sv;

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes)
    for (const int nibble : {static_cast<unsigned char>(c) >> 4, static_cast<unsigned char>(c) & 15})
      out += std::string_view("0123456789abcdef")[static_cast<std::size_t>(nibble)];
  return out;
}

// The example of RFC 8489 §9.2.2.
TEST(TurnWire, KeyOfLongTermCredentials) {
  EXPECT_EQ(hex(long_term_key("user", "realm", "pass")), "8493fbc53ba582fb4c044c456bdc40eb");
}

TEST(TurnWire, ChannelData) {
  const auto data = parse_channel_data("\x40\x01\0\3abc"sv);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->channel, 0x4001);
  EXPECT_EQ(data->data, "abc");
  EXPECT_EQ(parse_channel_data("\x4f\xff\0\1abcd"sv)->data, "a") << "the rest is padding";
  EXPECT_EQ(parse_channel_data("\x40\0\0\0"sv)->data, "");
  EXPECT_FALSE(parse_channel_data("\x40\1\0\4abc"sv)) << "ends too early";
  EXPECT_FALSE(parse_channel_data("\x40\1\0"sv));
  EXPECT_FALSE(parse_channel_data("\x3f\1\0\0"sv)) << "STUN";
  EXPECT_FALSE(parse_channel_data("\x50\1\0\0"sv)) << "reserved";
  EXPECT_FALSE(parse_channel_data(""));
}

TEST(TurnWire, NumbersAreOfFourOctets) {
  std::string text = stun::header(stun::Class::Request, kRefresh, {0x21, 0x12, 0xa4, 0x42});
  put_number(text, kLifetime, 0x01020304);
  stun::put_attribute(text, kChannelNumber, "ab");
  stun::put_length(text);
  const auto message = stun::Message::parse(text);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->method, kRefresh);
  EXPECT_EQ(number_of(*message, kLifetime), 0x01020304U);
  EXPECT_EQ(number_of(*message, kChannelNumber), std::nullopt);
  EXPECT_EQ(number_of(*message, kRealm), std::nullopt);
}

}  // namespace
}  // namespace offhook::turn
