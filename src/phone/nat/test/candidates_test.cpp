// Phones with ICE: which candidates their descriptions have, what they agree on, and when they speak of it again. RFC
// 8445 §5.1.1, RFC 8839 §4.3.4, §4.4.
#include "nat/candidates.hpp"

#include <gmock/gmock.h>

#include "stun/message.hpp"
#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using sdp::IceType;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using Way = config::NatConfig::Way;

const Endpoint kOwn{IpAddress::v4(10, 0, 0, 2), 11780}, kSeen{IpAddress::v4(203, 0, 113, 7), 50'000};

TEST(Candidates, OfAPhoneWithoutNatAreItsTwoPorts) {
  const auto side = candidates_of(kOwn, kOwn, {});
  ASSERT_THAT(side.candidates, SizeIs(2));
  EXPECT_EQ(side.candidates[0].address, kOwn);
  EXPECT_EQ(side.candidates[1].component, 2);
  EXPECT_EQ(side.candidates[1].address.port, 11781);
}

TEST(Candidates, BehindANatThereAreReflexiveOnesToo) {
  const auto side = candidates_of(kOwn, kSeen, Endpoint{kSeen.address, 50'007});
  ASSERT_THAT(side.candidates, SizeIs(4));
  EXPECT_EQ(side.candidates[1].type, IceType::ServerReflexive);
  EXPECT_EQ(side.candidates[1].address, kSeen);
  EXPECT_EQ(side.candidates[1].related, kOwn);
  EXPECT_EQ(side.candidates[3].address.port, 50'007);
  EXPECT_NE(side.candidates[0].foundation, side.candidates[1].foundation);
  EXPECT_EQ(side.candidates[0].foundation, side.candidates[2].foundation) << "RFC 8445 §5.1.1.3";
}

class IceOffice : public ::testing::Test {
 protected:
  static void with_ice(config::PhoneConfig& config) { config.accounts.front().nat.ice = true; }
  void add(const std::string& name) { office.add(name, with_ice); }
  [[nodiscard]] std::string sdp(const std::string& what) const {
    const auto* seen = office.find_sent(what);
    return seen == nullptr ? "" : std::string(seen->message.body());
  }
  [[nodiscard]] std::uint64_t leg(const std::string& name) { return *office.rack().leg_of(office.id(name), 1); }
  [[nodiscard]] std::shared_ptr<const sdp::IceExchange> checks(const std::string& name) {
    return office.plan(leg(name)).checks;
  }
  // As the media engine tells: the host candidates of both.
  void choose(const std::string& name, std::uint16_t seen_port = 0) {
    const auto exchange = checks(name);
    sdp::IceChoice choice;
    choice.local_ufrag = exchange->local.ufrag;
    choice.controlling = exchange->offered_by_us;
    choice.local = exchange->local.candidates;
    if (seen_port != 0) choice.local[0].address.port = seen_port;
    for (const auto& candidate : exchange->remote.candidates) choice.remote.push_back(candidate.address);
    office.rack().leg_chosen(office.now(), {leg(name), office.id(name), choice});
    office.settle();
  }
  void fail(const std::string& name, media::LinkFailure::What what) {
    office.rack().link_failed(office.now(), {leg(name), office.id(name), "a reason", what});
    office.settle();
  }
  // The wire takes the word that the sender speaks as RFC 8445 has it.
  void make_old(const std::string& name) {
    office.tamper = [name](const std::string& from, std::string& bytes) {
      if (from != name) return;
      for (auto at = bytes.find("a=ice-options:ice2"); at != std::string::npos; at = bytes.find("a=ice-options:ice2"))
        bytes.replace(at, 18, "a=ice-options:oldx");
    };
  }
  SimOffice office;
};

TEST_F(IceOffice, CandidatesGoBothWaysWhereBothHaveThem) {
  add("A");
  add("B");
  office.connect("A", "B");
  const auto a = checks("A"), b = checks("B");
  ASSERT_TRUE(a && b);
  EXPECT_TRUE(a->offered_by_us);
  EXPECT_FALSE(b->offered_by_us);
  EXPECT_EQ(a->local.ufrag, b->remote.ufrag);
  EXPECT_EQ(a->remote.password, b->local.password);
  EXPECT_GE(a->local.password.size(), 22U);
  ASSERT_THAT(a->local.candidates, SizeIs(2)) << "RTP and RTCP";
  EXPECT_EQ(a->local.candidates[0].address, office.plan(leg("A")).local);
  // The same names on hold and after it: it is no restart.
  (void)office.tell("A", "hold");
  office.settle();
  EXPECT_EQ(office.audio("B", 1), "recvonly");
  (void)office.tell("A", "resume");
  office.settle();
  EXPECT_EQ(checks("A"), a);
  EXPECT_EQ(checks("B"), b);
  EXPECT_EQ(office.audio("B", 1), "sendrecv");
}

TEST_F(IceOffice, WhoHasNoneIsCalledAsEver) {
  add("A");
  office.add("B");
  office.connect("A", "B");
  EXPECT_THAT(sdp("A INVITE"), HasSubstr("a=candidate:1 1 UDP "));
  EXPECT_THAT(sdp("B 200 INVITE"), Not(HasSubstr("ice-")));
  EXPECT_FALSE(checks("A"));
  EXPECT_EQ(office.audio("A", 1), "sendrecv");
  EXPECT_EQ(office.plan(leg("A")).remote, office.plan(leg("B")).local);
}

TEST_F(IceOffice, ServerThatTakesItsPlaceInTheMiddleIsSpokenToAsEver) {
  office.tamper = [](const std::string& from, std::string& bytes) {
    if (from == "P" && bytes.starts_with("INVITE"))
      if (const auto at = bytes.find("c=IN IP4 127.0.0.1"); at != std::string::npos) bytes[at + 17] = '9';
  };
  add("A");
  add("B");
  office.connect("A", "B");
  EXPECT_THAT(sdp("B 200 INVITE"), HasSubstr("a=ice-mismatch\r\n"));
  EXPECT_FALSE(checks("A"));
  EXPECT_FALSE(checks("B"));
  EXPECT_EQ(office.plan(leg("B")).remote.address, *IpAddress::parse("127.0.0.9"));
}

TEST_F(IceOffice, MappedPortsAreCandidates) {
  office.stun = [](const Endpoint& from, const std::string& bytes) {
    return stun::answer(bytes, {kSeen.address, static_cast<std::uint16_t>(from.port + 30'000)});
  };
  office.add("A", [](config::PhoneConfig& config) {
    auto& nat = config.accounts.front().nat;
    nat.way = Way::Stun;
    nat.rport = 1;
    nat.stun_server = "127.0.0.1";
    nat.ice = true;
  });
  office.add("B");
  (void)office.tell("A", "call 1002");
  office.leg_mapped({office.opened.back().leg, office.id("A"), kSeen, Endpoint{kSeen.address, 50'007}});
  office.settle();
  EXPECT_THAT(sdp("A INVITE"), AllOf(HasSubstr(" 127.0.0.1 11780 typ host\r\n"), HasSubstr("m=audio 50000 "),
                                     HasSubstr(" 203.0.113.7 50000 typ srflx raddr 127.0.0.1 rport 11780\r\n"),
                                     HasSubstr(" 203.0.113.7 50007 typ srflx raddr 127.0.0.1 rport 11781\r\n")));
}

// §4.3.4: between agents of RFC 8445 the next description says it.
TEST_F(IceOffice, WhatIsChosenIsSaidByTheNextDescription) {
  add("A");
  add("B");
  office.connect("A", "B");
  office.seen.clear();
  choose("A", 50'000);
  choose("B");
  EXPECT_TRUE(office.sent().empty());
  (void)office.tell("A", "hold");
  office.settle();
  EXPECT_THAT(sdp("A INVITE"), AllOf(HasSubstr("m=audio 50000 "), HasSubstr("a=remote-candidates:1 127.0.0.1 ")));
  EXPECT_THAT(sdp("B 200 INVITE"), Not(HasSubstr("remote-candidates")));
  EXPECT_TRUE(checks("A") && checks("B"));
}

TEST_F(IceOffice, AnOlderPeerIsToldAtOnceWhereThePairIsAnother) {
  make_old("B");
  add("A");
  add("B");
  office.connect("A", "B");
  ASSERT_FALSE(checks("A")->remote.ice2);
  const auto ufrag = checks("A")->local.ufrag;
  office.seen.clear();
  choose("A");
  EXPECT_TRUE(office.sent().empty()) << "it is the pair that the descriptions name";
  choose("A", 50'000);
  EXPECT_EQ(office.sent(), (std::vector<std::string>{"A INVITE", "B 200 INVITE", "A ACK"}));
  EXPECT_THAT(sdp("A INVITE"),
              AllOf(HasSubstr("m=audio 50000 "), HasSubstr("a=ice-ufrag:" + ufrag), HasSubstr("a=sendrecv\r\n")));
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(checks("A")->local.ufrag, ufrag);
}

TEST_F(IceOffice, TheControlledSideTellsNothing) {
  make_old("A");
  add("A");
  add("B");
  office.connect("A", "B");
  ASSERT_FALSE(checks("B")->remote.ice2);
  office.seen.clear();
  choose("B", 50'000);
  EXPECT_TRUE(office.sent().empty());
}

// RFC 7675: the peer has not answered for half a minute.
TEST_F(IceOffice, SilenceBeginsAnew) {
  add("A");
  add("B");
  office.connect("A", "B");
  const auto before_a = checks("A"), before_b = checks("B");
  choose("A");
  choose("B");
  office.seen.clear();
  fail("B", media::LinkFailure::What::Silence);
  EXPECT_EQ(office.sent(), (std::vector<std::string>{"B INVITE", "A 200 INVITE", "B ACK"}));
  EXPECT_THAT(sdp("B INVITE"), Not(HasSubstr("remote-candidates")));
  EXPECT_NE(checks("A")->local.ufrag, before_a->local.ufrag);
  EXPECT_NE(checks("B")->local.ufrag, before_b->local.ufrag);
  EXPECT_EQ(checks("A")->remote.ufrag, checks("B")->local.ufrag);
  EXPECT_TRUE(checks("A")->offered_by_us) << "roles stay";
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.note("A", 1), "");
  EXPECT_EQ(office.note("B", 1), "no audio: looking for another way to the other side");
  choose("B");
  EXPECT_EQ(office.note("B", 1), "");
}

// A server has taken the other's place, which has no ICE.
TEST_F(IceOffice, NothingIsLookedForWhereTheOtherSideHasNoIceAnyMore) {
  add("A");
  add("B");
  office.connect("A", "B");
  office.tamper = [](const std::string& from, std::string& bytes) {
    for (auto at = bytes.find("a=ice-pwd:"); from == "B" && at != std::string::npos; at = bytes.find("a=ice-pwd:"))
      bytes.replace(at, 10, "a=old-pwd:");
  };
  fail("A", media::LinkFailure::What::Silence);
  EXPECT_FALSE(checks("A"));
  EXPECT_EQ(office.note("A", 1), "");
}

TEST_F(IceOffice, SilenceWhileHoldIsOfferedBeginsAnewAfterIt) {
  add("A");
  add("B");
  office.connect("A", "B");
  const auto before = checks("A");
  office.seen.clear();
  (void)office.tell("A", "hold");
  fail("A", media::LinkFailure::What::Silence);
  EXPECT_EQ(office.sent(),
            (std::vector<std::string>{"A INVITE", "B 200 INVITE", "A ACK", "A INVITE", "B 200 INVITE", "A ACK"}));
  EXPECT_NE(checks("A")->local.ufrag, before->local.ufrag);
  EXPECT_NE(checks("A")->remote.ufrag, before->remote.ufrag);
  EXPECT_EQ(office.audio("B", 1), "recvonly");
}

TEST_F(IceOffice, BothThatFindSilenceBeginAnewOnce) {
  add("A");
  add("B");
  office.connect("A", "B");
  office.seen.clear();
  for (const std::string name : {"A", "B"})
    office.rack().link_failed(office.now(), {leg(name), office.id(name), "", media::LinkFailure::What::Silence});
  office.run(seconds(10));
  int restarts = 0;
  for (const std::string& what : office.sent()) restarts += what.ends_with(" 200 INVITE") ? 1 : 0;
  EXPECT_EQ(restarts, 1);
  EXPECT_EQ(checks("A")->remote.ufrag, checks("B")->local.ufrag);
}

TEST_F(IceOffice, NoWayEndsTheCallAndSaysSo) {
  add("A");
  add("B");
  office.connect("A", "B");
  fail("A", media::LinkFailure::What::NoWay);
  EXPECT_EQ(office.state("A", 1), "ended");
  EXPECT_EQ(office.note("A", 1), "no audio: a reason");
  EXPECT_EQ(office.state("B", 1), "ended");
}

// An answer that comes while it rings may be that of a fork which is gone by now.
TEST_F(IceOffice, NoWayWhileItRingsBeginsAnewWithTheAnswer) {
  add("A");
  add("B");
  (void)office.tell("A", "call 1002");
  office.settle();
  const auto leg_a = office.opened.back().leg;
  office.rack().link_failed(office.now(), {leg_a, office.id("A"), "a reason", media::LinkFailure::What::NoWay});
  office.settle();
  EXPECT_EQ(office.state("A", 1), "ringback");
  office.seen.clear();
  (void)office.tell("B", "answer");
  office.settle();
  EXPECT_EQ(office.sent(), (std::vector<std::string>{"B 200 INVITE", "A ACK", "A INVITE", "B 200 INVITE", "A ACK"}));
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(checks("A")->remote.ufrag, checks("B")->local.ufrag);
}

TEST_F(IceOffice, AChoiceOfAnEarlierSessionIsNone) {
  add("A");
  add("B");
  office.connect("A", "B");
  sdp::IceChoice old;
  old.local_ufrag = "someotherone";
  old.controlling = true;
  old.local = checks("A")->local.candidates;
  old.local[0].address.port = 50'000;
  office.rack().leg_chosen(office.now(), {leg("A"), office.id("A"), old});
  office.rack().leg_chosen(office.now(), {4711, office.id("A"), old});
  office.seen.clear();
  (void)office.tell("A", "hold");
  office.settle();
  EXPECT_THAT(sdp("A INVITE"), HasSubstr("m=audio 11780 "));
}

}  // namespace
}  // namespace offhook::phone::test
