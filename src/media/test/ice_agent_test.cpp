// Two agents on a network with NATs, in virtual time: which pair they come to, clause by clause of RFC 8445.
#include "ice/agent.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <set>

#include "nat_network.hpp"

namespace offhook::media {
namespace {

using sdp::IceCandidate;
using sdp::IceType;
using State = IceAgent::State;

struct Side {
  std::string name;
  Endpoint base;  // RTP; RTCP is the port above
  Nat nat;
  sdp::IceSide ice;
  std::optional<IceAgent> agent;
  SeededRandom random{1};

  [[nodiscard]] Endpoint port(std::uint16_t component) const {
    return {base.address, static_cast<std::uint16_t>(base.port + component - 1)};
  }
};

class Ice : public testing::Test {
 protected:
  Ice() {
    left.name = "left";
    left.base = {IpAddress::v4(10, 0, 0, 2), 11780};
    left.nat.address = IpAddress::v4(203, 0, 113, 1);
    right.name = "right";
    right.base = {IpAddress::v4(10, 1, 0, 2), 11780};
    right.nat.address = IpAddress::v4(203, 0, 113, 2);
    right.random = SeededRandom(2);
  }
  void gather(Side& side, bool reflexive) {
    side.ice.ufrag = side.name + "frag";
    side.ice.password = side.name + std::string(22, 'p');
    for (std::uint16_t component = 1; component <= components; ++component) {
      const Endpoint own = side.port(component);
      side.ice.candidates.push_back(
          {"1", component, sdp::ice_priority(IceType::Host, component), own, IceType::Host, {}});
      if (!reflexive || side.nat.kind == NatKind::None) continue;
      const Endpoint seen = side.nat.out(own, kStun);
      side.ice.candidates.push_back({"2", component, sdp::ice_priority(IceType::ServerReflexive, component), seen,
                                     IceType::ServerReflexive, own});
    }
  }
  [[nodiscard]] IcePlan plan(const Side& own, const Side& other, bool controlling) const {
    return {own.ice, other.ice, controlling, components, false};
  }
  void begin(bool left_controls = true, bool right_controls = false, bool reflexive = true) {
    gather(left, reflexive);
    gather(right, reflexive);
    left.agent.emplace(plan(left, right, left_controls), left.random);
    right.agent.emplace(plan(right, left, right_controls), right.random);
  }
  void send(Side& from, Side& to, std::uint16_t component, const Endpoint& remote, const std::string& bytes) {
    ++sent;
    if (component == silent) return;
    note(from, component, bytes);
    if (same_site && remote.address == to.base.address) return arrive(from.port(component), to, remote, bytes);
    const Endpoint seen = from.nat.out(from.port(component), remote);
    if (lost && lost(from, bytes)) return;
    if (to.nat.kind == NatKind::None && remote.address != to.base.address) return;
    if (const auto inside = to.nat.in(seen, remote)) arrive(seen, to, *inside, bytes);
  }
  void note(const Side& from, std::uint16_t component, const std::string& bytes) {
    const auto message = stun::Message::parse(bytes);
    if (!message || message->message_class != stun::Class::Request) return;
    const std::string id(message->id.begin(), message->id.end());
    if (begun.insert(id).second) starts.push_back({now, &from});
    if (message->find(stun::kUseCandidate)) nominated[{&from, component}].insert(id);
  }
  void arrive(const Endpoint& seen, Side& to, const Endpoint& at, const std::string& bytes) {
    const auto fly = [&] {
      const Duration delay = delay_min + Duration(static_cast<std::int64_t>(dice.below(
                                             static_cast<std::uint64_t>((delay_max - delay_min).count()) + 1)));
      flying.insert({now + delay, {&to, static_cast<std::uint16_t>(at.port - to.base.port + 1), seen, bytes}});
    };
    fly();
    if (dice.below(100) < duplicated) fly();
  }
  void deliver() {
    while (!flying.empty() && flying.begin()->first <= now) {
      const Flying each = std::move(flying.extract(flying.begin()).mapped());
      if (!each.to->agent) continue;
      Side& other = each.to == &left ? right : left;
      if (const auto answer = each.to->agent->receive(now, each.component, each.from, each.bytes))
        send(*each.to, other, each.component, each.from, *answer);
    }
  }
  void run(Duration span) {
    for (const TimePoint end = now + span; now < end; now += milliseconds(20)) {
      deliver();
      for (Side* side : {&left, &right}) {
        if (!side->agent) continue;
        for (const auto& datagram : side->agent->tick(now))
          send(*side, side == &left ? right : left, datagram.component, datagram.to, datagram.bytes);
      }
    }
  }
  // Both have come to the same two ends of the way.
  void expect_one_pair(std::uint16_t component) {
    const auto a = left.agent->choice(), b = right.agent->choice();
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->local[component - 1U].address, b->remote[component - 1U]);
    EXPECT_EQ(b->local[component - 1U].address, a->remote[component - 1U]);
  }
  void expect_completed() {
    EXPECT_EQ(left.agent->state(), State::Completed);
    EXPECT_EQ(right.agent->state(), State::Completed);
  }

  static constexpr std::uint16_t kBoth[] = {1, 2};
  static constexpr Endpoint kStun{IpAddress::v4(198, 51, 100, 1), 3478};
  struct Flying {
    Side* to;
    std::uint16_t component;
    Endpoint from;
    std::string bytes;
  };
  struct Start {
    TimePoint at;
    const Side* by;
  };
  Side left, right;
  std::uint16_t components = 2;
  bool same_site = false;  // host candidates reach one another
  std::function<bool(const Side& from, const std::string& bytes)> lost;
  Duration delay_min = milliseconds(10), delay_max = milliseconds(10);
  std::uint16_t silent = 0;      // a component whose datagrams get lost
  std::uint64_t duplicated = 0;  // of a hundred
  SeededRandom dice{99};
  std::multimap<TimePoint, Flying> flying;
  TimePoint now{seconds(1000)};
  int sent = 0;
  std::set<std::string> begun;  // transactions
  std::vector<Start> starts;
  std::map<std::pair<const Side*, std::uint16_t>, std::set<std::string>> nominated;
};

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
  EXPECT_EQ(left.agent->state(), State::Failed);
  EXPECT_EQ(right.agent->state(), State::Failed);
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
  EXPECT_EQ(left.agent->state(), State::Completed);
  EXPECT_EQ(left.agent->remote(1), right.base);
}

TEST_F(Ice, LossIsOvercome) {
  left.nat.kind = right.nat.kind = NatKind::Cone;
  lost = [&](const Side&, const std::string&) { return dice.below(100) < 30; };
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
    lost = [&](const Side&, const std::string&) { return dice.below(100) < 20; };
    delay_min = milliseconds(5), delay_max = milliseconds(150);  // one overtakes the other
    duplicated = 10;
    flying.clear();
    nominated.clear();
    begin(dice.below(2) == 0, dice.below(2) == 0);
    const auto done = [&] {
      return left.agent->state() == State::Completed && right.agent->state() == State::Completed;
    };
    for (int i = 0; i < 60 && !done(); ++i) run(seconds(1));
    const bool hopeless = left.nat.kind == NatKind::Symmetric && right.nat.kind == NatKind::Cone;
    if (hopeless) continue;
    ASSERT_EQ(left.agent->state(), State::Completed) << seed;
    ASSERT_EQ(right.agent->state(), State::Completed) << seed;
    ASSERT_NE(left.agent->is_controlling(), right.agent->is_controlling()) << seed;
    for (const std::uint16_t component : kBoth) expect_one_pair(component);
    if (HasFailure()) FAIL() << seed;
  }
}

// RFC 7675 §5.1
TEST_F(Ice, APeerThatIsGoneIsSentNothingAfterHalfAMinute) {
  begin();
  run(seconds(60));
  expect_completed();
  EXPECT_FALSE(left.agent->has_lost_consent());
  right.agent.reset();
  run(seconds(23));  // the last answer came up to six seconds ago
  EXPECT_FALSE(left.agent->has_lost_consent());
  run(seconds(8));
  EXPECT_TRUE(left.agent->has_lost_consent());
  EXPECT_EQ(left.agent->state(), State::Failed);
  sent = 0;
  run(seconds(60));
  EXPECT_EQ(sent, 0);
}

// §9
TEST_F(Ice, ARestartComesToANewPair) {
  begin();
  run(seconds(3));
  expect_completed();
  left.base = {IpAddress::v4(10, 0, 0, 3), 12000};
  left.ice.candidates.clear();
  right.ice.candidates.clear();
  gather(left, true);
  gather(right, true);
  left.ice.ufrag += "2";
  left.ice.password += "2";
  right.ice.ufrag += "2";
  right.ice.password += "2";
  left.agent->update(plan(left, right, true));
  right.agent->update(plan(right, left, false));
  EXPECT_EQ(left.agent->state(), State::Checking);
  run(seconds(3));
  expect_completed();
  EXPECT_EQ(right.agent->remote(1), left.base);
}

TEST_F(Ice, TheSamePlanAgainChangesNothing) {
  begin();
  run(seconds(3));
  left.agent->update(plan(left, right, false));
  EXPECT_EQ(left.agent->state(), State::Completed);
  EXPECT_TRUE(left.agent->is_controlling()) << "the role is that of the first exchange";
}

TEST_F(Ice, WhoDoesNotKnowThePasswordIsNoPeer) {
  begin();
  stun::CheckRequest check;
  check.id = stun::new_transaction_id(right.random);
  check.username = left.ice.ufrag + ":somebody";
  check.password = "a password that nobody has given";
  check.use_candidate = true;
  const Endpoint stranger{IpAddress::v4(192, 0, 2, 66), 6666};
  const auto pairs = left.agent->pairs();
  EXPECT_TRUE(left.agent->receive(now, 1, stranger, stun::check_request(check))) << "401";
  EXPECT_EQ(left.agent->pairs(), pairs);
  EXPECT_FALSE(left.agent->receive(now, 1, stranger, "junk"));
  EXPECT_FALSE(left.agent->receive(now, 3, stranger, stun::check_request(check)));
}

// §7.2.5.2.1
TEST_F(Ice, AnAnswerFromElsewhereIsNoSuccess) {
  components = 1;
  begin();
  right.agent.reset();
  for (int i = 0; i < 50 * 60; ++i, now += milliseconds(20))
    for (const auto& datagram : left.agent->tick(now))
      if (const auto answer = stun::answer_check(datagram.bytes, left.base, right.ice.ufrag, right.ice.password))
        (void)left.agent->receive(now, 1, {IpAddress::v4(192, 0, 2, 66), 6666}, answer->bytes);
  EXPECT_EQ(left.agent->state(), State::Failed);
  EXPECT_FALSE(left.agent->remote(1));
}

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
  EXPECT_EQ(left.agent->state(), State::Checking);
  right.agent.emplace(plan(right, left, false), right.random);
  run(seconds(5));
  expect_completed();
  EXPECT_EQ(left.agent->remote(1)->address, right.nat.address);
}

// §7.3.1.4: several answers of a fork know our name.
TEST_F(Ice, AnotherBranchOfAForkIsAnsweredButNotTaken) {
  begin();
  stun::CheckRequest check;
  check.id = stun::new_transaction_id(right.random);
  check.username = left.ice.ufrag + ":otherbranch";
  check.password = left.ice.password;
  check.controlling = false;
  const auto pairs = left.agent->pairs();
  const auto answer = left.agent->receive(now, 1, {IpAddress::v4(192, 0, 2, 66), 6666}, stun::check_request(check));
  ASSERT_TRUE(answer);
  EXPECT_EQ(stun::Message::parse(*answer)->message_class, stun::Class::Success);
  EXPECT_EQ(left.agent->pairs(), pairs);
}

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
TEST_F(Ice, ARestartKeepsPairAndRolesUntilThereAreNewOnes) {
  begin();
  run(seconds(3));
  for (Side* side : {&left, &right}) {
    side->ice.ufrag += '2';
    side->ice.password += '2';
  }
  left.agent->update(plan(left, right, false));
  right.agent->update(plan(right, left, true));
  EXPECT_EQ(left.agent->state(), State::Checking);
  EXPECT_EQ(left.agent->remote(1), right.port(1));
  EXPECT_EQ(left.agent->remote(2), right.port(2));
  EXPECT_FALSE(left.agent->choice());
  run(seconds(3));
  expect_completed();
  EXPECT_TRUE(left.agent->is_controlling());
  EXPECT_EQ(left.agent->choice()->local_ufrag, left.ice.ufrag);
}

// RFC 7675 §5.1: consent is that of one pair of ports; RTCP may be gone while audio goes on.
TEST_F(Ice, ConsentIsThatOfAComponent) {
  begin();
  run(seconds(3));
  expect_completed();
  silent = 2;
  run(seconds(40));
  EXPECT_EQ(left.agent->remote(1), right.port(1));
  EXPECT_FALSE(left.agent->remote(2));
  EXPECT_FALSE(left.agent->has_lost_consent());
}

// A peer of RFC 5245 nominates every check; the best of the pairs wins.
TEST_F(Ice, OfSeveralNominatedPairsTheBestIsSelected) {
  components = 1;
  right.ice.candidates.push_back({"7", 1, 1000, {right.base.address, 11782}, IceType::Host, {}});
  begin(false, true);
  const auto nominate_from = [&](std::uint16_t port) {
    const Endpoint from{right.base.address, port};
    stun::CheckRequest check;
    check.id = stun::new_transaction_id(right.random);
    check.username = left.ice.ufrag + ':' + right.ice.ufrag;
    check.password = left.ice.password;
    check.use_candidate = true;
    EXPECT_TRUE(left.agent->receive(now, 1, from, stun::check_request(check)));
  };
  const auto answer_all = [&] {
    for (int i = 0; i < 20; ++i, now += milliseconds(20))
      for (const auto& datagram : left.agent->tick(now))
        if (const auto answer = stun::answer_check(datagram.bytes, left.base, right.ice.ufrag, right.ice.password,
                                                   stun::CheckRole{true, 1}))
          (void)left.agent->receive(now, 1, datagram.to, answer->bytes);
  };
  nominate_from(11782);
  answer_all();
  EXPECT_EQ(left.agent->remote(1)->port, 11782);
  nominate_from(right.base.port);
  answer_all();
  EXPECT_EQ(left.agent->remote(1), right.base);
  nominate_from(11782);
  answer_all();
  EXPECT_EQ(left.agent->remote(1), right.base);
}

TEST_F(Ice, ManyCandidatesAreBounded) {
  for (int i = 0; i < 1000; ++i)
    right.ice.candidates.push_back({std::to_string(i),
                                    1,
                                    static_cast<std::uint32_t>(1000 + i),
                                    {IpAddress::v4(192, 0, 2, 1), static_cast<std::uint16_t>(1024 + i)},
                                    IceType::Host,
                                    {}});
  begin();
  EXPECT_LE(left.agent->pairs(), 100U);
}

}  // namespace
}  // namespace offhook::media
