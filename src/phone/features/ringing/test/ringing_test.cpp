#include "features/ringing/ringing.hpp"

#include <gmock/gmock.h>

#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

TEST(Ringing, AnIncomingCallIsMissedAfterTheRingingTimeout) {
  SimOffice office;
  office.add_all(2);
  (void)office.tell("A", "call 1002");
  office.run(milliseconds(119'900));
  EXPECT_EQ(office.state("B", 1), "ringing");
  office.run(milliseconds(200));
  EXPECT_NE(office.find_sent("B 480 INVITE"), nullptr);
  EXPECT_EQ(office.state("B", 1), "ended");
  EXPECT_EQ(office.note("B", 1), "missed call");
  EXPECT_EQ(office.state("A", 1), "ended");
}

TEST(Ringing, AnOutgoingCallIsGivenUpAfterTheRingbackTimeout) {
  SimOffice office;
  office.add("A", [](auto& c) { c.ringing.ringback_timeout = seconds(30); });
  office.add("B");
  (void)office.tell("A", "call 1002");
  office.run(milliseconds(29'900));
  EXPECT_EQ(office.state("A", 1), "ringback");
  office.run(milliseconds(300));
  EXPECT_NE(office.find_sent("A CANCEL"), nullptr);
  EXPECT_EQ(office.state("A", 1), "ended");
  EXPECT_EQ(office.note("A", 1), "no answer");
  EXPECT_EQ(office.state("B", 1), "ended");
  EXPECT_EQ(office.note("B", 1), "missed call");
}

TEST(Ringing, AnAnsweredCallHasNoTimeout) {
  SimOffice office;
  office.add_all(2);
  office.connect("A", "B");
  office.run(seconds(600));
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.state("B", 1), "talking");
  EXPECT_EQ(office.rack().counts().call_timers, 0u);
}

TEST(Ringing, TheCallerWhoGivesUpLeavesAMissedCall) {
  SimOffice office;
  office.add_all(2);
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_EQ(office.tell("A", "hangup"), "");
  EXPECT_EQ(office.state("A", 1), "ended");
  office.settle();
  EXPECT_EQ(office.note("B", 1), "missed call");
  EXPECT_NE(office.find_sent("B 487 INVITE"), nullptr);
}

}  // namespace
}  // namespace offhook::phone::test
