// Hold and resume in the three forms of the guide, crossing re-INVITEs, and re-INVITEs that fail. RFC 3264 §8.4, RFC
// 3261 §14.
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using sdp::Direction;
using testing::HasSubstr;

Account with_style(std::string user, HoldStyle style) {
  Account out = account(std::move(user));
  out.hold_style = style;
  return out;
}

struct Form {
  HoldStyle style;
  std::string_view line;  // of the offer
  Direction holder, held;
};
class HoldForms : public testing::TestWithParam<Form> {};

TEST_P(HoldForms, HoldsAndResumesWithDirectionsAgreed) {
  const Form& form = GetParam();
  Pair pair(1, with_style("1001", form.style));
  pair.establish();
  auto& [world, a, b, from_a, at_b] = pair;
  a.hold(from_a);
  world.run_for(seconds(1));
  EXPECT_TRUE(a.last<HoldChanged>().held);
  EXPECT_TRUE(a.last<HoldChanged>().succeeded);
  EXPECT_TRUE(b.last<RemoteHoldChanged>().held);
  EXPECT_EQ(a.last<MediaChanged>().negotiated->direction, form.holder);
  EXPECT_EQ(b.last<MediaChanged>().negotiated->direction, form.held);
  EXPECT_THAT(world.last("A>B INVITE"), HasSubstr(form.line));
  EXPECT_EQ(a.all<RemoteHoldChanged>().size(), 0U);

  a.resume(from_a);
  world.run_for(seconds(1));
  EXPECT_FALSE(a.last<HoldChanged>().held);
  EXPECT_FALSE(b.last<RemoteHoldChanged>().held);
  EXPECT_EQ(a.last<MediaChanged>().negotiated->direction, Direction::SendRecv);
  EXPECT_EQ(b.last<MediaChanged>().negotiated->direction, Direction::SendRecv);
  EXPECT_EQ(world.count("A>B ACK"), 3U);
  b.hang_up(at_b);
  EXPECT_TRUE(world.settle());
  a.expect_clean();
  b.expect_clean();
}
INSTANTIATE_TEST_SUITE_P(
    Styles, HoldForms,
    testing::Values(Form{HoldStyle::SendOnly, "a=sendonly\r\n", Direction::SendOnly, Direction::RecvOnly},
                    Form{HoldStyle::Inactive, "a=inactive\r\n", Direction::Inactive, Direction::Inactive},
                    Form{HoldStyle::ZeroAddress, "c=IN IP4 0.0.0.0\r\n", Direction::SendOnly, Direction::RecvOnly}));

TEST(Hold, TheCalleeHoldsTheCaller) {
  Pair pair;
  pair.establish();
  pair.b.hold(pair.at_b);
  pair.world.run_for(seconds(1));
  EXPECT_TRUE(pair.b.last<HoldChanged>().held);
  EXPECT_TRUE(pair.a.last<RemoteHoldChanged>().held);
}

TEST(Hold, TheOriginLineKeepsItsIdAndCountsVersions) {
  Pair pair;
  pair.establish();
  const auto origin = [&] {
    const std::string text = pair.world.last("A>B INVITE");
    return text.substr(text.find("o="), text.find("\r\n", text.find("o=")) - text.find("o="));
  };
  const std::string first = origin();
  pair.a.hold(pair.from_a);
  pair.world.run_for(seconds(1));
  const std::string second = origin();
  const auto id_of = [](const std::string& o) { return o.substr(0, o.find(' ', o.find(' ') + 1)); };
  EXPECT_EQ(id_of(first), id_of(second));
  EXPECT_NE(first, second);
}

TEST(Hold, AskedAgainIsAnsweredWithoutAMessage) {
  Pair pair;
  pair.establish();
  pair.a.hold(pair.from_a);
  pair.world.run_for(seconds(1));
  pair.a.hold(pair.from_a);
  EXPECT_EQ(pair.a.all<HoldChanged>().size(), 2U);
  pair.world.run_for(seconds(1));
  EXPECT_EQ(pair.world.count("A>B INVITE"), 2U);
}

TEST(Hold, ResumeBeforeTheAnswerFollowsIt) {
  Pair pair;
  pair.establish();
  pair.a.hold(pair.from_a);
  pair.a.resume(pair.from_a);
  pair.world.run_for(seconds(1));
  EXPECT_EQ(pair.a.all<HoldChanged>().size(), 2U);
  EXPECT_FALSE(pair.a.last<HoldChanged>().held);
  EXPECT_FALSE(pair.b.last<RemoteHoldChanged>().held);
  EXPECT_EQ(pair.world.count("A>B INVITE"), 3U);
}

TEST(Hold, ThatCrossesAnotherIsTriedAgainUntilBothHold) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Pair pair(seed);
    pair.establish();
    auto& [world, a, b, from_a, at_b] = pair;
    a.hold(from_a);
    b.hold(at_b);
    world.run_for(milliseconds(10));
    EXPECT_EQ(world.count("491 INVITE"), 2U);
    world.run_for(seconds(20));
    EXPECT_TRUE(a.last<HoldChanged>().held);
    EXPECT_TRUE(b.last<HoldChanged>().held);
    EXPECT_TRUE(a.last<RemoteHoldChanged>().held);
    EXPECT_TRUE(b.last<RemoteHoldChanged>().held);
    EXPECT_EQ(a.last<MediaChanged>().negotiated->direction, Direction::Inactive);
    a.resume(from_a);
    b.resume(at_b);
    world.run_for(seconds(20));
    EXPECT_EQ(a.last<MediaChanged>().negotiated->direction, Direction::SendRecv);
    EXPECT_EQ(b.last<MediaChanged>().negotiated->direction, Direction::SendRecv);
    a.hang_up(from_a);
    EXPECT_TRUE(world.settle());
    a.expect_clean();
    b.expect_clean();
  }
}

TEST(Hold, RightAfterAnsweringWaitsForTheAck) {
  Pair pair;
  auto& [world, a, b, from_a, at_b] = pair;
  from_a = a.call("1002");
  world.run_for(seconds(1));
  at_b = b.last<IncomingCall>().call;
  b.answer(at_b);
  b.hold(at_b);
  EXPECT_EQ(world.count("B>A INVITE"), 0U);
  world.run_for(seconds(1));
  EXPECT_TRUE(b.last<HoldChanged>().held);
  EXPECT_TRUE(a.last<RemoteHoldChanged>().held);
}

TEST(Hold, OfACallThatRingsIsRefused) {
  Pair pair;
  pair.from_a = pair.a.call("1002");
  pair.a.hold(pair.from_a);
  EXPECT_FALSE(pair.a.last<HoldChanged>().succeeded);
}

TEST(Hold, WithoutAnAnswerEndsTheCall) {
  Pair pair;
  pair.establish();
  pair.world.filter = [](const std::string& line) { return line.find("A>B") == std::string::npos; };
  pair.a.hold(pair.from_a);
  pair.world.run_for(minutes(2));
  EXPECT_EQ(pair.a.last<CallEnded>().by, EndedBy::Network);
  EXPECT_EQ(pair.a.last<CallEnded>().status, 408);
  pair.a.expect_clean();
}

TEST(Hold, OfADialogThatThePeerHasLostEndsTheCall) {
  Pair pair;
  pair.establish();
  // B is started anew under the same address: it knows no dialog.
  pair.world.nodes.pop_back();
  Agent again(pair.world, "B", 2, account("1002"));
  pair.a.hold(pair.from_a);
  pair.world.run_for(seconds(5));
  EXPECT_EQ(pair.a.last<CallEnded>().status, 481);
  EXPECT_EQ(pair.world.count("A>B BYE"), 1U);
  EXPECT_TRUE(pair.world.settle());
  pair.a.expect_clean();
}

TEST(Hold, HangingUpWhileItIsOpenLeavesNothing) {
  Pair pair;
  pair.establish();
  pair.a.hold(pair.from_a);
  pair.a.hang_up(pair.from_a);
  pair.b.hang_up(pair.at_b);
  EXPECT_TRUE(pair.world.settle());
  EXPECT_EQ(pair.a.all<HoldChanged>().size(), 0U);
  pair.a.expect_clean();
  pair.b.expect_clean();
}

}  // namespace
}  // namespace offhook::ua::test
