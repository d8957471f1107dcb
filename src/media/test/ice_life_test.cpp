// What comes after the first pair, and from strangers: consent (RFC 7675), restarts, peers of RFC 5245.
#include "ice/agent.hpp"

#include "ice_pair.hpp"

namespace offhook::media {
namespace {

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
  EXPECT_EQ(left.agent->state(), IceState::Failed);
  sent = 0;
  run(seconds(60));
  EXPECT_EQ(sent, 0);
}

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
  EXPECT_EQ(left.agent->state(), IceState::Checking);
  run(seconds(3));
  expect_completed();
  EXPECT_EQ(right.agent->remote(1), left.base);
}

TEST_F(Ice, TheSamePlanAgainChangesNothing) {
  begin();
  run(seconds(3));
  left.agent->update(plan(left, right, false));
  EXPECT_EQ(left.agent->state(), IceState::Completed);
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

TEST_F(Ice, AnAnswerFromElsewhereIsNoSuccess) {
  components = 1;
  begin();
  right.agent.reset();
  for (int i = 0; i < 50 * 60; ++i, now += milliseconds(20))
    for (const auto& datagram : left.agent->tick(now))
      if (const auto answer = stun::answer_check(datagram.bytes, left.base, right.ice.ufrag, right.ice.password))
        (void)left.agent->receive(now, 1, {IpAddress::v4(192, 0, 2, 66), 6666}, answer->bytes);
  EXPECT_EQ(left.agent->state(), IceState::Failed);
  EXPECT_FALSE(left.agent->remote(1));
}

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

TEST_F(Ice, ARestartKeepsPairAndRolesUntilThereAreNewOnes) {
  begin();
  run(seconds(3));
  for (IceEnd* side : {&left, &right}) {
    side->ice.ufrag += '2';
    side->ice.password += '2';
  }
  left.agent->update(plan(left, right, false));
  right.agent->update(plan(right, left, true));
  EXPECT_EQ(left.agent->state(), IceState::Checking);
  EXPECT_EQ(left.agent->remote(1), right.port(1));
  EXPECT_EQ(left.agent->remote(2), right.port(2));
  EXPECT_FALSE(left.agent->choice());
  run(seconds(3));
  expect_completed();
  EXPECT_TRUE(left.agent->is_controlling());
  EXPECT_EQ(left.agent->choice()->local_ufrag, left.ice.ufrag);
}

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

// RFC 7675 §5.1: an answer may be to an earlier question than the last.
TEST_F(Ice, ConsentThatIsSlowIsConsent) {
  begin();
  run(seconds(3));
  expect_completed();
  delay_min = delay_max = seconds(4);
  run(seconds(120));
  EXPECT_FALSE(left.agent->has_lost_consent());
  EXPECT_FALSE(right.agent->has_lost_consent());
}

TEST_F(Ice, AnAnswerForConsentCountsOnce) {
  components = 1;
  begin();
  std::string last;
  right.agent.reset();
  const auto live = [&](Duration span, bool answers) {
    for (const TimePoint end = now + span; now < end; now += milliseconds(20)) {
      for (const auto& datagram : left.agent->tick(now)) {
        const auto answer = stun::answer_check(datagram.bytes, left.base, right.ice.ufrag, right.ice.password);
        if (!answers || !answer) continue;
        last = answer->bytes;
        (void)left.agent->receive(now, 1, datagram.to, last);
      }
      if (!answers) (void)left.agent->receive(now, 1, right.base, last);
    }
  };
  live(seconds(20), true);
  ASSERT_EQ(left.agent->state(), IceState::Completed);
  live(seconds(31), false);
  EXPECT_TRUE(left.agent->has_lost_consent()) << "somebody on the way repeats it";
}

// RFC 7675 §5.1: that goes for the pair that is in use while ICE begins anew.
TEST_F(Ice, ThePairBeforeARestartNeedsConsentToo) {
  begin();
  run(seconds(3));
  right.agent.reset();
  for (int i = 0; i < 30; ++i)
    right.ice.candidates.push_back({"x" + std::to_string(i),
                                    1,
                                    static_cast<std::uint32_t>(1000 + i),
                                    {IpAddress::v4(192, 0, 2, 1), static_cast<std::uint16_t>(1024 + i)},
                                    IceType::Host,
                                    {}});
  for (IceEnd* side : {&left, &right}) side->ice.ufrag += '2', side->ice.password += '2';
  left.agent->update(plan(left, right, true));
  run(seconds(20));
  EXPECT_EQ(left.agent->remote(1), right.port(1));
  for (IceEnd* side : {&left, &right}) side->ice.ufrag += '3';
  left.agent->update(plan(left, right, true));  // which makes it no younger
  run(seconds(11));
  EXPECT_EQ(left.agent->state(), IceState::Checking);
  EXPECT_FALSE(left.agent->remote(1));
  EXPECT_FALSE(left.agent->remote(2));
}

TEST_F(Ice, WhoIsGoneAndBeginsNothingAnewIsGivenUp) {
  begin();
  run(seconds(3));
  right.agent.reset();
  run(seconds(36));
  ASSERT_TRUE(left.agent->has_lost_consent());
  EXPECT_FALSE(left.agent->is_given_up());
  run(seconds(40));
  EXPECT_TRUE(left.agent->is_given_up());
  left.ice.ufrag += '2';
  left.agent->update(plan(left, right, true));
  EXPECT_FALSE(left.agent->is_given_up());
}

TEST_F(Ice, ACallWithoutRtcpIsNoFailure) {
  silent = 2;
  begin();
  run(seconds(120));
  EXPECT_EQ(left.agent->state(), IceState::Checking);
  EXPECT_EQ(left.agent->remote(1), right.port(1));
  EXPECT_FALSE(left.agent->remote(2));
}

// RFC 8445 §6.1.2.2
TEST_F(Ice, WhatIsLocalToALinkMeetsItsLikeOnly) {
  components = 1;
  const auto v6 = [](const char* text) { return Endpoint{*IpAddress::parse(text), 11780}; };
  const auto pairs_of = [&](const char* own) {
    IcePlan six = plan(left, right, true);
    six.is_v6 = true;
    six.local.candidates = {{"1", 1, 9, v6(own), IceType::Host, {}}};
    six.remote.candidates = {{"1", 1, 9, v6("2001:db8::7"), IceType::Host, {}},
                             {"1", 1, 8, v6("fe80::7"), IceType::Host, {}},
                             {"1", 1, 7, v6("febf::7"), IceType::Host, {}}};
    return IceAgent(six, left.random).pairs();
  };
  EXPECT_EQ(pairs_of("2001:db8::1"), 1U);
  EXPECT_EQ(pairs_of("fe80::1"), 2U);
}

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

// A better pair that worked once may be chosen when nobody has asked for it in a long time.
TEST_F(Ice, APairThatIsNominatedLateIsAskedForBeforeItIsUsed) {
  components = 1;
  right.ice.candidates.push_back({"7", 1, 1000, {right.base.address, 11782}, IceType::Host, {}});
  begin(false, true);
  bool better_answers = true;
  const auto live = [&](Duration span) {
    for (const TimePoint end = now + span; now < end; now += milliseconds(20))
      for (const auto& datagram : left.agent->tick(now)) {
        if (datagram.to == right.base && !better_answers) continue;
        if (const auto answer = stun::answer_check(datagram.bytes, left.base, right.ice.ufrag, right.ice.password,
                                                   stun::CheckRole{true, 1}))
          (void)left.agent->receive(now, 1, datagram.to, answer->bytes);
      }
  };
  const auto nominate_from = [&](std::uint16_t port) {
    stun::CheckRequest check;
    check.id = stun::new_transaction_id(right.random);
    check.username = left.ice.ufrag + ':' + right.ice.ufrag;
    check.password = left.ice.password;
    check.use_candidate = true;
    EXPECT_TRUE(left.agent->receive(now, 1, {right.base.address, port}, stun::check_request(check)));
  };
  live(seconds(1));
  nominate_from(11782);
  live(seconds(60));
  ASSERT_EQ(left.agent->remote(1)->port, 11782);
  better_answers = false;
  nominate_from(right.base.port);
  live(seconds(1));
  EXPECT_FALSE(left.agent->has_lost_consent());
  EXPECT_EQ(left.agent->remote(1)->port, 11782);
  better_answers = true;
  live(seconds(3));
  EXPECT_EQ(left.agent->remote(1), right.base);
  EXPECT_FALSE(left.agent->has_lost_consent());
  live(seconds(60));
  EXPECT_EQ(left.agent->remote(1), right.base);
}

// A browser whose way has broken names another of those that it knows, better or not.
TEST_F(Ice, AWorsePairIsTakenWhereTheOneInUseHasGoneSilent) {
  components = 1;
  right.ice.candidates.push_back({"7", 1, 1000, {right.base.address, 11782}, IceType::Host, {}});
  begin(false, true);
  bool better_answers = true;
  const auto live = [&](Duration span, std::uint16_t port) {
    for (const TimePoint end = now + span; now < end;) {
      stun::CheckRequest check;
      check.id = stun::new_transaction_id(right.random);
      check.username = left.ice.ufrag + ':' + right.ice.ufrag;
      check.password = left.ice.password;
      check.use_candidate = true;
      EXPECT_TRUE(left.agent->receive(now, 1, {right.base.address, port}, stun::check_request(check)));
      for (int i = 0; i < 50; ++i, now += milliseconds(20))
        for (const auto& datagram : left.agent->tick(now)) {
          if (datagram.to == right.base && !better_answers) continue;
          if (const auto answer = stun::answer_check(datagram.bytes, left.base, right.ice.ufrag, right.ice.password,
                                                     stun::CheckRole{true, 1}))
            (void)left.agent->receive(now, 1, datagram.to, answer->bytes);
        }
    }
  };
  live(seconds(30), right.base.port);
  ASSERT_EQ(left.agent->remote(1), right.base);
  live(seconds(30), 11782);
  EXPECT_EQ(left.agent->remote(1), right.base) << "it answers";
  better_answers = false;
  live(seconds(20), 11782);
  EXPECT_EQ(left.agent->remote(1)->port, 11782);
  live(seconds(60), 11782);
  EXPECT_FALSE(left.agent->has_lost_consent());
}

// §7.2.5.1: what a question for consent asked with counts, not what we are by now.
TEST_F(Ice, AConflictThatConsentMeetsLateSwitchesNothingBack) {
  components = 1;
  begin(true, false);
  run(seconds(3));
  std::string question;
  while (question.empty()) {
    for (const auto& datagram : left.agent->tick(now)) question = datagram.bytes;
    now += milliseconds(20);
  }
  // The peer has taken the control in the meantime.
  stun::CheckRequest check;
  check.id = stun::new_transaction_id(right.random);
  check.username = left.ice.ufrag + ':' + right.ice.ufrag;
  check.password = left.ice.password;
  check.controlling = true;
  check.tie_breaker = ~std::uint64_t{0};
  EXPECT_TRUE(left.agent->receive(now, 1, right.base, stun::check_request(check)));
  ASSERT_FALSE(left.agent->is_controlling());
  const auto refusal = stun::answer_check(question, left.base, right.ice.ufrag, right.ice.password,
                                          stun::CheckRole{true, ~std::uint64_t{0}});
  ASSERT_TRUE(refusal);
  ASSERT_EQ(stun::error_code(*stun::Message::parse(refusal->bytes)), stun::kRoleConflict);
  EXPECT_FALSE(left.agent->receive(now, 1, right.base, refusal->bytes));
  EXPECT_FALSE(left.agent->is_controlling());
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
