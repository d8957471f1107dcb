#include "features/forward/forward.hpp"

#include <gmock/gmock.h>

#include "desk.hpp"
#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using ::testing::ElementsAre;

config::ForwardConfig with(config::ForwardRule config::ForwardConfig::* rule, std::string target) {
  config::ForwardConfig config;
  (config.*rule).enabled = true;
  (config.*rule).target = std::move(target);
  return config;
}

class ForwardCalls : public ::testing::Test {
 protected:
  void add_b(config::ForwardConfig forward, const SimOffice::Adjust& more = {}) {
    office.add("A");
    office.add("B", [&](auto& c) {
      c.accounts[0].forward = std::move(forward);
      if (more) more(c);
    });
    office.add("C");
  }
  SimOffice office;
};

TEST_F(ForwardCalls, AlwaysSends302AtOnceAndTheCallerCallsTheTarget) {
  add_b(with(&config::ForwardConfig::always, "1003"));
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_THAT(office.sent(), ElementsAre("A INVITE", "B 302 INVITE", "A ACK", "A INVITE", "C 180 INVITE"));
  const auto& moved = office.find_sent("B 302 INVITE")->message;
  EXPECT_EQ(moved.find(sip::HeaderId::Contact), "<sip:1003@127.0.0.1>");
  EXPECT_EQ(moved.find(sip::HeaderId::Diversion), "<sip:1002@127.0.0.1>;reason=unconditional");
  EXPECT_EQ(office.state("B", 1), "ended");
  EXPECT_EQ(office.note("B", 1), "forwarded to 1003");
  (void)office.tell("C", "answer");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.state("C", 1), "talking");
}

TEST_F(ForwardCalls, BusyRingsThenSends302AsTheGuidesFlow) {
  add_b(with(&config::ForwardConfig::busy, "1003"), [](auto& c) { c.call_waiting.enabled = false; });
  office.add("D");
  office.connect("D", "B");
  office.seen.clear();
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_THAT(office.sent(),
              ElementsAre("A INVITE", "B 180 INVITE", "B 302 INVITE", "A ACK", "A INVITE", "C 180 INVITE"));
  EXPECT_EQ(office.find_sent("B 302 INVITE")->message.find(sip::HeaderId::Diversion),
            "<sip:1002@127.0.0.1>;reason=user-busy");
  EXPECT_EQ(office.state("B", 1), "talking") << "the call that is up is left alone";
}

TEST_F(ForwardCalls, BusyDoesNotForwardAnIdlePhone) {
  add_b(with(&config::ForwardConfig::busy, "1003"));
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_EQ(office.state("B", 1), "ringing");
}

TEST_F(ForwardCalls, ARejectedCallIsNotForwarded) {
  add_b(with(&config::ForwardConfig::busy, "1003"));
  (void)office.tell("A", "call 1002");
  office.settle();
  (void)office.tell("B", "reject");
  office.settle();
  EXPECT_EQ(office.find_sent("B 302 INVITE"), nullptr);
  EXPECT_EQ(office.state("A", 1), "ended");
}

TEST_F(ForwardCalls, NoAnswerForwardsAfterTheRings) {
  auto forward = with(&config::ForwardConfig::no_answer, "1003");
  forward.no_answer_after = seconds(18);
  add_b(std::move(forward));
  (void)office.tell("A", "call 1002");
  office.run(milliseconds(17'900));
  EXPECT_EQ(office.state("B", 1), "ringing");
  office.run(milliseconds(300));
  EXPECT_THAT(office.sent(),
              ElementsAre("A INVITE", "B 180 INVITE", "B 302 INVITE", "A ACK", "A INVITE", "C 180 INVITE"));
  EXPECT_EQ(office.find_sent("B 302 INVITE")->message.find(sip::HeaderId::Diversion),
            "<sip:1002@127.0.0.1>;reason=no-answer");
  EXPECT_EQ(office.state("B", 1), "ended");
}

TEST_F(ForwardCalls, AnAnsweredCallIsNotForwardedLater) {
  add_b(with(&config::ForwardConfig::no_answer, "1003"));
  office.connect("A", "B");
  office.run(seconds(60));
  EXPECT_EQ(office.state("B", 1), "talking");
  EXPECT_EQ(office.find_sent("B 302 INVITE"), nullptr);
}

TEST_F(ForwardCalls, SwitchedOffWhileItRingsItStaysHere) {
  add_b(with(&config::ForwardConfig::no_answer, "1003"));
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_EQ(office.tell("B", "forward no-answer off"), "");
  office.run(seconds(20));
  EXPECT_EQ(office.state("B", 1), "ringing");
}

TEST_F(ForwardCalls, WithoutDiversionWhenSoConfigured) {
  auto forward = with(&config::ForwardConfig::always, "1003");
  forward.diversion_header = false;
  add_b(std::move(forward));
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_FALSE(office.find_sent("B 302 INVITE")->message.find(sip::HeaderId::Diversion));
}

TEST_F(ForwardCalls, CommandsChangeItAtRunTime) {
  add_b({});
  EXPECT_EQ(office.view("B").forward, "");
  office.changes.clear();
  EXPECT_EQ(office.tell("B", "forward always 1003"), "");
  EXPECT_THAT(office.changes, ElementsAre("B settings"));
  EXPECT_EQ(office.view("B").forward, "always 1003");
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_EQ(office.state("C", 1), "ringing");
  EXPECT_EQ(office.tell("B", "forward always off"), "");
  EXPECT_EQ(office.view("B").forward, "");
  EXPECT_EQ(office.tell("B", "forward always on"), "") << "the target is remembered";
  EXPECT_EQ(office.tell("B", "forward busy 1004"), "");
  EXPECT_EQ(office.view("B").forward, "always 1003, busy 1004");
}

TEST_F(ForwardCalls, ComplaintsNameTheParameter) {
  config::ForwardConfig forward;
  forward.international = false;
  add_b(std::move(forward));
  EXPECT_EQ(office.tell("B", "forward always on"), "forward where? no target is set");
  EXPECT_EQ(office.tell("B", "forward always 0049301"),
            "forwarding to 0049301 is not permitted (forward.international.enable)");
  office.add("D", [](auto& c) { c.accounts[0].forward.allowed = false; });
  EXPECT_EQ(office.tell("D", "forward always 1003"), "call forward is not allowed (features.fwd.allow)");
}

// Decisions over facts, without a phone.
TEST(ForwardDecision, Always) {
  EXPECT_EQ(forward::always({}), std::nullopt);
  EXPECT_EQ(forward::always(with(&config::ForwardConfig::always, "")), std::nullopt);
  auto config = with(&config::ForwardConfig::always, "0049301");
  EXPECT_EQ(forward::always(config), (Forward{"0049301", ForwardReason::Unconditional, false}));
  config.international = false;
  EXPECT_EQ(forward::always(config), std::nullopt);
  config = with(&config::ForwardConfig::always, "1003");
  config.allowed = false;
  EXPECT_EQ(forward::always(config), std::nullopt);
}

TEST(ForwardDecision, BusyCountsDoNotDisturbToo) {
  const auto config = with(&config::ForwardConfig::busy, "1003");
  EXPECT_EQ(forward::busy({"1001", false, false}, config), std::nullopt);
  EXPECT_EQ(forward::busy({"1001", true, false}, config), (Forward{"1003", ForwardReason::UserBusy, true}));
  EXPECT_EQ(forward::busy({"1001", false, true}, config), (Forward{"1003", ForwardReason::UserBusy, false}));
}

TEST(ForwardTarget, NumbersAddressesAndUris) {
  EXPECT_EQ(forward::target_uri("1003", "pbx:5080"), "sip:1003@pbx:5080");
  EXPECT_EQ(forward::target_uri("1003@other", "pbx"), "sip:1003@other");
  EXPECT_EQ(forward::target_uri("sip:1003@other;transport=tcp", "pbx"), "sip:1003@other;transport=tcp");
  EXPECT_EQ(forward::target_uri("SIPS:x@y", "pbx"), "SIPS:x@y");
  EXPECT_EQ(forward::target_uri("a b", "pbx"), "sip:a%20b@pbx");
  EXPECT_EQ(forward::target_uri("sip", "pbx"), "sip:sip@pbx");
}

}  // namespace
}  // namespace offhook::phone::test
