// The thirteen races of RFC 5407 §3 between two user agents: what leaves, in order, is what the RFC says
// (races/rfc5407.yaml), and in the end nothing is left where nothing should be.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "duet.hpp"
#include "source_folder.hpp"

namespace offhook::test {
namespace {

using sim::drop;
using sim::hold;
using ua::CallEnded;
using ua::CallEstablished;
using ua::HoldChanged;

constexpr std::uint64_t kSeeds = 5;

std::vector<std::string> facts(const std::string& section) {
  for (const auto& flow : YAML::LoadFile(source_folder() / "tests/sim/races/rfc5407.yaml"))
    if (flow["section"].as<std::string>() == section) return flow["messages"].as<std::vector<std::string>>();
  ADD_FAILURE() << "no flow " << section;
  return {};
}

class Race : public testing::TestWithParam<std::uint64_t> {
 protected:
  // A call that B answers after `answered` (never when 0); A's first message leaves at 0.
  void begin(Duration answered = milliseconds(200), const std::function<void(ua::Account&)>& change = {}) {
    duet = std::make_unique<Duet>(GetParam(), change);
    duet->at({}, [this] {
      a().act([&](ua::UserAgent& ua) {
        a().call = *ua.call(duet->now(), a().account, "1002", Endpoint{a().local.address, 4000});
      });
    });
    duet->at(milliseconds(50), [this] { b().act([&](ua::UserAgent& ua) { ua.ring(duet->now(), b().call); }); });
    if (answered > Duration{}) duet->at(answered, [this] { answer(); });
  }
  void answer() {
    b().act([&](ua::UserAgent& ua) { ua.answer(duet->now(), b().call, Endpoint{b().local.address, 4000}); });
  }
  void hold_call(Duration when, Duet::Side& side) {
    duet->at(when, [this, &side] { side.act([&](ua::UserAgent& ua) { ua.hold(duet->now(), side.call); }); });
  }
  void hang_up(Duration when, Duet::Side& side) {
    duet->at(when, [this, &side] { side.act([&](ua::UserAgent& ua) { ua.hang_up(duet->now(), side.call); }); });
  }
  [[nodiscard]] Duet::Side& a() { return duet->a; }
  [[nodiscard]] Duet::Side& b() { return duet->b; }

  // What left up to now begins as the RFC says; returns what came after.
  std::vector<Duet::Line> expect(const std::string& section) {
    const auto wanted = facts(section);
    std::size_t next = 0;
    std::vector<Duet::Line> rest;
    std::string seen;
    for (const Duet::Line& line : duet->lines()) {
      seen += std::to_string(line.at.count() / 1000) + ' ' + line.text + (line.repeated ? " (again)\n" : "\n");
      if (line.text.find(" 100 ") != std::string::npos) continue;
      if (next < wanted.size() && line.text == wanted[next])
        ++next;
      else if (next == wanted.size())
        rest.push_back(line);
      else if (!line.repeated)
        ADD_FAILURE() << line.text << " where " << wanted[next] << " was due\n" << seen;
    }
    EXPECT_EQ(next, wanted.size()) << seen;
    return rest;
  }
  // The call is over on both sides, each was told once, nothing is left.
  void expect_over() {
    duet->run_until(duet->clock + minutes(4));
    for (Duet::Side* side : {&a(), &b()}) {
      EXPECT_EQ(side->count<CallEnded>(), 1) << side->name;
      expect_idle(*side);
      EXPECT_EQ(side->ua.counts().calls, 0) << side->name;
      EXPECT_EQ(side->ua.counts().dialogs, 0) << side->name;
      EXPECT_EQ(side->timers.size(), 0) << side->name;
    }
  }
  // The call stands on both sides, and nothing but it; then it ends as every call does.
  void expect_standing() {
    duet->run_until(duet->clock + minutes(4));
    for (Duet::Side* side : {&a(), &b()}) {
      EXPECT_EQ(side->count<CallEstablished>(), 1) << side->name;
      EXPECT_EQ(side->count<CallEnded>(), 0) << side->name;
      EXPECT_EQ(side->ua.counts().calls, 1) << side->name;
      expect_idle(*side);
    }
    hang_up(duet->clock + milliseconds(1), a());
    expect_over();
  }
  void expect_idle(const Duet::Side& side) {
    EXPECT_EQ(side.transactions.client_count(), 0) << side.name;
    EXPECT_EQ(side.transactions.server_count(), 0) << side.name;
  }

  std::unique_ptr<Duet> duet;
};

TEST_P(Race, S311CalleeReceivesInviteRetransmissionInMoratorium) {
  begin(milliseconds(495));
  duet->network.rules().add(drop({"B", "A", "100 INVITE"}));
  duet->network.rules().add(drop({"B", "A", "180 INVITE"}));
  duet->run_until(seconds(1));
  EXPECT_TRUE(expect("3.1.1").empty());
  EXPECT_EQ(b().count<ua::IncomingCall>(), 1);
  expect_standing();
}

TEST_P(Race, S312CalleeReceivesCancelInMoratorium) {
  begin(milliseconds(201));
  hang_up(milliseconds(200), a());
  duet->run_until(seconds(1));
  EXPECT_TRUE(expect("3.1.2").empty());
  EXPECT_EQ(a().count<CallEstablished>(), 0);
  expect_over();
}

TEST_P(Race, S313CalleeReceivesEarlyByeInMoratorium) {
  begin(milliseconds(200));
  duet->at(milliseconds(201), [this] { a().act([&](ua::UserAgent& ua) { ua.hang_up_early(duet->now(), a().call); }); });
  duet->run_until(seconds(1));
  EXPECT_TRUE(expect("3.1.3").empty());
  EXPECT_EQ(a().count<CallEstablished>(), 0);  // Mortal: no session, whatever the 200 says
  expect_over();
}

TEST_P(Race, S314CalleeReceivesReinviteInMoratoriumAfterAnOffer) {
  begin();
  duet->network.rules().add(drop({"A", "B", "ACK"}));
  hold_call(milliseconds(701), a());
  duet->run_until(seconds(1));
  EXPECT_TRUE(expect("3.1.4").empty());
  EXPECT_EQ(a().count<HoldChanged>(), 1);
  EXPECT_EQ(b().count<ua::RemoteHoldChanged>(), 1);
  expect_standing();
}

TEST_P(Race, S315CalleeReceivesReinviteInMoratoriumBeforeTheAnswer) {
  begin(milliseconds(200), [](ua::Account& account) { account.offer_in_invite = false; });
  duet->network.rules().add(drop({"A", "B", "ACK"}));
  hold_call(milliseconds(701), a());
  duet->run_until(seconds(10));
  const auto rest = expect("3.1.5");
  ASSERT_EQ(rest.size(), 3);  // §14.1: the one that owns the Call-ID tries again after 2.1 to 4 seconds
  EXPECT_EQ(rest[0].text, "A>B INVITE");
  EXPECT_GE(rest[0].at, milliseconds(721 + 2100));
  EXPECT_LE(rest[0].at, milliseconds(721 + 4000));
  EXPECT_EQ(rest[1].text, "B>A 200 INVITE");
  EXPECT_EQ(rest[2].text, "A>B ACK");
  EXPECT_EQ(b().count<ua::RemoteHoldChanged>(), 1);
  expect_standing();
}

TEST_P(Race, S316CalleeReceivesByeInMoratorium) {
  begin();
  duet->network.rules().add(drop({"A", "B", "ACK"}));
  hang_up(milliseconds(701), a());
  duet->run_until(seconds(2));
  EXPECT_TRUE(expect("3.1.6").empty());
  EXPECT_EQ(a().count<CallEstablished>(), 1);  // the 200 that comes again establishes nothing
  expect_over();
}

TEST_P(Race, S321ByeCrossesBye) {
  begin();
  hang_up(seconds(1), a());
  hang_up(milliseconds(1001), b());
  duet->run_until(seconds(2));
  EXPECT_TRUE(expect("3.2.1").empty());
  expect_over();
}

TEST_P(Race, S322ByeCrossesReinvite) {
  begin();
  hang_up(seconds(1), a());
  hold_call(milliseconds(1001), b());
  duet->run_until(seconds(2));
  EXPECT_TRUE(expect("3.2.2").empty());
  expect_over();
}

TEST_P(Race, S323OkToReinviteComesAfterOurBye) {
  begin();
  hold_call(seconds(1), b());
  hang_up(milliseconds(1001), b());
  duet->run_until(seconds(2));
  EXPECT_TRUE(expect("3.2.3").empty());
  EXPECT_EQ(b().count<HoldChanged>(), 0);
  expect_over();
}

TEST_P(Race, S324AckComesAfterTheBye) {
  begin();
  duet->network.rules().add(hold({"A", "B", "ACK"}, {"B", "A", "200 BYE"}));
  hang_up(milliseconds(300), a());
  duet->run_until(seconds(2));
  EXPECT_TRUE(expect("3.2.4").empty());
  expect_over();
}

TEST_P(Race, S331ReinviteCrossesReinvite) {
  begin();
  hold_call(seconds(1), a());
  hold_call(milliseconds(1001), b());
  duet->run_until(seconds(10));
  EXPECT_TRUE(expect("3.3.1").empty());
  // §14.1: who does not own the Call-ID waits 0 to 2 s, the other one 2.1 to 4 s.
  std::vector<Duet::Line> again;
  for (const auto& line : duet->lines())
    if (line.at > milliseconds(1005) && line.text.ends_with(" INVITE") && line.text.size() == 10) again.push_back(line);
  ASSERT_EQ(again.size(), 2);
  EXPECT_EQ(again[0].text, "B>A INVITE");
  EXPECT_LE(again[0].at, milliseconds(1021 + 2000));
  EXPECT_EQ(again[1].text, "A>B INVITE");
  EXPECT_GE(again[1].at, milliseconds(1020 + 2100));
  EXPECT_LE(again[1].at, milliseconds(1020 + 4000));
  for (Duet::Side* side : {&a(), &b()}) EXPECT_EQ(side->count<HoldChanged>(), 1);
  expect_standing();
}

TEST_P(Race, S332UpdateCrossesReinvite) {
  begin(milliseconds(200), [](ua::Account& account) { account.modify_by_update = account.user == "1001"; });
  hold_call(seconds(1), a());
  hold_call(milliseconds(1001), b());
  duet->run_until(seconds(10));
  EXPECT_TRUE(expect("3.3.2").empty());
  for (Duet::Side* side : {&a(), &b()}) {
    EXPECT_EQ(side->count<HoldChanged>(), 1);
    EXPECT_EQ(side->count<ua::RemoteHoldChanged>(), 1);
  }
  expect_standing();
}

TEST_P(Race, S333ByeCrossesRefer) {
  begin();
  hang_up(seconds(1), a());
  duet->at(milliseconds(1001),
           [this] { b().act([&](ua::UserAgent& ua) { ua.transfer(duet->now(), b().call, "1003"); }); });
  duet->run_until(seconds(2));
  EXPECT_TRUE(expect("3.3.3").empty());
  EXPECT_EQ(a().count<ua::TransferRequested>(), 0);
  expect_over();
}

INSTANTIATE_TEST_SUITE_P(Rfc5407, Race, testing::Range<std::uint64_t>(1, kSeeds + 1));

}  // namespace
}  // namespace offhook::test
