// Two agents between NATs: which pair they come to, clause by clause of RFC 8445.
#include "ice/agent.hpp"

#include "ice_pair.hpp"

namespace offhook::media {
namespace {

TEST_F(Ice, TheSameNetworkUsesHostCandidates) {
  same_site = true;
  left.nat.kind = right.nat.kind = NatKind::Cone;
  begin();
  run(seconds(2));
  expect_completed();
  for (const std::uint16_t component : kBoth) {
    EXPECT_EQ(left.agent->remote(component), right.port(component));
    EXPECT_EQ(right.agent->remote(component), left.port(component));
  }
}

TEST_F(Ice, BehindTwoNatsTheReflexiveOnes) {
  left.nat.kind = right.nat.kind = NatKind::Cone;
  begin();
  run(seconds(3));
  expect_completed();
  EXPECT_EQ(left.agent->remote(1), right.ice.candidates[1].address);
  EXPECT_EQ(right.agent->remote(1), left.ice.candidates[1].address);
  EXPECT_EQ(left.agent->remote(2), right.ice.candidates[3].address);
}

// §7.3.1.3: no description names the address that a symmetric NAT gives; the peer's check shows it.

TEST_F(Ice, ASymmetricNatIsFoundByItsChecks) {
  left.nat.kind = NatKind::Symmetric;
  begin();
  run(seconds(3));
  expect_completed();
  EXPECT_EQ(left.agent->remote(1), right.base);
  ASSERT_TRUE(right.agent->remote(1));
  EXPECT_EQ(right.agent->remote(1)->address, left.nat.address);
  EXPECT_NE(right.agent->remote(1), left.ice.candidates[1].address) << "peer-reflexive";
}

TEST_F(Ice, TwoSymmetricNatsCannotMeetAndItIsSaid) {
  left.nat.kind = right.nat.kind = NatKind::Symmetric;
  begin();
  run(seconds(60));
  EXPECT_EQ(left.agent->state(), IceState::Failed);
  EXPECT_EQ(right.agent->state(), IceState::Failed);
  EXPECT_FALSE(left.agent->remote(1));
}

TEST_F(Ice, OneComponentWhereRtcpIsMultiplexed) {
  components = 1;
  left.nat.kind = right.nat.kind = NatKind::Cone;
  begin();
  run(seconds(3));
  expect_completed();
  EXPECT_FALSE(left.agent->remote(2));
}

// §7.3.1.1

TEST_F(Ice, TwoThatWouldControlComeToOne) {
  begin(true, true);
  run(seconds(3));
  expect_completed();
  EXPECT_NE(left.agent->is_controlling(), right.agent->is_controlling());
}

TEST_F(Ice, TwoThatWouldBeControlledComeToOne) {
  begin(false, false);
  run(seconds(3));
  expect_completed();
  EXPECT_NE(left.agent->is_controlling(), right.agent->is_controlling());
}

// §6.1.1: a lite agent never controls, and never asks.

TEST_F(Ice, ALitePeerIsControlled) {
  components = 1;
  gather(left, true);
  gather(right, true);
  right.ice.lite = true;
  left.agent.emplace(plan(left, right, false), left.random);
  EXPECT_TRUE(left.agent->is_controlling());
  bool chosen = false;
  for (int i = 0; i < 200; ++i, now += milliseconds(20)) {
    for (const auto& datagram : left.agent->tick(now)) {
      const auto answer = stun::answer_check(datagram.bytes, left.base, right.ice.ufrag, right.ice.password);
      ASSERT_TRUE(answer);
      ASSERT_TRUE(answer->good);
      chosen = chosen || answer->nominates;
      EXPECT_FALSE(left.agent->receive(now, 1, datagram.to, answer->bytes));
    }
  }
  EXPECT_TRUE(chosen);
  EXPECT_EQ(left.agent->state(), IceState::Completed);
  EXPECT_EQ(left.agent->remote(1), right.base);
}

TEST_F(Ice, LossIsOvercome) {
  left.nat.kind = right.nat.kind = NatKind::Cone;
  lost = [&](const IceEnd&, const std::string&) { return dice.below(100) < 30; };
  begin();
  run(seconds(20));
  expect_completed();
}

TEST_F(Ice, ManySeedsComeToAnEndOnARoughNetwork) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    left = {}, right = {};
    left.name = "left", right.name = "right";
    left.base = {IpAddress::v4(10, 0, 0, 2), 11780}, right.base = {IpAddress::v4(10, 1, 0, 2), 11780};
    left.nat.address = IpAddress::v4(203, 0, 113, 1), right.nat.address = IpAddress::v4(203, 0, 113, 2);
    left.random = SeededRandom(seed), right.random = SeededRandom(seed + 5000);
    dice = SeededRandom(seed);
    left.nat.kind = static_cast<NatKind>(dice.below(3));
    right.nat.kind = static_cast<NatKind>(dice.below(2));
    lost = [&](const IceEnd&, const std::string&) { return dice.below(100) < 20; };
    delay_min = milliseconds(5), delay_max = milliseconds(150);  // one overtakes the other
    duplicated = 10;
    flying.clear();
    nominated.clear();
    begin(dice.below(2) == 0, dice.below(2) == 0);
    const auto done = [&] {
      return left.agent->state() == IceState::Completed && right.agent->state() == IceState::Completed;
    };
    for (int i = 0; i < 60 && !done(); ++i) run(seconds(1));
    const bool hopeless = left.nat.kind == NatKind::Symmetric && right.nat.kind == NatKind::Cone;
    if (hopeless) continue;
    ASSERT_EQ(left.agent->state(), IceState::Completed) << seed;
    ASSERT_EQ(right.agent->state(), IceState::Completed) << seed;
    ASSERT_NE(left.agent->is_controlling(), right.agent->is_controlling()) << seed;
    for (const std::uint16_t component : kBoth) expect_one_pair(component);
    if (HasFailure()) FAIL() << seed;
  }
}

// RFC 7675 §5.1

// §9

// §7.2.5.2.1

// §14.2: a new check each 50 ms at the most; our ticks make that 60.

TEST_F(Ice, ChecksAreSpread) {
  for (int i = 0; i < 10; ++i)
    right.ice.candidates.push_back({"x" + std::to_string(i),
                                    1,
                                    static_cast<std::uint32_t>(1000 + i),
                                    {IpAddress::v4(192, 0, 2, 1), static_cast<std::uint16_t>(1024 + i)},
                                    IceType::Host,
                                    {}});
  begin();
  right.agent.reset();
  run(seconds(2));
  EXPECT_EQ(starts.size(), 11U) << "ten, and the port of the peer";
  for (std::size_t i = 1; i < starts.size(); ++i) EXPECT_GE(starts[i].at - starts[i - 1].at, milliseconds(50));
}

// §6.1.2.6, §7.2.5.3.3: RTCP waits until RTP has shown the way; §14.3 and RFC 8489 §6.2.1: when a check is repeated.

TEST_F(Ice, ChecksOfOneFoundationWaitForTheFirst) {
  begin();
  right.agent.reset();
  std::vector<std::pair<std::uint16_t, Duration>> out;
  const TimePoint begin_at = now;
  for (; now - begin_at < seconds(9); now += milliseconds(20))
    for (const auto& datagram : left.agent->tick(now)) out.emplace_back(datagram.component, now - begin_at);
  std::vector<Duration> first;
  for (const auto& [component, at] : out)
    if (component == 1) first.push_back(at);
  EXPECT_THAT(first, testing::ElementsAre(milliseconds(0), milliseconds(500), milliseconds(1500), milliseconds(3500),
                                          milliseconds(7500)));
  EXPECT_EQ(out.size(), first.size()) << "no check of the second component";
}

TEST_F(Ice, NominationIsRegular) {
  left.nat.kind = right.nat.kind = NatKind::Cone;
  begin();
  run(seconds(30));
  expect_completed();
  for (const std::uint16_t component : kBoth) {
    EXPECT_EQ((nominated[{&left, component}].size()), 1U) << "§8.1.1: one and only one";
    EXPECT_TRUE((nominated[{&right, component}].empty()));
    expect_one_pair(component);
  }
}

// §7.3.1.4, and the nomination does not get lost.

TEST_F(Ice, AnswersThatTakeLongerThanRepetitionsAreTakenAll) {
  left.nat.kind = right.nat.kind = NatKind::Cone;
  delay_min = delay_max = milliseconds(700);
  begin();
  run(seconds(20));
  expect_completed();
  expect_one_pair(1);
}

// §7.2.5.1: two checks under way meet the conflict; the role changes once.

TEST_F(Ice, ARoleConflictThatIsToldTwiceSwitchesOnce) {
  delay_min = delay_max = milliseconds(300);
  right.ice.candidates.push_back({"7", 1, 5000, {right.base.address, 11782}, IceType::Host, {}});
  begin(true, true);
  run(seconds(5));
  EXPECT_NE(left.agent->is_controlling(), right.agent->is_controlling());
  expect_completed();
}

// RFC 8863: a peer whose candidates are all names (mDNS) is known by its checks only.

TEST_F(Ice, APeerWithoutCandidatesMayShowItself) {
  right.nat.kind = NatKind::Cone;
  gather(left, true);
  gather(right, true);
  auto blind = plan(left, right, true);
  blind.remote.candidates.clear();
  left.agent.emplace(blind, left.random);
  run(seconds(10));
  EXPECT_EQ(left.agent->state(), IceState::Checking);
  right.agent.emplace(plan(right, left, false), right.random);
  run(seconds(5));
  expect_completed();
  EXPECT_EQ(left.agent->remote(1)->address, right.nat.address);
}

// §7.3.1.4: several answers of a fork know our name.

TEST_F(Ice, TheChoiceNamesBothEnds) {
  left.nat.kind = NatKind::Symmetric;
  begin();
  run(seconds(3));
  const auto choice = left.agent->choice();
  ASSERT_TRUE(choice);
  EXPECT_TRUE(choice->controlling);
  EXPECT_EQ(choice->local_ufrag, left.ice.ufrag);
  ASSERT_EQ(choice->local.size(), 2U);
  EXPECT_EQ(choice->local[0].type, IceType::PeerReflexive) << "the STUN server has seen another one";
  EXPECT_EQ(choice->local[0].related, left.base);
  EXPECT_EQ(choice->local[1].component, 2);
  EXPECT_EQ(choice->remote[1], right.port(2));
  expect_one_pair(1);
  expect_one_pair(2);
}

// §9: media goes on where it went, and the roles stay.

// RFC 7675 §5.1: consent is that of one pair of ports; RTCP may be gone while audio goes on.

// A peer of RFC 5245 nominates every check; the best of the pairs wins.

// A relay in the open does not lead into private networks, one within does.
TEST_F(Ice, RelayedPairsAreThoseThatTheRelayMayReach) {
  components = 1;
  const auto pairs_of = [&](const IpAddress& relay) {
    IcePlan relayed = plan(left, right, true);
    relayed.local.candidates = {{"3", 1, 1, {relay, 50'000}, IceType::Relayed, {}}};
    relayed.remote.candidates.clear();
    for (const char* address : {"10.1.0.2", "172.16.0.1", "172.32.0.1", "192.168.1.1", "169.254.0.1", "203.0.113.2"})
      relayed.remote.candidates.push_back({address, 1, 9, {*IpAddress::parse(address), 4000}, IceType::Host, {}});
    return IceAgent(relayed, left.random).pairs();
  };
  EXPECT_EQ(pairs_of(IpAddress::v4(198, 51, 100, 1)), 6U + 2U);
  EXPECT_EQ(pairs_of(IpAddress::v4(10, 9, 0, 1)), 6U + 6U);
}

}  // namespace
}  // namespace offhook::media
