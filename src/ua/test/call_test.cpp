// Calls from the first INVITE to the last BYE, as two phones see them. RFC 3261 §13, §15, §9.
#include "sip/header/contact.hpp"
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Call, RingsIsAnsweredAndEndsByTheCallee) {
  Pair pair;
  auto& [world, a, b, from_a, at_b] = pair;
  from_a = a.call("1002");
  world.run_for(seconds(1));
  const auto incoming = b.last<IncomingCall>();
  EXPECT_EQ(incoming.caller.user, "1001");
  EXPECT_EQ(incoming.called.user, "1002");
  b.ring(incoming.call);
  world.run_for(seconds(1));
  EXPECT_EQ(a.last<CallProgress>().status, 180);
  b.answer(incoming.call);
  world.run_for(seconds(1));
  EXPECT_EQ(a.last<CallEstablished>().call, from_a);
  EXPECT_EQ(b.last<CallEstablished>().call, incoming.call);
  EXPECT_EQ(a.last<MediaChanged>().negotiated->remote, b.rtp());
  EXPECT_EQ(b.last<MediaChanged>().negotiated->remote, a.rtp());
  b.hang_up(incoming.call);
  EXPECT_EQ(b.last<CallEnded>().by, EndedBy::Local);
  EXPECT_TRUE(world.settle());
  EXPECT_EQ(a.last<CallEnded>().by, EndedBy::Remote);
  EXPECT_EQ(a.last<CallEnded>().status, 0);
  EXPECT_THAT(world.lines(), ElementsAre("A>B INVITE", "B>A 100 INVITE", "B>A 180 INVITE", "B>A 200 INVITE", "A>B ACK",
                                         "B>A BYE", "A>B 200 BYE"));
  a.expect_clean();
  b.expect_clean();
}

TEST(Call, CallerHangsUpWithAReason) {
  Pair pair;
  pair.establish();
  pair.a.hang_up(pair.from_a, "SIP;cause=200;text=\"done\"");
  EXPECT_TRUE(pair.world.settle());
  EXPECT_EQ(pair.b.last<CallEnded>().reason_header, "SIP;cause=200;text=\"done\"");
  EXPECT_EQ(pair.a.all<CallEnded>().size(), 1U);
  pair.a.expect_clean();
  pair.b.expect_clean();
}

TEST(Call, InviteCarriesTheGuidesFields) {
  Pair pair;
  (void)pair.a.call("1002", "<sip:1003@example.test>");
  pair.world.run_for(seconds(1));
  const std::string invite = pair.world.last("A>B INVITE");
  EXPECT_THAT(invite, HasSubstr("INVITE sip:1002@example.test SIP/2.0\r\n"));
  EXPECT_THAT(invite, testing::ContainsRegex("Call-ID: 0_[0-9]+@10\\.0\\.0\\.1\r\n"));
  EXPECT_THAT(invite, testing::ContainsRegex("Contact: <sip:1001@10\\.0\\.0\\.1:5060;line=[0-9a-f]+>\r\n"));
  EXPECT_THAT(invite, HasSubstr("Referred-By: <sip:1003@example.test>\r\n"));
  EXPECT_THAT(invite, HasSubstr("User-Agent: test\r\n"));
  EXPECT_THAT(invite, HasSubstr("m=audio 11780 "));
}

TEST(Call, TrafficInsideTheDialogGoesStraightAndNamesTheLine) {
  Pair pair;
  pair.establish();
  EXPECT_THAT(pair.world.last("A>B ACK"),
              testing::ContainsRegex("^ACK sip:1002@10\\.0\\.0\\.2:5060;line=[0-9a-f]+ SIP/2.0\r\n"));
}

class Refused : public testing::TestWithParam<int> {};

TEST_P(Refused, IsToldToBothSides) {
  Pair pair;
  (void)pair.a.call("1002");
  pair.world.run_for(seconds(1));
  const CallId incoming = pair.b.last<IncomingCall>().call;
  pair.b.act([&] { pair.b.ua.reject(pair.world.now(), incoming, GetParam()); });
  EXPECT_TRUE(pair.world.settle());
  EXPECT_EQ(pair.a.last<CallEnded>().status, GetParam());
  EXPECT_EQ(pair.a.last<CallEnded>().by, EndedBy::Network);
  EXPECT_EQ(pair.b.last<CallEnded>().by, EndedBy::Local);
  EXPECT_EQ(pair.world.count("A>B ACK"), 1U);
  pair.a.expect_clean();
  pair.b.expect_clean();
}
INSTANTIATE_TEST_SUITE_P(Statuses, Refused, testing::Values(404, 480, 486, 600, 603));

TEST(Call, HangingUpAnUnansweredIncomingCallIsBusy) {
  Pair pair;
  (void)pair.a.call("1002");
  pair.world.run_for(seconds(1));
  pair.b.hang_up(pair.b.last<IncomingCall>().call);
  EXPECT_TRUE(pair.world.settle());
  EXPECT_EQ(pair.a.last<CallEnded>().status, 486);
}

TEST(Cancel, FreesTheScreenAtOnceAndTellsTheCallee) {
  Pair pair;
  auto& [world, a, b, from_a, at_b] = pair;
  from_a = a.call("1002");
  world.run_for(seconds(1));
  b.ring(b.last<IncomingCall>().call);
  world.run_for(seconds(2));
  a.hang_up(from_a, "SIP;cause=487");
  EXPECT_EQ(a.last<CallEnded>().by, EndedBy::Local);
  EXPECT_TRUE(world.settle());
  EXPECT_EQ(b.last<CallEnded>().by, EndedBy::Remote);
  EXPECT_EQ(b.last<CallEnded>().status, 487);
  EXPECT_EQ(b.last<CallEnded>().reason_header, "SIP;cause=487");
  EXPECT_THAT(world.lines("CANCEL"), ElementsAre("A>B CANCEL", "B>A 200 CANCEL"));
  EXPECT_EQ(world.count("B>A 487 INVITE"), 1U);
  EXPECT_EQ(a.all<CallEnded>().size(), 1U);
  a.expect_clean();
  b.expect_clean();
}

TEST(Cancel, BeforeAnyProvisionalWaitsForOne) {
  Pair pair;
  const CallId call = pair.a.call("1002");
  pair.a.hang_up(call);
  EXPECT_EQ(pair.world.count("CANCEL"), 0U);
  EXPECT_TRUE(pair.world.settle());
  EXPECT_EQ(pair.world.count("A>B CANCEL"), 1U);
  EXPECT_EQ(pair.b.last<CallEnded>().status, 487);
  pair.a.expect_clean();
  pair.b.expect_clean();
}

TEST(Cancel, LosingTheRaceWithTheAnswerEndsByBye) {
  Pair pair;
  auto& [world, a, b, from_a, at_b] = pair;
  from_a = a.call("1002");
  world.run_for(seconds(1));
  // Both at the same moment: CANCEL and 200 cross.
  b.answer(b.last<IncomingCall>().call);
  a.hang_up(from_a);
  EXPECT_TRUE(world.settle());
  EXPECT_EQ(world.count("A>B CANCEL"), 1U);
  EXPECT_EQ(world.count("B>A 200 CANCEL"), 1U);
  EXPECT_EQ(world.count("A>B ACK"), 1U);
  EXPECT_EQ(world.count("A>B BYE"), 1U);
  EXPECT_EQ(a.all<CallEstablished>().size(), 0U);
  EXPECT_EQ(a.all<CallEnded>().size(), 1U);
  EXPECT_EQ(b.last<CallEnded>().by, EndedBy::Remote);
  a.expect_clean();
  b.expect_clean();
}

TEST(Call, NobodyThereEndsWithATimeout) {
  Pair pair;
  pair.world.filter = [](const std::string&) { return false; };
  (void)pair.a.call("1002");
  EXPECT_TRUE(pair.world.settle());
  EXPECT_EQ(pair.a.last<CallEnded>().status, 408);
  EXPECT_EQ(pair.a.last<CallEnded>().by, EndedBy::Network);
  pair.a.expect_clean();
}

TEST(Call, UnreachablePeerEndsItAtOnce) {
  Pair pair;
  (void)pair.a.call("1002");
  pair.world.filter = [](const std::string&) { return false; };
  pair.world.flush();
  pair.a.transactions.unreachable(pair.world.now().mono, pair.a.to(kSwitch));
  EXPECT_TRUE(pair.world.settle());
  EXPECT_EQ(pair.a.last<CallEnded>().status, 503);
  EXPECT_LT(pair.world.clock, seconds(1));
  pair.a.expect_clean();
}

TEST(Call, ByesThatCrossAreBothAnswered) {
  Pair pair;
  pair.establish();
  pair.a.hang_up(pair.from_a);
  pair.b.hang_up(pair.at_b);
  EXPECT_TRUE(pair.world.settle());
  EXPECT_EQ(pair.world.count("200 BYE"), 2U);
  EXPECT_EQ(pair.a.all<CallEnded>().size(), 1U);
  EXPECT_EQ(pair.b.all<CallEnded>().size(), 1U);
  pair.a.expect_clean();
  pair.b.expect_clean();
}

TEST(Call, RingingIsRepeatedEachMinuteForTheProxiesBetween) {
  Pair pair;
  const CallId call = pair.a.call("1002");
  pair.world.run_for(seconds(1));
  pair.b.ring(pair.b.last<IncomingCall>().call);
  pair.world.run_for(seconds(150));
  EXPECT_EQ(pair.world.count("B>A 180 INVITE"), 3U);
  pair.a.hang_up(call);
  EXPECT_TRUE(pair.world.settle());
  pair.b.expect_clean();
}

TEST(Call, ToOneselfIsACallLikeAnother) {
  Pair pair;
  pair.a.auto_answer = true;
  (void)pair.a.call("1001");
  pair.world.run_for(seconds(1));
  EXPECT_EQ(pair.a.all<CallEstablished>().size(), 2U);
  pair.a.hang_up(pair.a.last<CallEstablished>().call);
  EXPECT_TRUE(pair.world.settle());
  EXPECT_EQ(pair.a.all<CallEnded>().size(), 2U);
  pair.a.expect_clean();
}

TEST(Call, AddressesThatNobodyCanCallAreRefusedAtOnce) {
  Pair pair;
  for (const std::string_view target : {"", "  ", "sip:", "sips:1002@example.test", "1002@"})
    EXPECT_FALSE(pair.a.ua.call(pair.world.now(), pair.a.account_id, target, pair.a.rtp())) << target;
  EXPECT_EQ(pair.a.ua.counts().calls, 0U);
}

}  // namespace
}  // namespace offhook::ua::test
