#include "features/conference/conference.hpp"

#include <gmock/gmock.h>

#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using testing::ElementsAre;

class Conference : public testing::Test {
 protected:
  // A talks to B, holds B, talks to C.
  void meet(const SimOffice::Adjust& adjust_a = {}) {
    office.add("A", adjust_a);
    for (const char* name : {"B", "C", "D", "E", "F"}) office.add(name);
    office.connect("A", "B");
    office.connect("A", "C");
    office.seen.clear();
  }
  void confer() {
    EXPECT_EQ(office.tell("A", "conference"), "");
    office.settle();
  }
  // "1 talking, 2 held": A's calls that are members.
  std::string members() const {
    std::string out;
    for (const CallView& call : office.view("A").calls)
      if (call.conference && call.state != CallState::Ended)
        out += (out.empty() ? "" : ", ") + std::to_string(call.id) + ' ' + std::string(call_state_name(call.state));
    return out;
  }
  std::uint32_t room(int call) const { return office.plan(*office.rack().leg_of(office.id("A"), call)).room; }
  mutable SimOffice office;
};

TEST_F(Conference, TheHeldCallIsResumedAndBothAreMixed) {
  meet();
  EXPECT_EQ(office.tell("A", "conference"), "");
  EXPECT_EQ(office.audio("A", 1), "inactive") << "not before B has agreed";
  EXPECT_EQ(room(2), 1U);
  office.settle();
  EXPECT_THAT(office.sent(), ElementsAre("A INVITE", "B 200 INVITE", "A ACK"));
  EXPECT_EQ(members(), "1 talking, 2 talking");
  EXPECT_EQ(office.audio("A", 1), "sendrecv");
  EXPECT_EQ(office.audio("A", 2), "sendrecv");
  EXPECT_EQ(room(1), 1U);
  EXPECT_EQ(room(2), 1U);
  EXPECT_EQ(office.state("B", 1), "talking");
}

TEST_F(Conference, HoldAndResumeMeanAllOfIt) {
  meet();
  confer();
  EXPECT_EQ(office.tell("A", "hold"), "");
  office.settle();
  EXPECT_EQ(members(), "1 held, 2 held");
  EXPECT_EQ(office.audio("A", 1), "inactive");
  EXPECT_EQ(office.audio("A", 2), "inactive");
  EXPECT_EQ(office.tell("A", "resume 2"), "");
  office.settle();
  EXPECT_EQ(members(), "1 talking, 2 talking");
  EXPECT_EQ(office.tell("A", "hold 1"), "") << "with the number of a member too";
  office.settle();
  EXPECT_EQ(members(), "1 held, 2 held");
}

TEST_F(Conference, WhoLeavesLeavesACallLikeAnyOther) {
  meet();
  confer();
  (void)office.tell("B", "hangup");
  office.settle();
  EXPECT_EQ(members(), "");
  EXPECT_EQ(office.state("A", 2), "talking");
  EXPECT_EQ(room(2), 0U);
  EXPECT_EQ(office.audio("A", 2), "sendrecv");
}

TEST_F(Conference, ThePersonMayLetOneGo) {
  meet();
  confer();
  EXPECT_EQ(office.tell("A", "hangup 2"), "");
  office.settle();
  EXPECT_EQ(office.state("C", 1), "ended");
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(room(1), 0U);
}

TEST_F(Conference, HangingUpEndsAllOfIt) {
  meet();
  confer();
  EXPECT_EQ(office.tell("A", "hangup"), "");
  office.settle();
  for (const char* name : {"B", "C"}) EXPECT_EQ(office.state(name, 1), "ended") << name;
}

TEST_F(Conference, SplitLeavesTwoCallsOnHold) {
  meet();
  EXPECT_EQ(office.tell("A", "split"), "there is no conference");
  confer();
  EXPECT_EQ(office.tell("A", "split"), "");
  office.settle();
  EXPECT_EQ(members(), "");
  EXPECT_EQ(office.state("A", 1), "held");
  EXPECT_EQ(office.state("A", 2), "held");
  EXPECT_EQ(office.tell("A", "resume 1"), "");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.state("A", 2), "held");
  EXPECT_EQ(room(1), 0U);
}

TEST_F(Conference, ACallThatIsAnsweredMeanwhileHoldsAllOfIt) {
  meet();
  confer();
  (void)office.tell("D", "call 1001");
  office.settle();
  EXPECT_EQ(office.tell("A", "answer"), "");
  office.settle();
  EXPECT_EQ(members(), "1 held, 2 held");
  EXPECT_EQ(office.state("A", 3), "talking");
  EXPECT_EQ(office.tell("A", "resume 1"), "");
  office.settle();
  EXPECT_EQ(members(), "1 talking, 2 talking");
  EXPECT_EQ(office.state("A", 3), "held");
}

TEST_F(Conference, AFourthDoesNotFitIntoThree) {
  meet();
  confer();
  (void)office.tell("A", "call 1004");
  office.settle();
  (void)office.tell("D", "answer");
  office.settle();
  EXPECT_EQ(members(), "1 held, 2 held");
  EXPECT_EQ(office.tell("A", "conference"), "a conference of 4 is too large: this phone mixes 3");
  EXPECT_EQ(members(), "1 held, 2 held");
}

TEST_F(Conference, FiveOnACp860) {
  meet([](config::PhoneConfig& c) { c.model = &config::model(config::ModelId::CP860); });
  confer();
  for (const char* name : {"D", "E"}) {
    office.connect("A", name);
    confer();
  }
  EXPECT_EQ(members(), "1 talking, 2 talking, 3 talking, 4 talking");
  for (int call = 1; call <= 4; ++call) {
    EXPECT_EQ(office.audio("A", call), "sendrecv") << call;
    EXPECT_EQ(room(call), 1U) << call;
  }
  office.connect("A", "F");
  EXPECT_EQ(office.tell("A", "conference"), "a conference of 6 is too large: this phone mixes 5");
}

// B does not want to come back: C stays, alone with A.
TEST_F(Conference, WhoDoesNotComeBackIsNoMember) {
  meet();
  office.tamper = [](const std::string& from, std::string& bytes) {
    if (from == "B" && bytes.starts_with("SIP/2.0 200 OK")) bytes.replace(0, 14, "SIP/2.0 488 Not Acceptable Here");
  };
  confer();
  office.tamper = {};
  EXPECT_EQ(members(), "");
  EXPECT_EQ(office.state("A", 1), "held");
  EXPECT_EQ(office.state("A", 2), "talking");
  EXPECT_EQ(room(2), 0U);
}

TEST_F(Conference, WhatCannotBeJoinedIsSaid) {
  office.add("A");
  office.add("B");
  EXPECT_EQ(office.tell("A", "conference"), "no call that talks to join others to");
  office.connect("A", "B");
  EXPECT_EQ(office.tell("A", "conference"), "no call on hold to join");
  EXPECT_EQ(office.tell("A", "conference 7"), "there is no call 7");
  EXPECT_EQ(office.tell("A", "conference 1"), "cannot join call 1: it is talking");
}

TEST_F(Conference, OfTheServerIsNotThereYet) {
  meet([](config::PhoneConfig& c) { c.accounts[0].network_conference = true; });
  EXPECT_EQ(office.tell("A", "conference"),
            "conferences of account 1 are the server's, which this phone does not ask for yet (account.X.conf_type)");
  EXPECT_EQ(members(), "");
}

TEST_F(Conference, ANumberChoosesAmongCallsOnHold) {
  meet();
  office.connect("A", "D");
  EXPECT_EQ(office.tell("A", "conference 1"), "");
  office.settle();
  EXPECT_EQ(members(), "1 talking, 3 talking");
  EXPECT_EQ(office.state("A", 2), "held");
}

}  // namespace
}  // namespace offhook::phone::test
