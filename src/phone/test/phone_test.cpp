// One phone's calls from dialling to the end: states, notes, media commands, what is left behind.
#include <gmock/gmock.h>

#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PhoneCalls : public ::testing::Test {
 protected:
  PhoneCalls() { office.add_all(2); }
  void expect_clean() {
    const auto counts = office.rack().counts();
    EXPECT_EQ(counts.calls, 0u);
    EXPECT_EQ(counts.dialogs, 0u);
    EXPECT_EQ(counts.subscriptions, 0u);
    EXPECT_EQ(counts.transactions, 0u);
    EXPECT_EQ(counts.call_timers, 0u);
    EXPECT_EQ(counts.media_legs, 0u);
  }
  SimOffice office;
};

TEST_F(PhoneCalls, ACallFromDiallingToTheEnd) {
  EXPECT_EQ(office.tell("A", "call 1002"), "");
  EXPECT_EQ(office.state("A", 1), "dialing");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "ringback");
  EXPECT_EQ(office.state("B", 1), "ringing");
  EXPECT_FALSE(office.call("B", 1).waiting) << "nobody else is on the line";
  EXPECT_EQ(office.call("B", 1).peer_number, "1001");
  EXPECT_EQ(office.call("B", 1).peer_name, "Phone 1001");
  EXPECT_EQ(office.tell("B", "answer"), "");
  EXPECT_EQ(office.state("B", 1), "talking") << "who has pressed Answer speaks";
  office.settle();
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.tell("B", "hangup"), "");
  EXPECT_EQ(office.state("B", 1), "ended");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "ended");
  EXPECT_EQ(office.note("A", 1), "the other side hung up");
  EXPECT_THAT(office.sent(), ElementsAre("A INVITE", "B 180 INVITE", "B 200 INVITE", "A ACK", "B BYE", "A 200 BYE"));
}

TEST_F(PhoneCalls, MediaCommandsFollowTheCall) {
  (void)office.tell("A", "call 1002");
  EXPECT_THAT(office.media_log, ElementsAre("open 1")) << "the offer names a port";
  office.settle();
  EXPECT_THAT(office.media_log, ElementsAre("open 1")) << "a ringing phone has none";
  (void)office.tell("B", "answer");
  office.settle();
  EXPECT_THAT(office.media_log, ElementsAre("open 1", "open 2", "update 2 sendrecv", "update 1 sendrecv"));
  (void)office.tell("A", "hold");
  office.settle();
  (void)office.tell("A", "resume");
  office.settle();
  (void)office.tell("A", "hangup");
  office.settle();
  EXPECT_THAT(office.media_log, ElementsAre("open 1", "open 2", "update 2 sendrecv", "update 1 sendrecv",  //
                                            "update 1 inactive", "update 2 recvonly",                      //
                                            "update 2 sendrecv", "update 1 sendrecv",                      //
                                            "close 1", "close 2"));
}

TEST_F(PhoneCalls, LegsOfACallAndTheirPorts) {
  office.connect("A", "B");
  const auto a = office.rack().leg_of(office.id("A"), 1);
  const auto b = office.rack().leg_of(office.id("B"), 1);
  ASSERT_TRUE(a && b);
  EXPECT_NE(*a, *b);
  EXPECT_EQ(office.plan(*a).remote, office.plan(*b).local);
  EXPECT_EQ(office.plan(*b).remote, office.plan(*a).local);
  EXPECT_NE(office.plan(*a).local, office.plan(*b).local) << "phones with the same range and address share no port";
  EXPECT_EQ(office.plan(*a).codec.name, "PCMU");
  EXPECT_EQ(office.plan(*a).telephone_event, 101);
  EXPECT_EQ(office.rack().leg_of(office.id("A"), 7), std::nullopt);
}

TEST_F(PhoneCalls, AnEndedCallIsShownForFiveSecondsThenNothingIsLeft) {
  office.connect("A", "B");
  (void)office.tell("A", "hangup");
  office.run(milliseconds(4'500));
  EXPECT_EQ(office.state("A", 1), "ended");
  EXPECT_THAT(office.call("A", 1).actions, ElementsAre());
  office.run(seconds(1));
  EXPECT_THAT(office.view("A").calls, testing::IsEmpty());
  EXPECT_THAT(office.view("B").calls, testing::IsEmpty());
  office.run(seconds(60));
  expect_clean();
  EXPECT_TRUE(office.rack().is_registered(office.id("A")));
}

TEST_F(PhoneCalls, EveryWayToEndBeforeTheAnswerLeavesNothingBehind) {
  for (const char* way : {"A hangup", "B reject", "B hangup"}) {
    (void)office.tell("A", "call 1002");
    office.settle();
    EXPECT_EQ(office.tell(std::string(1, way[0]), way + 2), "") << way;
    office.run(seconds(70));
    expect_clean();
  }
  (void)office.tell("A", "call 1002");
  EXPECT_EQ(office.tell("A", "hangup"), "") << "before any answer has come";
  office.run(seconds(70));
  expect_clean();
}

TEST_F(PhoneCalls, CallNumbersAreNeverUsedAgain) {
  for (int i = 1; i <= 3; ++i) {
    (void)office.tell("A", "call 1002");
    EXPECT_EQ(office.state("A", i), "dialing");
    (void)office.tell("A", "hangup");
    office.run(seconds(60));
  }
}

TEST_F(PhoneCalls, ANumberThatNobodyHasEndsWithTheReason) {
  (void)office.tell("A", "call 4711");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "ended");
  EXPECT_EQ(office.note("A", 1), "Not Found");
}

TEST_F(PhoneCalls, NobodyThereEndsWithATimeout) {
  office.pbx().known["1009"] = at(5099);
  (void)office.tell("A", "call 1009");
  office.run(seconds(34));
  EXPECT_EQ(office.state("A", 1), "ended");
  EXPECT_NE(office.note("A", 1), "");
}

TEST_F(PhoneCalls, OneNumberIsDialledAtATime) {
  (void)office.tell("A", "call 1002");
  EXPECT_EQ(office.tell("A", "call 1003"), "call 1 is still being dialled");
  EXPECT_EQ(office.view("A").calls.size(), 1u);
}

TEST_F(PhoneCalls, CommandsThatDoNotFitAreRefusedWithAReason) {
  EXPECT_EQ(office.tell("A", "answer"), "no call to answer");
  EXPECT_EQ(office.tell("A", "hangup"), "no call to hang up");
  EXPECT_EQ(office.tell("A", "hold"), "no call to hold");
  EXPECT_EQ(office.tell("A", "transfer 1003"), "no call to transfer");
  EXPECT_EQ(office.tell("A", "call 1002 from 3"), "there is no account 3");
  EXPECT_EQ(office.command("A", Dial{"  ", 0}).error().what, "call whom?");
  EXPECT_EQ(office.rack().command(office.now(), PhoneId{9, 1}, Hold{}).error().what, "no such phone");
}

TEST_F(PhoneCalls, TwoCallsThatRingMustBeNamed) {
  office.add("C");
  (void)office.tell("B", "call 1001");
  (void)office.tell("C", "call 1001");
  office.settle();
  EXPECT_EQ(office.tell("A", "answer"), "which one? call 1 or call 2");
  EXPECT_EQ(office.tell("A", "answer 2"), "");
  office.settle();
  EXPECT_EQ(office.state("C", 1), "talking");
  EXPECT_EQ(office.state("B", 1), "ringback");
  EXPECT_TRUE(office.call("A", 1).waiting);
}

TEST_F(PhoneCalls, NoPortLeftIsAReason) {
  office.add("C", [](auto& c) { c.rtp_ports = {5, 5}; });
  EXPECT_THAT(office.tell("C", "call 1001"), HasSubstr("no free RTP port"));
  EXPECT_THAT(office.view("C").calls, testing::IsEmpty());
  (void)office.tell("A", "call 1003");
  office.settle();
  (void)office.tell("C", "answer");
  office.settle();
  EXPECT_NE(office.find_sent("C 480 INVITE"), nullptr);
  EXPECT_EQ(office.state("A", 1), "ended");
}

TEST_F(PhoneCalls, StopEndsCallsAndUnregistersWhereConfigured) {
  office.add("C", [](auto& c) { c.accounts[0].registration.unregister_on_reboot = true; });
  office.connect("C", "B");
  office.seen.clear();
  office.rack().stop(office.now(), office.id("C"));
  office.settle();
  EXPECT_EQ(office.state("B", 1), "ended");
  EXPECT_NE(office.find_sent("C BYE"), nullptr);
  EXPECT_NE(office.find_sent("C REGISTER"), nullptr);
  EXPECT_FALSE(office.rack().is_registered(office.id("C")));
  office.rack().stop(office.now(), office.id("A"));
  office.settle();
  EXPECT_EQ(office.find_sent("A REGISTER"), nullptr);
}

TEST_F(PhoneCalls, AHoldInTheSameInstantOnBothSidesIsSettled) {
  office.connect("A", "B");
  (void)office.tell("A", "hold");
  (void)office.tell("B", "hold");
  office.run(seconds(10));
  EXPECT_EQ(office.state("A", 1), "held");
  EXPECT_EQ(office.state("B", 1), "held");
  EXPECT_EQ(office.audio("A", 1), "inactive");
  EXPECT_EQ(office.audio("B", 1), "inactive");
}

// voice.vad: who keeps silent tells what it sounds like, if both know how (RFC 3389); the voice has its own codec.
TEST(PhoneSilence, ComfortNoiseIsAgreedWhereBothSuppressSilence) {
  const auto quiet = [](config::PhoneConfig& config) { config.voice_activity_detection = true; };
  for (const bool both : {true, false}) {
    SimOffice office;
    office.add("A", quiet);
    office.add("B", both ? SimOffice::Adjust(quiet) : SimOffice::Adjust());
    office.connect("A", "B");
    const auto& a = office.plan(*office.rack().leg_of(office.id("A"), 1));
    const auto& b = office.plan(*office.rack().leg_of(office.id("B"), 1));
    EXPECT_TRUE(a.suppress_silence);
    EXPECT_EQ(b.suppress_silence, both);
    EXPECT_EQ(a.comfort_noise, both ? std::optional<std::uint8_t>(13) : std::nullopt);
    EXPECT_EQ(b.comfort_noise, a.comfort_noise);
    EXPECT_EQ(a.codec.name, "PCMU");
    EXPECT_EQ(b.codec.name, "PCMU");
  }
}

}  // namespace
}  // namespace offhook::phone::test
