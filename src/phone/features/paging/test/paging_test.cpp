#include "features/paging/paging.hpp"

#include <gmock/gmock.h>

#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Endpoint kFirst{IpAddress::v4(224, 1, 1, 1), 5001}, kSecond{IpAddress::v4(224, 1, 1, 2), 5002};

std::bitset<32> at(std::initializer_list<std::size_t> numbers) {
  std::bitset<32> out;
  for (const auto n : numbers) out.set(n);
  return out;
}

TEST(PagingRules, AHigherPageTakesOver) {
  const config::PagingConfig config;
  EXPECT_EQ(paging::choose(config, {}), 0);
  EXPECT_EQ(paging::choose(config, {.sounding = at({3})}), 3);
  EXPECT_EQ(paging::choose(config, {.sounding = at({3, 7})}), 3);
  EXPECT_EQ(paging::choose(config, {.heard = 7, .sounding = at({3, 7})}), 3);
  EXPECT_EQ(paging::choose(config, {.heard = 3, .sounding = at({3, 7})}), 3);
  EXPECT_EQ(paging::choose(config, {.heard = 3, .sounding = at({7})}), 7) << "and it is heard afterwards";
  EXPECT_EQ(paging::choose(config, {.sending = true, .sounding = at({1})}), 0);
}

TEST(PagingRules, WithoutRanksTheOneThatIsHeardStays) {
  config::PagingConfig config;
  config.ranked = false;
  EXPECT_EQ(paging::choose(config, {.sounding = at({7})}), 7);
  EXPECT_EQ(paging::choose(config, {.heard = 7, .sounding = at({1, 7})}), 7);
  EXPECT_EQ(paging::choose(config, {.heard = 7, .sounding = at({1})}), 1);
}

TEST(PagingRules, ACallIsInterruptedFromARankOn) {
  config::PagingConfig config;
  for (int barge = 0; barge <= 31; ++barge)
    for (int rank = 1; rank <= 31; ++rank) {
      config.interrupts_calls = barge;
      const auto sounding = at({static_cast<std::size_t>(rank)});
      EXPECT_EQ(paging::choose(config, {.in_call = true, .sounding = sounding}), rank <= barge ? rank : 0);
      EXPECT_EQ(paging::choose(config, {.in_call = false, .sounding = sounding}), rank);
    }
}

TEST(PagingRules, DoNotDisturbHasItsOwnRankAndBothCount) {
  config::PagingConfig config;
  EXPECT_EQ(paging::choose(config, {.do_not_disturb = true, .sounding = at({1})}), 0);
  config.ignores_dnd = 2;
  EXPECT_EQ(paging::choose(config, {.do_not_disturb = true, .sounding = at({2, 3})}), 2);
  EXPECT_EQ(paging::choose(config, {.do_not_disturb = true, .sounding = at({3})}), 0);
  config.interrupts_calls = 1;
  EXPECT_EQ(paging::choose(config, {.in_call = true, .do_not_disturb = true, .sounding = at({2})}), 0);
  config.ranked = false;
  EXPECT_EQ(paging::choose(config, {.in_call = true, .heard = 2, .sounding = at({1, 2})}), 1) << "2 may not stay";
}

class Paging : public testing::Test {
 protected:
  void add(const std::string& name, std::function<void(config::PagingConfig&)> adjust = {}) {
    office.add(name, [&](config::PhoneConfig& c) {
      c.paging.send = {{1, kFirst, "Fire"}, {4, kSecond, ""}};
      c.paging.listen = {{1, kFirst, "Fire"}, {2, kSecond, "Lunch"}};
      if (adjust) adjust(c.paging);
    });
  }
  void sounds(const std::string& name, int slot, bool on = true) {
    office.rack().page_changed(office.now(), {office.id(name), slot, on, kFirst});
    office.run(milliseconds(0));
  }
  // "to Fire", "from Lunch", "" for none.
  std::string page(const std::string& name) const {
    const auto view = office.view(name).page;
    return view ? (view->sent ? "to " : "from ") + view->label : "";
  }
  SimOffice office;
};

TEST_F(Paging, ListensFromTheStartToItsEnd) {
  add("A");
  ASSERT_EQ(office.listens.size(), 1U);
  EXPECT_EQ(office.listens[0].interface, IpAddress::loopback());
  ASSERT_EQ(office.listens[0].groups.size(), 2U);
  EXPECT_EQ(office.listens[0].groups[1].slot, 2);
  EXPECT_EQ(office.listens[0].groups[1].group, kSecond);
  office.rack().stop(office.now(), office.id("A"));
  office.run(milliseconds(0));
  ASSERT_EQ(office.listens.size(), 2U);
  EXPECT_THAT(office.listens[1].groups, IsEmpty());
}

TEST_F(Paging, WithoutAddressesNothingListens) {
  office.add("A");
  EXPECT_THAT(office.listens, IsEmpty());
  office.rack().stop(office.now(), office.id("A"));
  office.run(milliseconds(0));
  EXPECT_THAT(office.listens, IsEmpty());
}

TEST_F(Paging, TheHighestIsHeardAndTheOtherAfterIt) {
  add("A");
  sounds("A", 2);
  EXPECT_EQ(page("A"), "from Lunch");
  sounds("A", 1);
  EXPECT_EQ(page("A"), "from Fire");
  sounds("A", 1, false);
  sounds("A", 2, false);
  EXPECT_EQ(page("A"), "");
  EXPECT_THAT(office.pages, ElementsAre(2, 1, 2, 0));
  sounds("A", 99);  // no such address
  sounds("A", 0);
  EXPECT_EQ(page("A"), "");
}

TEST_F(Paging, SendsOneWayToTheGroup) {
  add("A");
  EXPECT_EQ(office.tell("A", "page 4"), "");
  EXPECT_EQ(page("A"), "to ");
  EXPECT_THAT(office.media_log, ElementsAre("open 1", "update 1 sendonly"));
  const auto& plan = office.plan(1);
  EXPECT_EQ(plan.remote, kSecond);
  EXPECT_EQ(plan.codec.name, "G722");
  EXPECT_EQ(plan.codec.payload_type, 9);
  EXPECT_TRUE(plan.page);
  EXPECT_EQ(office.tell("A", "page Fire"), "page 4 is being sent already");
  sounds("A", 1);
  EXPECT_EQ(page("A"), "to ") << "who speaks does not listen";
  EXPECT_EQ(office.tell("A", "endpage"), "");
  EXPECT_EQ(page("A"), "from Fire");
  EXPECT_THAT(office.media_log, ElementsAre("open 1", "update 1 sendonly", "close 1"));
  EXPECT_EQ(office.rack().counts().media_legs, 0U);
  EXPECT_EQ(office.tell("A", "endpage"), "");
  EXPECT_EQ(page("A"), "") << "left";
  EXPECT_EQ(office.tell("A", "endpage"), "no page is sent or heard");
  EXPECT_THAT(office.seen, IsEmpty()) << "no signalling";
}

TEST_F(Paging, WhatCannotBeSentIsSaid) {
  add("A", [](config::PagingConfig& c) { c.codec = "G729"; });
  EXPECT_EQ(office.tell("A", "page 2"), "there is no paging group 2 (multicast.paging_address.X)");
  EXPECT_EQ(office.tell("A", "page Lunch"), "there is no paging group Lunch (multicast.paging_address.X)");
  EXPECT_THAT(office.tell("A", "page fire"), testing::StartsWith("cannot speak G729: "));
  EXPECT_EQ(office.tell("A", "page"), "\"page\" needs the number or label of a paging group");
  EXPECT_EQ(office.tell("A", "endpage 1"), "\"endpage\" takes nothing more");
}

TEST_F(Paging, TheHandsetEndsIt) {
  add("A");
  (void)office.tell("A", "page 1");
  EXPECT_EQ(office.tell("A", "onhook"), "");
  EXPECT_EQ(page("A"), "");
}

TEST_F(Paging, ACallWaitsOnHoldForTheEndOfThePage) {
  add("A");
  office.add("B");
  office.connect("A", "B");
  office.seen.clear();
  sounds("A", 2);
  EXPECT_EQ(page("A"), "from Lunch");
  EXPECT_EQ(office.audio("A", 1), "inactive") << "at once";
  office.settle();
  EXPECT_EQ(office.state("A", 1), "held");
  EXPECT_EQ(office.state("B", 1), "held-by-remote");
  EXPECT_EQ(page("A"), "from Lunch") << "a call that waits for the page does not end it";
  sounds("A", 2, false);
  office.settle();
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.state("B", 1), "talking");
  EXPECT_THAT(office.sent(), ElementsAre("A INVITE", "B 200 INVITE", "A ACK", "A INVITE", "B 200 INVITE", "A ACK"));
}

TEST_F(Paging, APageOfTwoRanksIsOneInterruption) {
  add("A");
  office.add("B");
  office.connect("A", "B");
  office.seen.clear();
  sounds("A", 2);
  sounds("A", 1);
  office.settle();
  sounds("A", 1, false);
  sounds("A", 2, false);
  office.settle();
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.sent().size(), 6U);
}

TEST_F(Paging, APageThatIsOverBeforeTheHoldIsAnswered) {
  add("A");
  office.add("B");
  office.connect("A", "B");
  sounds("A", 1);
  sounds("A", 1, false);
  EXPECT_EQ(office.audio("A", 1), "inactive") << "one request at a time";
  office.settle();
  office.settle();
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.state("B", 1), "talking");
}

TEST_F(Paging, WithoutResumingTheCallStaysOnHold) {
  add("A", [](config::PagingConfig& c) { c.resumes_calls = false; });
  office.add("B");
  office.connect("A", "B");
  sounds("A", 1);
  office.settle();
  sounds("A", 1, false);
  office.settle();
  EXPECT_EQ(office.state("A", 1), "held");
}

TEST_F(Paging, PagesBelowTheRankOfCallsAreNotHeardInThem) {
  add("A", [](config::PagingConfig& c) { c.interrupts_calls = 1; });
  office.add("B");
  office.connect("A", "B");
  sounds("A", 2);
  office.settle();
  EXPECT_EQ(page("A"), "");
  EXPECT_EQ(office.state("A", 1), "talking");
  (void)office.tell("B", "hangup");
  office.settle();
  EXPECT_EQ(page("A"), "from Lunch") << "the call is over, the page is not";
}

TEST_F(Paging, AHeldCallWhoseFarEndHangsUpIsNotResumed) {
  add("A");
  office.add("B");
  office.connect("A", "B");
  sounds("A", 1);
  office.settle();
  (void)office.tell("B", "hangup");
  office.settle();
  sounds("A", 1, false);
  office.settle();
  EXPECT_EQ(office.state("A", 1), "ended");
}

TEST_F(Paging, WhoTakesUpACallLeavesThePage) {
  add("A");
  office.add("B");
  office.add("C");
  office.connect("A", "B");
  sounds("A", 1);
  office.settle();
  (void)office.tell("C", "call 1001");
  office.settle();
  EXPECT_EQ(page("A"), "from Fire") << "a call that rings changes nothing";
  EXPECT_EQ(office.view("A").tone, "callwaiting");
  office.seen.clear();
  EXPECT_EQ(office.tell("A", "answer"), "");
  office.settle();
  EXPECT_EQ(page("A"), "");
  EXPECT_EQ(office.find_sent("A INVITE"), nullptr) << "nothing is resumed to be held again";
  EXPECT_EQ(office.state("A", 2), "talking");
  EXPECT_EQ(office.state("A", 1), "held") << "and the other call waits for the person";
  sounds("A", 1, false);
  sounds("A", 1);
  office.settle();
  EXPECT_EQ(page("A"), "from Fire") << "the next page is another one";
  EXPECT_EQ(office.state("A", 2), "held");
  sounds("A", 1, false);
  office.settle();
  EXPECT_EQ(office.state("A", 2), "talking");
  EXPECT_EQ(office.state("A", 1), "held");
}

TEST_F(Paging, WhoResumesTheCallLeavesThePage) {
  add("A");
  office.add("B");
  office.connect("A", "B");
  sounds("A", 1);
  office.settle();
  EXPECT_EQ(office.tell("A", "resume"), "");
  office.settle();
  EXPECT_EQ(page("A"), "");
  EXPECT_EQ(office.state("A", 1), "talking");
}

TEST_F(Paging, SendingAPageHoldsTheCall) {
  add("A");
  office.add("B");
  office.connect("A", "B");
  EXPECT_EQ(office.tell("A", "page 1"), "");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "held");
  EXPECT_EQ(office.audio("A", 1), "inactive") << "B does not hear what A says to the group";
  (void)office.tell("A", "endpage");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "talking");
}

TEST_F(Paging, DoNotDisturb) {
  add("A", [](config::PagingConfig& c) { c.ignores_dnd = 1; });
  (void)office.tell("A", "dnd on");
  sounds("A", 2);
  EXPECT_EQ(page("A"), "");
  sounds("A", 1);
  EXPECT_EQ(page("A"), "from Fire");
  sounds("A", 1, false);
  (void)office.tell("A", "dnd off");
  EXPECT_EQ(page("A"), "from Lunch");
  (void)office.tell("A", "dnd on");
  EXPECT_EQ(page("A"), "");
}

TEST_F(Paging, APhoneThatStopsEndsItsPage) {
  add("A");
  (void)office.tell("A", "page 1");
  office.rack().stop(office.now(), office.id("A"));
  office.run(milliseconds(0));
  EXPECT_EQ(office.rack().counts().media_legs, 0U);
  EXPECT_EQ(office.media_log.back(), "close 1");
}

}  // namespace
}  // namespace offhook::phone::test
