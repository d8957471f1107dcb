#include "sim/rules.hpp"

#include <gtest/gtest.h>

namespace offhook::sim {
namespace {

std::string message(std::string_view start, std::string_view cseq) {
  return std::string(start) + "\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nCSeq: " + std::string(cseq) + "\r\n\r\n";
}
const std::string kInvite = message("INVITE sip:b@b SIP/2.0", "1 INVITE");
const std::string kBye = message("BYE sip:b@b SIP/2.0", "2 BYE");
const std::string kOk = message("SIP/2.0 200 OK", "1 INVITE");

TEST(Rules, LabelsNameMethodAndStatus) {
  EXPECT_EQ(message_label(kInvite), "INVITE");
  EXPECT_EQ(message_label(kOk), "200 INVITE");
  EXPECT_EQ(message_label("\r\n\r\n"), "");
}

TEST(Rules, DropTheNthOfItsKindOnly) {
  Rules rules;
  rules.add(drop({"A", "B", "INVITE", 2}));
  EXPECT_FALSE(rules.leaves("A", "B", kInvite).dropped);
  EXPECT_FALSE(rules.leaves("B", "A", kInvite).dropped);
  EXPECT_FALSE(rules.leaves("A", "B", kBye).dropped);
  EXPECT_TRUE(rules.leaves("A", "B", kInvite).dropped);
  EXPECT_FALSE(rules.leaves("A", "B", kInvite).dropped);
}

TEST(Rules, ZeroPicksEachAndTheFirstRuleDecides) {
  Rules rules;
  rules.add(delay({{}, {}, "BYE", 1}, seconds(1)));
  rules.add(drop({{}, {}, {}, 0}));
  EXPECT_EQ(rules.leaves("A", "B", kBye).delay, seconds(1));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rules.leaves("A", "B", kBye).dropped);
}

TEST(Rules, HoldUntilAnotherHasLeft) {
  Rules rules;
  rules.add(hold({"B", "A", "200 INVITE"}, {"A", "B", "BYE"}));
  EXPECT_EQ(rules.leaves("B", "A", kOk).held_by, 0U);
  EXPECT_TRUE(rules.leaves("A", "B", kInvite).let_go.empty());
  EXPECT_EQ(rules.leaves("A", "B", kBye).let_go, (std::vector<std::size_t>{0}));
  EXPECT_TRUE(rules.leaves("A", "B", kBye).let_go.empty());
  EXPECT_FALSE(rules.leaves("B", "A", kOk).held_by);  // the second one
}

}  // namespace
}  // namespace offhook::sim
