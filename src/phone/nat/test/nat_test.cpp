// Phones behind a NAT: the address is looked for before they register and before a call names its audio ports. Guide:
// NAT; RFC 8489.
#include "nat/nat.hpp"

#include <gmock/gmock.h>

#include "stun/message.hpp"
#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Way = config::NatConfig::Way;

const IpAddress kNat = IpAddress::v4(203, 0, 113, 7);

class BehindNat : public ::testing::Test {
 protected:
  BehindNat() {
    office.stun = [this](const Endpoint& from, const std::string& bytes) {
      asked.push_back(office.now().mono);
      return stun::answer(bytes, {kNat, static_cast<std::uint16_t>(from.port + shift)});
    };
    office.tamper = [this](const std::string& from, std::string& bytes) {
      if (from == "A" && bytes.starts_with("REGISTER")) registers.push_back(bytes);
    };
  }
  void add(Way way) {
    office.add("A", [way](config::PhoneConfig& config) {
      auto& nat = config.accounts.front().nat;
      nat.way = way;
      nat.rport = 1;  // the switch sees no NAT, and must not answer to its address
      nat.stun_server = "127.0.0.1";
      nat.address = "203.0.113.99";
    });
    office.add("B");
    office.seen.clear();
  }
  [[nodiscard]] std::string nat_of_a() const { return office.view("A").accounts.front().nat; }
  [[nodiscard]] std::string sdp(const std::string& what) const {
    const auto* seen = office.find_sent(what);
    return seen == nullptr ? "" : std::string(seen->message.body());
  }
  void map_leg(std::optional<Endpoint> rtp, std::optional<Endpoint> rtcp) {
    office.leg_mapped({office.opened.back().leg, office.id("A"), rtp, rtcp});
    office.settle();
  }

  SimOffice office;
  std::vector<std::string> registers;
  std::vector<TimePoint> asked;
  int shift = 30'000;
};

TEST_F(BehindNat, TheFirstRegisterNamesThePublicAddress) {
  add(Way::Stun);
  ASSERT_EQ(registers.size(), 1U);
  EXPECT_THAT(registers.front(), HasSubstr("Contact: <sip:1001@203.0.113.7:35061"));
  EXPECT_THAT(registers.front(), HasSubstr("Via: SIP/2.0/UDP 203.0.113.7:35061"));
  EXPECT_EQ(nat_of_a(), "203.0.113.7:35061 (STUN)");
  EXPECT_TRUE(office.view("A").accounts.front().registered);
}

TEST_F(BehindNat, AServerThatIsSilentCostsAMomentAndIsSaid) {
  office.stun = {};
  add(Way::Stun);
  EXPECT_TRUE(registers.empty());
  EXPECT_EQ(office.view("A").accounts.front().status, "looking for its address");
  office.run(seconds(3));
  ASSERT_EQ(registers.size(), 1U);
  EXPECT_THAT(registers.front(), HasSubstr("Contact: <sip:1001@127.0.0.1:5061"));
  EXPECT_EQ(nat_of_a(), "no answer from the STUN server: own address");
  (void)office.tell("A", "call 1002");
  EXPECT_FALSE(office.opened.back().stun_server) << "a call does not wait for it again";
  office.settle();
  EXPECT_THAT(sdp("A INVITE"), HasSubstr("c=IN IP4 127.0.0.1\r\n"));
}

TEST_F(BehindNat, AServerThatCannotBeFoundIsTheSame) {
  office.add("A", [](config::PhoneConfig& config) {
    auto& nat = config.accounts.front().nat;
    nat.way = Way::Stun;
    nat.stun_server = "2001:db8::1";  // of the other IP version
  });
  ASSERT_EQ(registers.size(), 1U);
  EXPECT_THAT(registers.front(), HasSubstr("Contact: <sip:1001@127.0.0.1:5061"));
}

// RFC 8489 §8, RFC 2782: without a port the name is that of a service, whose servers are asked in their order.
TEST_F(BehindNat, AServerIsFoundByItsServiceRecords) {
  office.stun_at = at(3500);
  const auto look_up = [](std::uint16_t port) {
    return [port](config::PhoneConfig& config) {
      auto& account = config.accounts.front();
      account.nat.way = Way::Stun;
      account.nat.rport = 1;
      account.nat.stun_server = "example.test";
      account.nat.stun_port = port;
      account.dns.static_first = true;
      account.dns.services = {{"_stun._udp.example.test", "one.example.test", 3478, 10, 0},
                              {"_stun._udp.example.test", "two.example.test", 3500, 20, 0}};
      account.dns.addresses = {
          {"one.example.test", "127.0.0.1"}, {"two.example.test", "127.0.0.1"}, {"example.test", "127.0.0.1"}};
    };
  };
  office.add("A", look_up(0));
  EXPECT_TRUE(registers.empty()) << "the first is silent";
  office.run(seconds(3));
  ASSERT_EQ(registers.size(), 1U);
  EXPECT_EQ(nat_of_a(), "203.0.113.7:35061 (STUN)");
  office.add("B");
  (void)office.tell("A", "call 1002");
  EXPECT_EQ(office.opened.back().stun_server, at(3500)) << "the one that answers";
  office.settle();

  office.add("C", look_up(3478));
  office.run(seconds(3));
  EXPECT_EQ(office.view("C").accounts.front().nat, "no answer from the STUN server: own address")
      << "with a port it is a host";
}

TEST_F(BehindNat, WithoutServiceRecordsANameIsAHost) {
  office.add("A", [](config::PhoneConfig& config) {
    auto& account = config.accounts.front();
    account.nat.way = Way::Stun;
    account.nat.stun_server = "example.test";
    account.nat.stun_port = 0;
    account.dns.addresses = {{"example.test", "127.0.0.1"}};
    account.dns.query_timeout = seconds(2);
  });
  office.run(seconds(5));  // there is no DNS
  EXPECT_EQ(nat_of_a(), "203.0.113.7:35061 (STUN)");
}

TEST_F(BehindNat, ANewAddressIsRegistered) {
  add(Way::Stun);
  office.run(seconds(25));
  EXPECT_EQ(asked.size(), 1U);
  shift = 20'000;
  office.run(seconds(10));
  EXPECT_EQ(asked.size(), 2U) << "with the keep-alive";
  ASSERT_EQ(registers.size(), 2U);
  EXPECT_THAT(registers.back(), HasSubstr("Contact: <sip:1001@203.0.113.7:25061"));
  EXPECT_THAT(registers.back(), HasSubstr("<sip:1001@203.0.113.7:35061"));
  EXPECT_THAT(registers.back(), HasSubstr(">;expires=0\r\n"));
  EXPECT_EQ(nat_of_a(), "203.0.113.7:25061 (STUN)");
}

TEST_F(BehindNat, AServerThatGoesAwayDoesNotTakeTheAddressWithIt) {
  add(Way::Stun);
  office.stun = {};
  office.run(minutes(2));
  EXPECT_EQ(nat_of_a(), "203.0.113.7:35061 (STUN, which does not answer any more)");
  EXPECT_EQ(registers.size(), 1U);
}

TEST_F(BehindNat, AnInviteWaitsUntilItsPortsAreKnown) {
  add(Way::Stun);
  EXPECT_EQ(office.tell("A", "call 1002"), "");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "dialing");
  EXPECT_EQ(office.find_sent("A INVITE"), nullptr);
  EXPECT_EQ(office.opened.back().stun_server, at(3478));
  map_leg(Endpoint{kNat, 50'000}, Endpoint{kNat, 50'007});
  EXPECT_THAT(sdp("A INVITE"), HasSubstr("c=IN IP4 203.0.113.7\r\n"));
  EXPECT_THAT(sdp("A INVITE"), HasSubstr("m=audio 50000 "));
  EXPECT_THAT(sdp("A INVITE"), HasSubstr("a=rtcp:50007"));
  EXPECT_EQ(office.state("B", 1), "ringing");
  (void)office.tell("B", "answer");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "talking");
  (void)office.tell("A", "hold");
  office.settle();
  std::string held;
  for (const auto& seen : office.seen)
    if (seen.from == "A" && seen.first_line == "INVITE") held = seen.message.body();
  EXPECT_THAT(held, HasSubstr("m=audio 50000 ")) << "the same in every description of the call";
}

TEST_F(BehindNat, PortsThatNobodyCanTellOfAreNamedAsTheyAre) {
  add(Way::Stun);
  (void)office.tell("A", "call 1002");
  map_leg(std::nullopt, std::nullopt);
  EXPECT_THAT(sdp("A INVITE"), HasSubstr("c=IN IP4 127.0.0.1\r\n"));
  EXPECT_THAT(sdp("A INVITE"), HasSubstr("m=audio 11780 "));
}

TEST_F(BehindNat, AnAnswerWaitsAsWell) {
  add(Way::Stun);
  (void)office.tell("B", "call 1001");
  office.settle();
  (void)office.tell("A", "answer");
  office.settle();
  EXPECT_EQ(office.find_sent("A 200 INVITE"), nullptr);
  EXPECT_EQ(office.state("A", 1), "talking") << "who has pressed the key speaks";
  map_leg(Endpoint{kNat, 50'000}, Endpoint{kNat, 50'001});
  EXPECT_THAT(sdp("A 200 INVITE"), HasSubstr("m=audio 50000 "));
  EXPECT_THAT(sdp("A 200 INVITE"), Not(HasSubstr("a=rtcp:")));
  EXPECT_EQ(office.state("B", 1), "talking");
}

TEST_F(BehindNat, WhoGivesUpMeanwhileSendsNothing) {
  add(Way::Stun);
  (void)office.tell("A", "call 1002");
  const auto leg = office.opened.back().leg;
  EXPECT_EQ(office.tell("A", "hangup"), "");
  office.leg_mapped({leg, office.id("A"), Endpoint{kNat, 50'000}, std::nullopt});
  office.settle();
  EXPECT_EQ(office.find_sent("A INVITE"), nullptr);
  office.run(minutes(1));
  EXPECT_EQ(office.rack().counts().calls, 0U);
  EXPECT_EQ(office.rack().counts().call_timers, 0U);
}

TEST_F(BehindNat, ACallerThatGivesUpMeanwhileIsNotAnswered) {
  add(Way::Stun);
  (void)office.tell("B", "call 1001");
  office.settle();
  (void)office.tell("A", "answer");
  const auto leg = office.opened.back().leg;
  (void)office.tell("B", "hangup");
  office.settle();
  office.leg_mapped({leg, office.id("A"), Endpoint{kNat, 50'000}, std::nullopt});
  office.settle();
  EXPECT_EQ(office.find_sent("A 200 INVITE"), nullptr);
  EXPECT_EQ(office.state("A", 1), "ended");
}

TEST_F(BehindNat, AFixedAddressIsTakenAsItIs) {
  add(Way::Static);
  EXPECT_TRUE(asked.empty());
  ASSERT_EQ(registers.size(), 1U);
  EXPECT_THAT(registers.front(), HasSubstr("Contact: <sip:1001@203.0.113.99:5061"));
  EXPECT_EQ(nat_of_a(), "203.0.113.99:5061 (fixed)");
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_THAT(sdp("A INVITE"), HasSubstr("c=IN IP4 203.0.113.99\r\n"));
  EXPECT_THAT(sdp("A INVITE"), HasSubstr("m=audio 11780 "));
}

TEST_F(BehindNat, ResponsesOfStrangersChangeNothing) {
  office.stun = {};
  add(Way::Stun);
  SeededRandom random(9);
  office.stranger_sends("A", *stun::answer(stun::binding_request(stun::new_transaction_id(random)), {kNat, 1}));
  office.settle();
  EXPECT_EQ(nat_of_a(), "");
}

}  // namespace
}  // namespace offhook::phone::test
