// Whom an agent believes, and how it asks: answers of others, damaged answers, errors, nominations by who may not, the
// times of its questions. RFC 8445 §7, RFC 7675 §5.1, RFC 8489 §6.3, §14.
#include "ice/agent.hpp"

#include "ice_pair.hpp"

namespace offhook::media {
namespace {

// The agent on the left alone; each test plays its peer.
class IceTrust : public Ice {
 protected:
  IceTrust() {
    components = 1;
    gather(left, true);
    gather(right, true);
  }
  void start(bool controlling = true) { left.agent.emplace(plan(left, right, controlling), left.random); }
  // Its answer, as the peer gives it.
  [[nodiscard]] std::string good(const IceAgent::Datagram& datagram) const {
    auto asked = stun::answer_check(datagram.bytes, left.base, right.ice.ufrag, right.ice.password,
                                    stun::CheckRole{!left.agent->is_controlling(), 1});
    return std::move(asked->bytes);
  }
  // Success for any request, by who does not know the password.
  [[nodiscard]] std::string forged(const IceAgent::Datagram& datagram) const {
    std::string out = good(datagram);
    const auto right_size = out.size() - 8 - 24;  // without FINGERPRINT and MESSAGE-INTEGRITY
    out.resize(right_size);
    stun::put_integrity(out, "a password that nobody has given");
    return out;
  }
  using Reply = std::function<void(const IceAgent::Datagram&)>;
  void live(Duration span, const Reply& reply) {
    for (const TimePoint end = now + span; now < end; now += milliseconds(20))
      for (const auto& datagram : left.agent->tick(now)) reply(datagram);
  }
  void tell(const Endpoint& from, const std::string& bytes) { (void)left.agent->receive(now, 1, from, bytes); }
  [[nodiscard]] Reply answers() {
    return [this](const auto& datagram) { tell(datagram.to, good(datagram)); };
  }
  void ask(const Endpoint& from, std::uint32_t priority, bool nominates, bool controlling) {
    stun::CheckRequest check;
    check.id = stun::new_transaction_id(right.random);
    check.username = left.ice.ufrag + ':' + right.ice.ufrag;
    check.password = left.ice.password;
    check.priority = priority;
    check.use_candidate = nominates;
    check.controlling = controlling;
    EXPECT_TRUE(left.agent->receive(now, 1, from, stun::check_request(check)));
  }
  const Endpoint stranger{IpAddress::v4(192, 0, 2, 66), 6666};
};

// The identifier of a request is on the wire; without the password it is of no use.
TEST_F(IceTrust, ASuccessOfWhoDoesNotKnowThePasswordIsNone) {
  start();
  live(seconds(5), [&](const auto& datagram) { tell(datagram.to, forged(datagram)); });
  EXPECT_FALSE(left.agent->remote(1));
  live(seconds(5), answers());
  EXPECT_EQ(left.agent->remote(1), right.base) << "nor has it done harm";
}

TEST_F(IceTrust, ASuccessFromElsewhereMakesNoPair) {
  start();
  live(seconds(5), [&](const auto& datagram) {
    tell(stranger, good(datagram));
    EXPECT_FALSE(left.agent->remote(1)) << "§7.2.5.2.1";
  });
}

TEST_F(IceTrust, ConsentOfOthersIsNone) {
  for (const int who : {0, 1, 2}) {
    start();
    live(seconds(2), answers());
    ASSERT_EQ(left.agent->state(), IceState::Completed);
    live(seconds(32), [&](const auto& datagram) {
      if (who == 0) tell(stranger, good(datagram));
      if (who == 1) tell(datagram.to, forged(datagram));
      // An error that the peer has sealed: 487, for it says that it controls, too.
      if (who == 2) {
        const auto refusal = stun::answer_check(datagram.bytes, left.base, right.ice.ufrag, right.ice.password,
                                                stun::CheckRole{left.agent->is_controlling(), ~std::uint64_t{0}});
        if (left.agent->is_controlling()) tell(datagram.to, refusal->bytes);
      }
    });
    EXPECT_TRUE(left.agent->has_lost_consent()) << who;
  }
}

TEST_F(IceTrust, ADamagedAnswerIsWaitedForAgain) {
  start();
  bool damages = true;
  live(seconds(1), [&](const auto& datagram) {
    std::string answer = good(datagram);
    if (std::exchange(damages, false)) {
      answer.back() = static_cast<char>(answer.back() ^ 1);
      tell(datagram.to, answer);
      EXPECT_FALSE(left.agent->remote(1));
      answer.back() = static_cast<char>(answer.back() ^ 1);
    }
    tell(datagram.to, answer);
    EXPECT_TRUE(left.agent->remote(1));
  });
  EXPECT_EQ(left.agent->state(), IceState::Completed);
}

// RFC 8489 §14.5: what stands behind the integrity is anybody's.
TEST_F(IceTrust, AnAddressBehindTheIntegrityIsNoAddress) {
  start();
  live(seconds(1), [&](const auto& datagram) {
    std::string out = good(datagram);
    const std::string address = out.substr(20, 12);  // XOR-MAPPED-ADDRESS
    out.resize(20);
    out[3] = 0;
    stun::put_integrity(out, right.ice.password);
    out += address;
    out[3] = static_cast<char>(out.size() - 20);
    ASSERT_TRUE(stun::Message::parse(out)->mapped_address());
    tell(datagram.to, out);
  });
  EXPECT_FALSE(left.agent->remote(1));
}

// §7.2.5.1: a role conflict changes the tie-breaker, too.
TEST_F(IceTrust, AfterAConflictTheTieBreakerIsAnother) {
  start(true);
  std::vector<std::string> tie_breakers;
  live(seconds(1), [&](const auto& datagram) {
    const auto message = *stun::Message::parse(datagram.bytes);
    for (const auto type : {stun::kIceControlling, stun::kIceControlled})
      if (const auto value = message.find(type)) tie_breakers.emplace_back(*value);
    const auto refusal = stun::answer_check(datagram.bytes, left.base, right.ice.ufrag, right.ice.password,
                                            stun::CheckRole{true, ~std::uint64_t{0}});
    tell(datagram.to, refusal->bytes);
  });
  EXPECT_FALSE(left.agent->is_controlling());
  ASSERT_GE(tie_breakers.size(), 2U);
  EXPECT_NE(tie_breakers[0], tie_breakers[1]);
}

// §7.3.1.5: USE-CANDIDATE is the controlling one's word.
TEST_F(IceTrust, WhoIsControlledNominatesNothing) {
  right.ice.candidates.push_back({"7", 1, 1000, {right.base.address, 11782}, IceType::Host, {}});
  start(true);
  // The better one answers late: nobody has nominated yet.
  std::vector<IceAgent::Datagram> late;
  const Reply worse = [&](const auto& datagram) {
    if (datagram.to == right.base)
      late.push_back(datagram);
    else
      tell(datagram.to, good(datagram));
  };
  live(milliseconds(200), worse);
  ASSERT_EQ(left.agent->remote(1)->port, 11782);
  ask({right.base.address, 11782}, 1000, true, false);
  live(milliseconds(100), worse);
  EXPECT_FALSE(left.agent->choice());
  for (const auto& datagram : late) tell(datagram.to, good(datagram));
  live(seconds(1), answers());
  EXPECT_EQ(left.agent->choice()->remote[0], right.base);
}

// §7.3.1.3: of what nobody has named, the peer's checks say how good it is.
TEST_F(IceTrust, APeerReflexiveCandidateHasThePriorityOfItsCheck) {
  right.ice.candidates.clear();
  start(false);
  const Endpoint worse{IpAddress::v4(203, 0, 113, 9), 4001}, better{worse.address, 4002}, worst{worse.address, 4003};
  ask(worse, 500, false, true);
  ask(better, 900, false, true);
  ask(worst, 100, false, true);
  live(seconds(1), answers());
  EXPECT_EQ(left.agent->pairs(), 3U);
  EXPECT_EQ(left.agent->remote(1), better);
}

// RFC 8489 §6.2.1: the last request is waited for sixteen times as long as the first.
TEST_F(IceTrust, AnAnswerToTheLastRepetitionIsInTime) {
  start();
  std::vector<IceAgent::Datagram> asked;
  live(seconds(39), [&](const auto& datagram) { asked.push_back(datagram); });
  ASSERT_EQ(asked.size(), 7U);
  EXPECT_EQ(left.agent->state(), IceState::Checking);
  tell(right.base, good(asked.back()));
  EXPECT_EQ(left.agent->remote(1), right.base);
}

TEST_F(IceTrust, ACheckThatNobodyAnswersEndsInTime) {
  start();
  std::size_t asked = 0;
  live(seconds(40), [&](const auto&) { ++asked; });
  EXPECT_EQ(asked, 7U);
  EXPECT_EQ(left.agent->state(), IceState::Failed);
}

// RFC 7675 §5.1: 4 to 6 s, by chance.
TEST_F(IceTrust, QuestionsForConsentAreSpread) {
  start();
  live(seconds(2), answers());
  std::vector<TimePoint> at;
  live(seconds(300), [&](const auto& datagram) {
    at.push_back(now);
    tell(datagram.to, good(datagram));
  });
  ASSERT_GT(at.size(), 50U);
  std::set<Duration> pauses;
  for (std::size_t i = 1; i < at.size(); ++i) pauses.insert(at[i] - at[i - 1]);
  EXPECT_GE(*pauses.begin(), seconds(4));
  EXPECT_LE(*pauses.rbegin(), seconds(6) + milliseconds(20));
  EXPECT_GT(pauses.size(), 10U);
}

// §7.2.5.3.3: the way of RTP is the first that RTCP tries, however many others wait.
TEST_F(IceTrust, RtcpFollowsRtpAtOnce) {
  components = 2;
  left.ice.candidates.clear();
  right.ice.candidates.clear();
  gather(left, true);
  gather(right, true);
  // One that is better, so that nothing is chosen yet, and many that are worse.
  right.ice.candidates.push_back({"y", 1, 0x7fff'ffff, {stranger.address, 1023}, IceType::Host, {}});
  for (int i = 0; i < 20; ++i)
    right.ice.candidates.push_back({"x" + std::to_string(i),
                                    1,
                                    static_cast<std::uint32_t>(1000 + i),
                                    {stranger.address, static_cast<std::uint16_t>(1024 + i)},
                                    IceType::Host,
                                    {}});
  start();
  live(milliseconds(300), [&](const auto& datagram) {
    if (datagram.to.address == right.base.address)
      (void)left.agent->receive(now, datagram.component, datagram.to, good(datagram));
  });
  EXPECT_TRUE(left.agent->remote(2));
}

}  // namespace
}  // namespace offhook::media
