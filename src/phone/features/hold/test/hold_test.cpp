#include "features/hold/hold.hpp"

#include <gmock/gmock.h>

#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using ::testing::ElementsAre;

class Hold : public ::testing::Test {
 protected:
  Hold() {
    office.add_all(2);
    office.connect("A", "B");
    office.seen.clear();
  }
  SimOffice office;
};

TEST_F(Hold, HoldIsAReinviteThatTheOtherSideAgreesTo) {
  EXPECT_EQ(office.tell("A", "hold"), "");
  office.settle();
  EXPECT_THAT(office.sent(), ElementsAre("A INVITE", "B 200 INVITE", "A ACK"));
  EXPECT_THAT(std::string(office.find_sent("A INVITE")->message.body()), testing::HasSubstr("a=sendonly"));
  EXPECT_THAT(std::string(office.find_sent("B 200 INVITE")->message.body()), testing::HasSubstr("a=recvonly"));
  EXPECT_EQ(office.state("A", 1), "held");
  EXPECT_EQ(office.state("B", 1), "held-by-remote");
}

TEST_F(Hold, NobodySendsWhileOnHold) {
  EXPECT_EQ(office.audio("A", 1), "sendrecv");
  EXPECT_EQ(office.audio("B", 1), "sendrecv");
  (void)office.tell("A", "hold");
  EXPECT_EQ(office.audio("A", 1), "inactive") << "silent at once, not only when the far end has answered";
  office.settle();
  EXPECT_EQ(office.audio("A", 1), "inactive");
  EXPECT_EQ(office.audio("B", 1), "recvonly");
}

TEST_F(Hold, ResumeBringsTheAudioBackOnBothSides) {
  (void)office.tell("A", "hold");
  office.settle();
  EXPECT_EQ(office.tell("A", "resume"), "");
  EXPECT_EQ(office.audio("A", 1), "inactive") << "not before the far end has agreed";
  office.settle();
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.state("B", 1), "talking");
  EXPECT_EQ(office.audio("A", 1), "sendrecv");
  EXPECT_EQ(office.audio("B", 1), "sendrecv");
}

TEST_F(Hold, BothSidesMayHold) {
  (void)office.tell("A", "hold");
  office.settle();
  EXPECT_EQ(office.tell("B", "hold"), "");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "held");
  EXPECT_EQ(office.state("B", 1), "held");
  (void)office.tell("A", "resume");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "held-by-remote");
  EXPECT_EQ(office.state("B", 1), "held");
  (void)office.tell("B", "resume");
  office.settle();
  EXPECT_EQ(office.audio("A", 1), "sendrecv");
  EXPECT_EQ(office.audio("B", 1), "sendrecv");
}

TEST_F(Hold, HangUpWorksOnHold) {
  (void)office.tell("A", "hold");
  office.settle();
  EXPECT_EQ(office.tell("B", "hangup"), "");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "ended");
  EXPECT_EQ(office.audio("A", 1), "closed");
}

TEST_F(Hold, ComplaintsSayWhatStandsInTheWay) {
  EXPECT_EQ(office.tell("A", "resume"), "no call to resume");
  EXPECT_EQ(office.tell("A", "resume 1"), "cannot resume call 1: it is talking");
  EXPECT_EQ(office.tell("A", "hold 9"), "there is no call 9");
  (void)office.tell("A", "hold");
  EXPECT_EQ(office.tell("A", "hold"), "no call to hold") << "one re-INVITE at a time";
}

TEST(HoldStyles, InactiveAndZeroAddress) {
  SimOffice office;
  office.add("A", [](auto& c) { c.accounts[0].hold.style = config::HoldStyle::Inactive; });
  office.add("B", [](auto& c) { c.accounts[0].hold.style = config::HoldStyle::ZeroAddress; });
  office.connect("A", "B");
  office.seen.clear();
  (void)office.tell("A", "hold");
  office.settle();
  EXPECT_THAT(std::string(office.find_sent("A INVITE")->message.body()), testing::HasSubstr("a=inactive"));
  EXPECT_EQ(office.audio("B", 1), "inactive");
  (void)office.tell("A", "resume");
  office.settle();
  office.seen.clear();
  (void)office.tell("B", "hold");
  office.settle();
  EXPECT_THAT(std::string(office.find_sent("B INVITE")->message.body()), testing::HasSubstr("c=IN IP4 0.0.0.0"));
  EXPECT_EQ(office.state("A", 1), "held-by-remote");
  EXPECT_EQ(office.state("B", 1), "held");
}

// Audible: what the facts leave of what was negotiated.
TEST(HoldAudible, OnHoldOrOnTheWayToOrFromItALegIsSilent) {
  using sdp::Direction;
  CallFacts facts{Stage::Established};
  EXPECT_EQ(hold::audible(facts, Direction::SendRecv), Direction::SendRecv);
  EXPECT_EQ(hold::audible(facts, Direction::RecvOnly), Direction::RecvOnly);
  for (const auto change : {HoldChange::Holding, HoldChange::Resuming}) {
    facts.change = change;
    EXPECT_EQ(hold::audible(facts, Direction::SendRecv), Direction::Inactive);
  }
  facts.change = HoldChange::None;
  facts.held = true;
  EXPECT_EQ(hold::audible(facts, Direction::SendOnly), Direction::Inactive);
  facts.held = false;
  facts.muted = true;
  EXPECT_EQ(hold::audible(facts, Direction::SendRecv), Direction::Inactive);
}

}  // namespace
}  // namespace offhook::phone::test
