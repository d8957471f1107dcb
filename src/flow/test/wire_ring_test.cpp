#include "flow/wire_ring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::flow {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Endpoint kProxy{IpAddress::v4(10, 0, 0, 1), 5060}, kPhone{IpAddress::v4(10, 0, 1, 1), 5060},
    kOther{IpAddress::v4(10, 0, 1, 2), 5060};

Now at(int s) { return {TimePoint(seconds(s)), WallTime(seconds(1'700'000'000 + s))}; }
transport::Flow to(Endpoint remote) { return {transport::Protocol::Udp, kProxy, remote, 0}; }

std::string message(const std::string& call, const std::string& from, const std::string& called, std::size_t body = 0) {
  return "INVITE sip:" + called + "@10.0.0.1 SIP/2.0\r\nFrom: <sip:" + from + "@x>;tag=1\r\nTo: <sip:" + called +
         "@x>\r\nCall-ID: " + call + "\r\n\r\n" + std::string(body, 'b');
}

class WireRingTest : public testing::Test {
 protected:
  void hear(int s, const std::string& call, Endpoint from = kPhone, std::size_t body = 0) {
    ring_.received(at(s), to(from), message(call, "alice", "bob", body));
  }
  [[nodiscard]] std::vector<std::string> calls(const WireQuestion& question) const {
    std::vector<std::string> out;
    for (const Record& record : ring_.find(question)) {
      const auto begin = record.bytes.find("Call-ID: ") + 9;
      out.push_back(record.bytes.substr(begin, record.bytes.find('\r', begin) - begin));
    }
    return out;
  }
  static WireQuestion of_call(const std::string& call) {
    WireQuestion out;
    out.call_ids = {call};
    return out;
  }

  WireRing ring_{{100'000, seconds(60)}};
};

TEST_F(WireRingTest, MessagesOfACallAndWhichWayTheyWent) {
  hear(1, "a");
  hear(2, "b");
  ring_.sent(at(3), to(kOther), message("a", "alice", "bob"));
  const auto found = ring_.find(of_call("a"));
  ASSERT_EQ(found.size(), 2);
  EXPECT_EQ(found[0].from, kPhone);
  EXPECT_EQ(found[0].to, kProxy);
  EXPECT_EQ(found[0].to_party, "proxy");
  EXPECT_EQ(found[0].sent.wall, at(1).wall);
  EXPECT_EQ(found[1].from_party, "proxy");
  EXPECT_EQ(found[1].to, kOther);
  EXPECT_TRUE(found[1].delivered.has_value());
  EXPECT_EQ(found[0].bytes, message("a", "alice", "bob"));
  EXPECT_THAT(calls(of_call("c")), IsEmpty());
  EXPECT_THAT(calls({}), ElementsAre("a", "b", "a"));
}

TEST_F(WireRingTest, AUsersMessagesAreAllOfHisCalls) {
  ring_.received(at(1), to(kPhone), message("a", "alice", "bob"));
  ring_.received(at(2), to(kPhone), message("b", "carol", "dave"));
  ring_.sent(at(3), to(kOther), message("b", "carol", "%62o%62"));  // escaped
  ring_.received(at(4), to(kPhone), message("c", "bob", "dave"));
  ring_.received(at(5), to(kPhone), message("d", "carol", "dave"));
  WireQuestion question;
  question.users = {"bob"};
  EXPECT_THAT(calls(question), ElementsAre("a", "b", "b", "c"));
  question.users = {"Bob"};
  EXPECT_THAT(calls(question), IsEmpty());
  question.remotes = {kOther};
  EXPECT_THAT(calls(question), ElementsAre("b", "b"));
  question.since = at(3).mono;
  EXPECT_THAT(calls(question), ElementsAre("b"));
}

TEST_F(WireRingTest, WhatIsOldGoes) {
  hear(0, "a");
  hear(60, "b");
  EXPECT_THAT(calls({}), ElementsAre("a", "b"));
  hear(61, "c");
  EXPECT_THAT(calls({}), ElementsAre("b", "c"));
}

TEST_F(WireRingTest, BytesAreBoundedAndTheOldestMakeRoom) {
  for (int i = 0; i < 5000; ++i) {
    hear(1, std::to_string(i), kPhone, static_cast<std::size_t>(i * 7919 % 3000));
    ASSERT_LE(ring_.bytes(), 100'000);
    if (i % 13 != 0) continue;
    const auto found = ring_.find({});
    ASSERT_FALSE(found.empty());
    // Whole messages, the newest, without a gap.
    for (std::size_t k = 0; k < found.size(); ++k)
      ASSERT_EQ(found[k].bytes, message(std::to_string(static_cast<std::size_t>(i) + 1 - found.size() + k), "alice",
                                        "bob", (static_cast<std::size_t>(i) + 1 - found.size() + k) * 7919 % 3000))
          << i;
  }
  EXPECT_GT(ring_.count(), 15);
  WireQuestion newest;
  newest.most = 5000;
  std::size_t bytes = 0;
  for (const Record& record : ring_.find(newest)) bytes += record.bytes.size();
  EXPECT_LE(bytes, 5000);
  EXPECT_EQ(calls(newest).back(), "4999");
}

TEST_F(WireRingTest, SmallMessagesDoNotGoBeyondTheBytesEither) {
  for (int i = 0; i < 5000; ++i) {
    ring_.received(at(1), to(kPhone), "A\ni:" + std::to_string(i));
    ASSERT_LE(ring_.bytes(), 100'000);
  }
  EXPECT_GT(ring_.count(), 50);
}

TEST_F(WireRingTest, NoCallIdAndWhatDoesNotFitIsLeftOut) {
  ring_.received(at(1), to(kPhone), "\r\n\r\n");
  ring_.received(at(1), to(kPhone), std::string(60'000, 'j'));
  hear(1, "large", kPhone, 90'000);
  EXPECT_EQ(ring_.count(), 0);
}

TEST_F(WireRingTest, NoCredentialsAreKept) {
  ring_.received(at(1), to(kPhone),
                 "REGISTER sip:x SIP/2.0\r\nCall-ID: a\r\nAuthorization: Digest response=\"0123\"\r\n\r\n");
  EXPECT_THAT(ring_.find({}).at(0).bytes, HasSubstr("response=\"xxxx\""));
}

TEST_F(WireRingTest, AnotherAgeKeepsAndOtherBytesBeginAnew) {
  hear(1, "a");
  ring_.configure({100'000, seconds(10)});
  EXPECT_EQ(ring_.count(), 1);
  hear(12, "b");
  EXPECT_THAT(calls({}), ElementsAre("b"));
  ring_.configure({50'000, seconds(10)});
  EXPECT_EQ(ring_.count(), 0);
  hear(13, "c");
  EXPECT_THAT(calls({}), ElementsAre("c"));
}

TEST_F(WireRingTest, SeveralRingsAreOneRecord) {
  WireRing second({100'000, seconds(60)});
  hear(1, "a");
  second.received(at(2), to(kPhone), message("b", "alice", "bob"));
  hear(3, "a");
  const auto merged = merge({ring_.find({}), second.find({})});
  ASSERT_EQ(merged.size(), 3);
  EXPECT_THAT(merged[1].bytes, HasSubstr("Call-ID: b"));
  EXPECT_EQ(merged[2].number, 3);
  EXPECT_FALSE(merged[0].retransmission);
  EXPECT_TRUE(merged[2].retransmission);
  const std::size_t one = merged[0].bytes.size();
  EXPECT_EQ(merge({ring_.find({}), second.find({})}, 2 * one).size(), 2);
}

}  // namespace
}  // namespace offhook::flow
