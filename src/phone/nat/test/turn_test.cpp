// Phones with a TURN server: whom calls ask, what their descriptions name, and what a silent server costs. Guide:
// sip.nat_turn.*; RFC 8656, RFC 8839 §5.1.
#include "nat/turn.hpp"

#include <gmock/gmock.h>

#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const Endpoint kSeen{IpAddress::v4(203, 0, 113, 7), 50'000}, kRelayed{IpAddress::v4(198, 51, 100, 1), 49'152};
const Endpoint kServer{IpAddress::v4(198, 51, 100, 1), 3478};

class WithRelay : public ::testing::Test {
 protected:
  void add(const std::string& server = "198.51.100.1", bool ice = true) {
    office.add("A", [&](config::PhoneConfig& config) {
      config.accounts.front().nat.ice = ice;
      config.turn = {server, 0, "phone", "secret"};
    });
    office.add("B");
  }
  void call() {
    office.seen.clear();
    (void)office.tell("A", "call 1002");
    office.settle();
  }
  void answer(const LegMapped& mapped) {
    office.leg_mapped(mapped);
    office.settle();
  }
  [[nodiscard]] LegMapped mapped() const {
    LegMapped out{office.opened.back().leg, office.id("A"), {}, {}};
    return out;
  }
  [[nodiscard]] std::string sdp(const std::string& what) const {
    const auto* seen = office.find_sent(what);
    return seen == nullptr ? "" : std::string(seen->message.body());
  }
  [[nodiscard]] std::string nat() const { return office.view("A").accounts.front().nat; }
  [[nodiscard]] const turn::Server* asked() const { return office.opened.back().turn_server.get(); }
  SimOffice office;
};

TEST_F(WithRelay, ACallAsksItAndNamesWhatItGives) {
  add();
  EXPECT_EQ(nat(), "relay 198.51.100.1:3478");
  call();
  ASSERT_NE(asked(), nullptr);
  EXPECT_EQ(*asked(), (turn::Server{kServer, "phone", "secret"}));
  EXPECT_FALSE(office.opened.back().stun_server);
  EXPECT_TRUE(office.sent().empty()) << "INVITE waits";
  LegMapped told = mapped();
  told.rtp = kSeen;
  told.rtcp = Endpoint{kSeen.address, 50'001};
  told.relayed_rtp = kRelayed;
  told.relayed_rtcp = Endpoint{kRelayed.address, 49'154};
  answer(told);
  EXPECT_THAT(sdp("A INVITE"), AllOf(HasSubstr(" 198.51.100.1 49152 typ relay raddr 203.0.113.7 rport 50000\r\n"),
                                     HasSubstr(" 198.51.100.1 49154 typ relay raddr 203.0.113.7 rport 50001\r\n"),
                                     HasSubstr("c=IN IP4 203.0.113.7\r\n"), HasSubstr("m=audio 50000 ")));
  EXPECT_THAT(sdp("A INVITE"), HasSubstr("a=candidate:3 1 UDP 16777215 ")) << "type preference 0";
}

TEST_F(WithRelay, WithoutIceNobodyIsAsked) {
  add("198.51.100.1", false);
  call();
  EXPECT_EQ(asked(), nullptr);
  EXPECT_FALSE(office.sent().empty()) << "and nothing waits";
  EXPECT_EQ(nat(), "");
}

TEST_F(WithRelay, ASilentServerIsLeftOutForAMinute) {
  add();
  call();
  LegMapped told = mapped();
  told.no_relay = "the TURN server does not answer in time";
  told.relay_is_silent = true;
  answer(told);
  EXPECT_THAT(sdp("A INVITE"), AllOf(HasSubstr(" typ host"), Not(HasSubstr(" typ relay"))));
  EXPECT_EQ(nat(), "no relay: the TURN server does not answer in time");
  (void)office.tell("A", "hangup");
  office.settle();
  call();
  EXPECT_EQ(asked(), nullptr);
  EXPECT_FALSE(office.sent().empty());
  (void)office.tell("A", "hangup");
  office.run(seconds(61));
  call();
  ASSERT_NE(asked(), nullptr);
  told = mapped();
  told.relayed_rtp = kRelayed;
  answer(told);
  EXPECT_EQ(nat(), "relay 198.51.100.1:3478");
  EXPECT_THAT(sdp("A INVITE"), HasSubstr(" typ relay raddr 127.0.0.1 "));
}

TEST_F(WithRelay, ARefusalIsShownAndTriedAgain) {
  add();
  call();
  LegMapped told = mapped();
  told.no_relay = "the TURN server knows no such user or password";
  answer(told);
  EXPECT_EQ(nat(), "no relay: the TURN server knows no such user or password");
  (void)office.tell("A", "hangup");
  office.settle();
  call();
  EXPECT_NE(asked(), nullptr) << "it costs no time";
}

// The address that a person has set is the better one.
TEST_F(WithRelay, AFixedAddressStays) {
  office.add("A", [&](config::PhoneConfig& config) {
    config.accounts.front().nat.ice = true;
    config.accounts.front().nat.way = config::NatConfig::Way::Static;
    config.accounts.front().nat.address = "203.0.113.99";
    config.accounts.front().nat.rport = 1;
    config.turn = {"198.51.100.1", 0, "phone", "secret"};
  });
  office.add("B");
  call();
  LegMapped told = mapped();
  told.rtp = kSeen;
  told.relayed_rtp = kRelayed;
  answer(told);
  EXPECT_THAT(sdp("A INVITE"), AllOf(HasSubstr("c=IN IP4 203.0.113.99\r\n"), HasSubstr(" typ relay ")));
}

TEST_F(WithRelay, OfAnotherIpVersionThereIsNone) {
  add("2001:db8::1");
  EXPECT_EQ(nat(), "no relay: the TURN server has no address");
  call();
  EXPECT_EQ(asked(), nullptr);
}

}  // namespace
}  // namespace offhook::phone::test
