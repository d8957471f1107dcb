#include "flow/recorder.hpp"

#include <gtest/gtest.h>

namespace offhook::flow {
namespace {

const Endpoint kA{IpAddress::v4(10, 0, 1, 1), 5060};
const Endpoint kP{IpAddress::v4(10, 0, 0, 1), 5060};
constexpr transport::Protocol kUdp = transport::Protocol::Udp;

Now at(int ms) { return {TimePoint(milliseconds(ms)), WallTime(seconds(1000) + milliseconds(ms))}; }
transport::Flow from_a() { return {kUdp, kA, kP, 0}; }
transport::Flow to_p() { return {kUdp, kP, kA, 0}; }

class RecorderTest : public testing::Test {
 protected:
  RecorderTest() {
    recorder.name(kA, "A");
    recorder.name(kP, "P");
  }
  Recorder recorder;
};

TEST_F(RecorderTest, ArrivalCompletesTheRecordOfTheSending) {
  recorder.sent(at(1), Kind::Sip, from_a(), "hello");
  ASSERT_EQ(recorder.sip().size(), 1);
  EXPECT_FALSE(recorder.sip()[0].delivered);
  recorder.received(at(3), Kind::Sip, to_p(), "hello");
  ASSERT_EQ(recorder.sip().size(), 1);
  const Record& record = recorder.sip()[0];
  EXPECT_EQ(record.from_party, "A");
  EXPECT_EQ(record.to_party, "P");
  EXPECT_EQ(record.delivered, at(3).mono);
  EXPECT_EQ(record.deliveries, 1);
  EXPECT_FALSE(record.retransmission);
}

TEST_F(RecorderTest, DuplicateOfTheNetworkIsCountedNotListed) {
  recorder.sent(at(1), Kind::Sip, from_a(), "hello");
  recorder.received(at(3), Kind::Sip, to_p(), "hello");
  recorder.received(at(4), Kind::Sip, to_p(), "hello");
  ASSERT_EQ(recorder.sip().size(), 1);
  EXPECT_EQ(recorder.sip()[0].deliveries, 2);
  EXPECT_EQ(recorder.sip()[0].delivered, at(3).mono);
}

TEST_F(RecorderTest, SameBytesTheSameWayAreARetransmissionAndTheFirstOneStaysLost) {
  recorder.sent(at(1), Kind::Sip, from_a(), "hello");
  recorder.sent(at(501), Kind::Sip, from_a(), "hello");
  recorder.received(at(503), Kind::Sip, to_p(), "hello");
  ASSERT_EQ(recorder.sip().size(), 2);
  EXPECT_FALSE(recorder.sip()[0].retransmission);
  EXPECT_FALSE(recorder.sip()[0].delivered);
  EXPECT_TRUE(recorder.sip()[1].retransmission);
  EXPECT_EQ(recorder.sip()[1].delivered, at(503).mono);
}

TEST_F(RecorderTest, OtherWayIsNoRetransmission) {
  recorder.sent(at(1), Kind::Sip, from_a(), "hello");
  recorder.sent(at(2), Kind::Sip, to_p(), "hello");
  EXPECT_FALSE(recorder.sip()[1].retransmission);
}

TEST_F(RecorderTest, StrangerIsNamedByItsAddressAndItsMessageBeginsAtItsArrival) {
  const Endpoint stranger{IpAddress::v4(192, 0, 2, 9), 5062};
  recorder.received(at(7), Kind::Sip, {kUdp, kP, stranger, 0}, "hi");
  ASSERT_EQ(recorder.sip().size(), 1);
  EXPECT_EQ(recorder.sip()[0].from_party, "192.0.2.9:5062");
  EXPECT_EQ(recorder.sip()[0].sent.mono, at(7).mono);
  EXPECT_EQ(recorder.sip()[0].deliveries, 1);
}

TEST_F(RecorderTest, RtpIsCountedAlsoWhereItsBytesAreNotKept) {
  Recorder thrifty({100, 0});
  thrifty.name({kA.address, 11780}, "A");
  const transport::Flow audio{kUdp, {kA.address, 11780}, {kP.address, 11780}, 0};
  thrifty.sent(at(1), Kind::Rtp, audio, "rtp");
  thrifty.sent(at(2), Kind::Rtp, audio, "rtp");
  thrifty.sent(at(2), Kind::Rtcp, audio, "rtcp");
  EXPECT_EQ(thrifty.rtp_sent("A"), 2);
  EXPECT_EQ(thrifty.rtp_sent("B"), 0);
  EXPECT_TRUE(thrifty.rtp().empty());
  recorder.sent(at(1), Kind::Rtp, audio, "rtp");
  ASSERT_EQ(recorder.rtp().size(), 1);
  EXPECT_EQ(recorder.rtp()[0].bytes, "rtp");
}

TEST_F(RecorderTest, OldestGoFirstAndAreForgottenAsOriginals) {
  Recorder small({2, 2});
  small.sent(at(1), Kind::Sip, from_a(), "one");
  small.sent(at(2), Kind::Sip, from_a(), "two");
  small.sent(at(3), Kind::Sip, from_a(), "three");
  ASSERT_EQ(small.sip().size(), 2);
  EXPECT_EQ(small.sip()[0].bytes, "two");
  EXPECT_EQ(small.sip()[0].number, 2);
  EXPECT_EQ(small.sip(1), nullptr);
  ASSERT_NE(small.sip(3), nullptr);
  small.sent(at(4), Kind::Sip, from_a(), "one");
  EXPECT_FALSE(small.sip().back().retransmission);
}

TEST_F(RecorderTest, WatcherSeesEachSipRecordWhenItIsNewAndWhenItIsCompleted) {
  std::vector<std::pair<std::uint64_t, int>> seen;
  recorder.on_sip([&](const Record& record) { seen.emplace_back(record.number, record.deliveries); });
  recorder.sent(at(1), Kind::Rtp, from_a(), "rtp");
  recorder.sent(at(1), Kind::Sip, from_a(), "hello");
  recorder.received(at(2), Kind::Sip, to_p(), "hello");
  EXPECT_EQ(seen, (std::vector<std::pair<std::uint64_t, int>>{{2, 0}, {2, 1}}));
  EXPECT_EQ(recorder.changes(), 2);
}

}  // namespace
}  // namespace offhook::flow
