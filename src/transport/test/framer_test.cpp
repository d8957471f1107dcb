#include "transport/framer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace offhook::transport {
namespace {

using testing::ElementsAre;

std::string message(std::string_view length_line, std::string_view body) {
  return "OPTIONS sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.9\r\n" + std::string(length_line) + "\r\n" +
         std::string(body);
}

struct Frames {
  std::vector<std::string> bytes;
  bool last = false;
  bool partial = false;
};

// Feeds the stream in pieces that end at the given places.
Frames feed(std::string_view stream, const std::vector<std::size_t>& cuts, bool accepted = true,
            FrameLimits limits = {}) {
  StreamFramer framer(accepted, limits);
  Frames out;
  std::size_t from = 0;
  const auto take = [&](std::size_t to) {
    framer.append(stream.substr(from, to - from));
    from = to;
    while (auto frame = framer.next()) {
      out.bytes.push_back(frame->bytes);
      out.last = out.last || frame->last;
    }
  };
  for (const std::size_t cut : cuts) take(cut);
  take(stream.size());
  out.partial = framer.is_partial();
  return out;
}

TEST(StreamFramer, EverySplitOfAStreamGivesTheSameFrames) {
  const std::string one = message("Content-Length: 3\r\n", "abc");
  const std::string two = message("l :\r\n 0\r\n", "");
  const std::string lf = "BYE sip:a@192.0.2.1 SIP/2.0\nContent-Length: 2\n\nhi";
  const std::string stream = "\r\n\r\n" + one + "\r\n\r\n" + two + "\r\n" + lf + "\r\n\r\n\r\n\r\n";
  const std::vector<std::string> expected{"\r\n\r\n", one, "\r\n\r\n", two, lf, "\r\n\r\n", "\r\n\r\n"};
  EXPECT_EQ(feed(stream, {}).bytes, expected);
  for (std::size_t a = 0; a <= stream.size(); ++a) {
    const Frames frames = feed(stream, {a});
    ASSERT_EQ(frames.bytes, expected) << a;
    ASSERT_FALSE(frames.last);
    ASSERT_FALSE(frames.partial);
  }
  std::vector<std::size_t> every;
  for (std::size_t i = 0; i < stream.size(); ++i) every.push_back(i);
  EXPECT_EQ(feed(stream, every).bytes, expected);
}

TEST(StreamFramer, WhoOpenedTheConnectionHearsPongs) {
  EXPECT_THAT(feed("\r\n\r\n\r\n", {1, 3}, false).bytes, ElementsAre("\r\n", "\r\n", "\r\n"));
}

TEST(StreamFramer, AHeadWhoseLengthCannotBeToldEndsTheStream) {
  for (const char* line :
       {"", "Content-Length: -1\r\n", "Content-Length: 5x\r\n", "Content-Length:\r\n", "Content-Length: 1\r\nl: 1\r\n",
        "Content-Length: 99999999999\r\n",
        "Content-Length: 65000\r\nX: 012345678901234567890123456789012345678901234567890123456789"
        "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
        "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
        "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
        "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
        "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
        "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678\r\n"}) {
    const std::string head = message(line, "");
    const Frames frames = feed(head + "body of unknown length", {});
    EXPECT_THAT(frames.bytes, ElementsAre(head)) << line;
    EXPECT_TRUE(frames.last) << line;
    EXPECT_FALSE(frames.partial);
  }
}

TEST(StreamFramer, AHeadWithoutEndIsBounded) {
  const FrameLimits limits{100, 200};
  EXPECT_FALSE(feed(std::string(100, 'a'), {}, true, limits).last);
  const Frames frames = feed(std::string(101, 'a'), {50}, true, limits);
  EXPECT_TRUE(frames.last);
  EXPECT_EQ(frames.bytes.size(), 1U);
}

TEST(StreamFramer, TellsThatAMessageIsNotWhole) {
  EXPECT_TRUE(feed("OPTIONS sip:a", {}).partial);
  EXPECT_TRUE(feed(message("Content-Length: 3\r\n", "ab"), {}).partial);
  EXPECT_FALSE(feed(message("Content-Length: 3\r\n", "abc"), {}).partial);
}

TEST(StreamFramer, ManyMessagesInOnePieceTakeLinearTime) {
  const std::string one = message("Content-Length: 3\r\n", "abc");
  std::string stream;
  for (int i = 0; i < 2000; ++i) stream += one;
  EXPECT_EQ(feed(stream, {}).bytes.size(), 2000U);
}

}  // namespace
}  // namespace offhook::transport
