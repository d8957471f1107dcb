#include "features/call_waiting/call_waiting.hpp"

#include <gmock/gmock.h>

#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using ::testing::ElementsAre;

// A and B talk, C calls A.
class CallWaiting : public ::testing::Test {
 protected:
  CallWaiting() {
    office.add_all(3);
    office.connect("A", "B");
    office.seen.clear();
    (void)office.tell("C", "call 1001");
    office.settle();
  }
  SimOffice office;
};

TEST_F(CallWaiting, TheSecondCallWaits) {
  EXPECT_EQ(office.state("A", 2), "ringing");
  EXPECT_TRUE(office.call("A", 2).waiting);
  EXPECT_FALSE(office.call("A", 1).waiting);
  EXPECT_EQ(office.state("C", 1), "ringback");
  EXPECT_EQ(office.state("A", 1), "talking");
}

TEST_F(CallWaiting, HoldIsCompleteBeforeThe200LeavesToTheWaitingCaller) {
  office.seen.clear();
  EXPECT_EQ(office.tell("A", "answer"), "");
  EXPECT_THAT(office.call("A", 2).actions, ElementsAre(Action::Reject));
  office.settle();
  // F13-F18, then F19-F22 of flow 6.5.
  EXPECT_THAT(office.sent(), ElementsAre("A INVITE", "B 200 INVITE", "A ACK", "A 200 INVITE", "C ACK"));
  EXPECT_EQ(office.state("A", 1), "held");
  EXPECT_EQ(office.state("A", 2), "talking");
  EXPECT_EQ(office.state("B", 1), "held-by-remote");
  EXPECT_EQ(office.state("C", 1), "talking");
}

TEST_F(CallWaiting, OnlyOneCallHasTheAudio) {
  (void)office.tell("A", "answer");
  office.settle();
  EXPECT_EQ(office.audio("A", 1), "inactive");
  EXPECT_EQ(office.audio("A", 2), "sendrecv");
  EXPECT_EQ(office.audio("B", 1), "recvonly");
  EXPECT_EQ(office.audio("C", 1), "sendrecv");
}

TEST_F(CallWaiting, ResumeSwapsTheCalls) {
  (void)office.tell("A", "answer");
  office.settle();
  office.seen.clear();
  EXPECT_EQ(office.tell("A", "resume 1"), "");
  office.settle();
  EXPECT_THAT(office.sent(), ElementsAre("A INVITE", "C 200 INVITE", "A ACK", "A INVITE", "B 200 INVITE", "A ACK"));
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.state("A", 2), "held");
  EXPECT_EQ(office.audio("A", 1), "sendrecv");
  EXPECT_EQ(office.audio("A", 2), "inactive");
  EXPECT_EQ(office.audio("C", 1), "recvonly");
}

TEST_F(CallWaiting, ASecondWishWhileTheHoldIsOnItsWayIsRefused) {
  (void)office.tell("A", "answer");
  EXPECT_EQ(office.tell("A", "call 1002"), "another call is just being put on hold");
  office.settle();
  EXPECT_EQ(office.state("A", 2), "talking");
}

TEST_F(CallWaiting, TheCallerWhoGivesUpMeanwhileIsNotAnswered) {
  (void)office.tell("C", "hangup");
  (void)office.tell("A", "answer");
  office.settle();
  EXPECT_EQ(office.state("A", 2), "ended");
  EXPECT_EQ(office.find_sent("A 200 INVITE"), nullptr);
  EXPECT_EQ(office.state("A", 1), "held") << "the hold stands; the person resumes";
}

TEST_F(CallWaiting, WhenTheActiveCallEndsDuringTheHoldTheAnswerGoesOn) {
  (void)office.tell("B", "hangup");
  (void)office.tell("A", "answer");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "ended");
  EXPECT_EQ(office.state("A", 2), "talking");
}

TEST_F(CallWaiting, RejectLeavesTheFirstCallAlone) {
  office.seen.clear();
  EXPECT_EQ(office.tell("A", "reject"), "");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.audio("A", 1), "sendrecv");
  EXPECT_THAT(office.sent(), ElementsAre("A 486 INVITE", "C ACK"));
}

TEST_F(CallWaiting, HangUpWithoutANumberMeansTheCallInTheHand) {
  (void)office.tell("A", "answer");
  office.settle();
  EXPECT_EQ(office.tell("A", "hangup"), "");
  office.settle();
  EXPECT_EQ(office.state("A", 2), "ended");
  EXPECT_EQ(office.state("A", 1), "held");
}

TEST(CallWaitingDial, DiallingWhileTalkingHoldsFirst) {
  SimOffice office;
  office.add_all(3);
  office.connect("A", "B");
  office.seen.clear();
  EXPECT_EQ(office.tell("A", "call 1003"), "");
  EXPECT_EQ(office.state("A", 2), "dialing");
  EXPECT_EQ(office.rack().counts().calls, 3u) << "A's, B's and the one that waits for its turn";
  office.settle();
  EXPECT_THAT(office.sent(), ElementsAre("A INVITE", "B 200 INVITE", "A ACK", "A INVITE", "C 180 INVITE"));
  (void)office.tell("C", "answer");
  office.settle();
  EXPECT_EQ(office.audio("A", 2), "sendrecv");
  EXPECT_EQ(office.audio("A", 1), "inactive");
}

TEST(CallWaitingDial, ACallThatStillWaitsForItsTurnCanBeHungUp) {
  SimOffice office;
  office.add_all(3);
  office.connect("A", "B");
  office.seen.clear();
  (void)office.tell("A", "call 1003");
  EXPECT_EQ(office.tell("A", "hangup 2"), "");
  office.settle();
  EXPECT_THAT(office.sent(), ElementsAre("A INVITE", "B 200 INVITE", "A ACK"));
  EXPECT_EQ(office.state("A", 2), "ended");
}

// B's phone says 488 to the re-INVITE: the person's wish counts all the same, and B does not hear what A says to C.
TEST_F(CallWaiting, AHoldThatIsRefusedDoesNotStopTheAnswer) {
  office.tamper = [](const std::string& from, std::string& bytes) {
    if (from == "B" && bytes.starts_with("SIP/2.0 200 OK")) bytes.replace(0, 14, "SIP/2.0 488 Not Acceptable Here");
  };
  (void)office.tell("A", "answer");
  office.settle();
  office.tamper = {};
  EXPECT_EQ(office.state("A", 2), "talking");
  EXPECT_EQ(office.audio("A", 2), "sendrecv");
  EXPECT_EQ(office.audio("A", 1), "inactive");
  EXPECT_EQ(office.state("A", 1), "held");
  EXPECT_EQ(office.note("A", 1), "hold refused: muted here");
  office.seen.clear();
  (void)office.tell("A", "hangup");
  EXPECT_EQ(office.tell("A", "resume"), "");
  EXPECT_EQ(office.audio("A", 1), "sendrecv") << "the far end never knew of it: nothing to ask";
  EXPECT_EQ(office.find_sent("A INVITE"), nullptr);
}

// A dials C, answers B meanwhile; then C answers: the newest conversation takes the audio.
TEST(CallWaitingDial, ALateAnswerDoesNotMakeTwoTalkingCalls) {
  SimOffice office;
  office.add_all(3);
  (void)office.tell("A", "call 1003");
  office.settle();
  (void)office.tell("B", "call 1001");
  office.settle();
  EXPECT_EQ(office.tell("A", "answer"), "");
  office.settle();
  EXPECT_EQ(office.state("A", 2), "talking");
  (void)office.tell("C", "answer");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.state("A", 2), "held");
  EXPECT_EQ(office.audio("A", 2), "inactive");
}

TEST(CallWaitingOff, ABusyPhoneAnswers486AndDoesNotRing) {
  SimOffice office;
  office.add("A", [](auto& c) { c.call_waiting.enabled = false; });
  office.add("B");
  office.add("C");
  office.connect("A", "B");
  office.seen.clear();
  (void)office.tell("C", "call 1001");
  office.settle();
  EXPECT_THAT(office.sent(), ElementsAre("C INVITE", "A 486 INVITE", "C ACK"));
  EXPECT_EQ(office.state("C", 1), "ended");
  EXPECT_EQ(office.note("C", 1), "Busy Here");
  EXPECT_EQ(office.state("A", 1), "talking");
}

TEST(CallWaitingBusy, IsAFunctionOfCallsAppearancesAndTheSwitch) {
  config::CallWaitingConfig on, off;
  off.enabled = false;
  EXPECT_FALSE(call_waiting::is_busy(0, 1, off));
  EXPECT_TRUE(call_waiting::is_busy(1, 24, off));
  EXPECT_FALSE(call_waiting::is_busy(1, 24, on));
  EXPECT_FALSE(call_waiting::is_busy(23, 24, on));
  EXPECT_TRUE(call_waiting::is_busy(24, 24, on));
  EXPECT_FALSE(call_waiting::is_busy(0, 0, on)) << "an idle phone is never busy";
}

}  // namespace
}  // namespace offhook::phone::test
