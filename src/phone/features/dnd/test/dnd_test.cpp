#include "features/dnd/dnd.hpp"

#include <gmock/gmock.h>

#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using ::testing::ElementsAre;

void switch_on(config::PhoneConfig& c) { c.accounts[0].dnd.enabled = true; }

TEST(Dnd, RefusesWith480AndDoesNotRing) {
  SimOffice office;
  office.add("A");
  office.add("B", switch_on);
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_THAT(office.sent(), ElementsAre("A INVITE", "B 480 INVITE", "A ACK"));
  EXPECT_EQ(office.note("B", 1), "refused: do not disturb");
  EXPECT_EQ(office.state("A", 1), "ended");
}

TEST(Dnd, RefusesWithTheConfiguredCode) {
  for (const int code : {404, 480, 486, 603}) {
    SimOffice office;
    office.add("A");
    office.add("B", [&](auto& c) {
      switch_on(c);
      c.refuse.dnd_code = code;
    });
    (void)office.tell("A", "call 1002");
    office.settle();
    EXPECT_NE(office.find_sent("B " + std::to_string(code) + " INVITE"), nullptr) << code;
  }
}

TEST(Dnd, EmergencyCallersPass) {
  SimOffice office;
  office.add("A");
  office.add("B", [](auto& c) {
    switch_on(c);
    c.accounts[0].dnd.emergency_enabled = true;
    c.accounts[0].dnd.emergency_callers = {"110", "1001"};
  });
  office.add("C");
  (void)office.tell("A", "call 1002");
  (void)office.tell("C", "call 1002");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "ringback");
  EXPECT_EQ(office.state("C", 1), "ended");
}

TEST(Dnd, BusyForwardTakesTheCallsOfADisturbedPhone) {
  SimOffice office;
  office.add("A");
  office.add("B", [](auto& c) {
    switch_on(c);
    c.accounts[0].forward.busy = {true, "1003", "", ""};
    c.accounts[0].forward.no_answer = {true, "1001", "", ""};
  });
  office.add("C");
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_THAT(office.sent(), ElementsAre("A INVITE", "B 302 INVITE", "A ACK", "A INVITE", "C 180 INVITE"));
}

TEST(Dnd, ForwardAlwaysStandsBeforeIt) {
  SimOffice office;
  office.add("A");
  office.add("B", [](auto& c) {
    switch_on(c);
    c.accounts[0].forward.always = {true, "1003", "", ""};
  });
  office.add("C");
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_EQ(office.state("C", 1), "ringing");
}

TEST(Dnd, DoesNotKeepThePersonFromCalling) {
  SimOffice office;
  office.add("A", switch_on);
  office.add("B");
  office.connect("A", "B");
  EXPECT_EQ(office.state("A", 1), "talking");
}

TEST(Dnd, CommandsSwitchIt) {
  SimOffice office;
  office.add("A");
  office.add("B");
  office.changes.clear();
  EXPECT_EQ(office.tell("B", "dnd on"), "");
  EXPECT_TRUE(office.view("B").dnd);
  EXPECT_THAT(office.changes, ElementsAre("B settings"));
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "ended");
  EXPECT_EQ(office.tell("B", "dnd off"), "");
  EXPECT_FALSE(office.view("B").dnd);
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_EQ(office.state("A", 2), "ringback");
}

TEST(Dnd, MustBeAllowed) {
  SimOffice office;
  office.add("A", [](auto& c) {
    switch_on(c);
    c.accounts[0].dnd.allowed = false;
  });
  EXPECT_FALSE(office.view("A").dnd);
  EXPECT_EQ(office.tell("A", "dnd on"), "do not disturb is not allowed (features.dnd.allow)");
}

TEST(Dnd, CustomModeSwitchesTheDefaultAccountOnly) {
  SimOffice office;
  office.add("A", [](auto& c) {
    c.accounts.push_back(c.accounts[0]);
    c.accounts[1].index = 2;
    c.accounts[1].user_name = "2001";
    for (auto& account : c.accounts) account.dnd.mode = config::FeatureMode::Custom;
    c.default_account = 2;
  });
  office.add("B");
  office.pbx().known["2001"] = at(5061);
  (void)office.tell("A", "dnd on");
  (void)office.tell("B", "call 2001");
  office.settle();
  EXPECT_EQ(office.state("B", 1), "ended");
  (void)office.tell("B", "call 1001");
  office.settle();
  EXPECT_EQ(office.state("B", 2), "ringback");
}

}  // namespace
}  // namespace offhook::phone::test
