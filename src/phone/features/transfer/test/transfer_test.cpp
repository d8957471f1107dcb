#include "features/transfer/transfer.hpp"

#include <gmock/gmock.h>

#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using ::testing::HasSubstr;

// A has called B; B transfers A to C.
class Transfer : public ::testing::Test {
 protected:
  Transfer() {
    office.add_all(3);
    office.connect("A", "B");
    office.seen.clear();
  }
  // Place of the first such message among those that phones sent; a large number when there is none.
  std::size_t place(const std::string& what) const {
    const auto sent = office.sent();
    return static_cast<std::size_t>(std::find(sent.begin(), sent.end(), what) - sent.begin());
  }
  SimOffice office;
};

TEST_F(Transfer, BlindTransferFollowsTheGuidesOrder) {
  EXPECT_EQ(office.tell("B", "transfer 1003"), "");
  EXPECT_EQ(office.state("B", 1), "transferring");
  office.settle();
  // F9 REFER, F12 202, F13 BYE, F15 200, F17 INVITE, F19 180
  EXPECT_LT(place("B REFER"), place("A 202 REFER"));
  EXPECT_LT(place("A 202 REFER"), place("B BYE"));
  EXPECT_LT(place("B BYE"), place("A 200 BYE"));
  EXPECT_LT(place("A 200 BYE"), place("A INVITE"));
  EXPECT_LT(place("A INVITE"), place("C 180 INVITE"));
  EXPECT_EQ(office.state("B", 1), "ended");
  EXPECT_EQ(office.state("A", 1), "ended");
  EXPECT_EQ(office.note("A", 1), "transferred to 1003");
  EXPECT_EQ(office.state("A", 2), "ringback");
  EXPECT_EQ(office.note("A", 2), "transferred by 1002");
  EXPECT_EQ(office.state("C", 1), "ringing");
  const auto& invite = office.find_sent("A INVITE")->message;
  const auto referred_by = invite.find(sip::HeaderId::ReferredBy);
  ASSERT_TRUE(referred_by);
  EXPECT_THAT(std::string(*referred_by), HasSubstr("1002@"));
  (void)office.tell("C", "answer");
  office.settle();
  EXPECT_EQ(office.state("A", 2), "talking");
  EXPECT_EQ(office.state("C", 1), "talking");
  EXPECT_EQ(office.audio("A", 2), "sendrecv");
  EXPECT_EQ(office.audio("A", 1), "closed");
  EXPECT_EQ(office.audio("B", 1), "closed");
}

TEST_F(Transfer, TheTransferorIsToldHowItWent) {
  (void)office.tell("B", "transfer 1003");
  office.settle();
  EXPECT_THAT(office.note("B", 1), HasSubstr("transferred to 1003"));
  (void)office.tell("C", "answer");
  office.settle();
  bool told_180 = false, told_200 = false;
  for (const auto& s : office.seen) {
    if (s.from != "A" || s.first_line != "NOTIFY") continue;
    told_180 = told_180 || s.message.body().find("SIP/2.0 180") != std::string_view::npos;
    told_200 = told_200 || s.message.body().find("SIP/2.0 200") != std::string_view::npos;
  }
  EXPECT_TRUE(told_180);
  EXPECT_TRUE(told_200);
  EXPECT_EQ(office.note("B", 1), "transferred to 1003");
}

TEST_F(Transfer, ABusyTargetIsReportedAndTheTransfereeSeesWhy) {
  office.add("D", [](auto& c) { c.call_waiting.enabled = false; });
  office.connect("D", "C");
  (void)office.tell("B", "transfer 1004");
  office.settle();
  EXPECT_EQ(office.state("A", 2), "ended");
  EXPECT_EQ(office.note("A", 2), "Busy Here");
  EXPECT_EQ(office.note("B", 1), "transfer to 1004 failed: 486");
}

TEST_F(Transfer, ACallOnHoldCanBeTransferred) {
  (void)office.tell("B", "hold");
  office.settle();
  EXPECT_EQ(office.tell("B", "transfer 1003"), "");
  office.settle();
  (void)office.tell("C", "answer");
  office.settle();
  EXPECT_EQ(office.audio("A", 2), "sendrecv");
  EXPECT_EQ(office.audio("C", 1), "sendrecv");
}

TEST_F(Transfer, TheTransfereesPersonMayGiveUp) {
  (void)office.tell("B", "transfer 1003");
  office.settle();
  EXPECT_EQ(office.tell("A", "hangup"), "");
  office.settle();
  EXPECT_EQ(office.state("C", 1), "ended");
  EXPECT_EQ(office.note("B", 1), "transfer to 1003 failed: 487");
}

// RFC 5589 §6: a transferor who does not hang up. The INVITE leaves after a while, and the first call is ended when the
// second stands.
TEST_F(Transfer, ATransferorWhoStaysOnTheLineIsHungUpOn) {
  office.lost = [](const std::string& from, const std::string& what) { return from == "B" && what == "BYE"; };
  (void)office.tell("B", "transfer 1003");
  office.run(milliseconds(480));
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.state("A", 2), "dialing");
  EXPECT_EQ(office.find_sent("A INVITE"), nullptr);
  office.run(milliseconds(100));
  EXPECT_EQ(office.state("A", 2), "ringback");
  EXPECT_EQ(office.find_sent("A BYE"), nullptr);
  (void)office.tell("C", "answer");
  office.settle();
  EXPECT_NE(office.find_sent("A BYE"), nullptr);
  EXPECT_EQ(office.state("A", 1), "ended");
  EXPECT_EQ(office.state("A", 2), "talking");
  EXPECT_EQ(office.audio("A", 2), "sendrecv");
}

TEST_F(Transfer, ARefusedReferLeavesTheCallAsItWas) {
  office.lost = [](const std::string& from, const std::string& what) { return from == "A" && what == "INVITE"; };
  office.tamper = [](const std::string& from, std::string& bytes) {
    if (from == "A" && bytes.starts_with("SIP/2.0 202 Accepted")) bytes.replace(0, 20, "SIP/2.0 603 Decline");
  };
  (void)office.tell("B", "transfer 1003");
  office.settle();
  EXPECT_EQ(office.state("B", 1), "talking");
  EXPECT_EQ(office.note("B", 1), "transfer refused: 603");
  EXPECT_EQ(office.audio("B", 1), "sendrecv");
}

TEST_F(Transfer, AnAttendedTransferIsDeclinedForNow) {
  office.tamper = [](const std::string& from, std::string& bytes) {
    const auto at = bytes.find("Refer-To: <sip:1003@127.0.0.1");
    if (from == "B" && at != std::string::npos)
      bytes.insert(bytes.find('>', at), "?Replaces=abc%3Bto-tag%3D1%3Bfrom-tag%3D2");
  };
  (void)office.tell("B", "transfer 1003");
  office.settle();
  EXPECT_NE(office.find_sent("A 603 REFER"), nullptr);
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.state("B", 1), "talking");
  EXPECT_EQ(office.call("A", 2).id, 0);
}

TEST_F(Transfer, TheTransfereeMayGiveUpBeforeItsInviteHasLeft) {
  office.lost = [](const std::string& from, const std::string& what) { return from == "B" && what == "BYE"; };
  (void)office.tell("B", "transfer 1003");
  office.run(milliseconds(100));
  EXPECT_EQ(office.tell("A", "hangup 2"), "");
  office.run(seconds(1));
  EXPECT_EQ(office.find_sent("A INVITE"), nullptr);
  EXPECT_EQ(office.note("B", 1), "transfer to 1003 failed: 487");
}

TEST_F(Transfer, NothingIsLeftBehind) {
  (void)office.tell("B", "transfer 1003");
  office.settle();
  (void)office.tell("C", "answer");
  office.settle();
  (void)office.tell("C", "hangup");
  office.run(seconds(120));
  const auto counts = office.rack().counts();
  EXPECT_EQ(counts.calls, 0u);
  EXPECT_EQ(counts.dialogs, 0u);
  EXPECT_EQ(counts.subscriptions, 0u);
  EXPECT_EQ(counts.transactions, 0u);
  EXPECT_EQ(counts.call_timers, 0u);
  EXPECT_EQ(counts.media_legs, 0u);
}

TEST_F(Transfer, WithoutATargetItIsRefused) {
  EXPECT_EQ(office.command("B", phone::Transfer{" ", 0}).error().what, "transfer to whom?");
}

}  // namespace
}  // namespace offhook::phone::test
