// What a user agent says of its own address: another one behind a NAT, found by STUN or by the responses (RFC 3581).
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using sip::Builder;
using sip::HeaderId;
using testing::HasSubstr;
using testing::Not;

const Endpoint kPublic{IpAddress::v4(203, 0, 113, 7), 40'001};

struct Rig {
  explicit Rig(Account settings = account("1001")) : a(world, "A", 1, std::move(settings)), r(world, "R", 200) {
    world.users["registrar"] = &r;
    r.on_request = [this](transaction::RequestReceived& e) {
      auto ok = Builder::response(e.request, 200, "r").copy(e.request, HeaderId::Contact).build();
      std::string text = std::move(ok).release();
      if (nat) {  // between the two, unseen by the registrar's own layers
        replace(text, "rport=5060", "rport=" + std::to_string(nat->port));
        replace(text, "received=10.0.0.1", "received=" + nat->address.text());
      }
      r.transport.send(r.to(a.local), text);
    };
  }
  static void replace(std::string& text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from << " in\n" << text;
    text.replace(at, from.size(), to);
  }
  void start() {
    a.act([&] { a.ua.register_account(world.now(), a.account_id); });
    world.run_for(seconds(1));
  }
  void advertise(std::optional<Endpoint> address) {
    a.act([&] { a.ua.advertise(world.now(), a.account_id, address); });
    world.run_for(seconds(1));
  }
  [[nodiscard]] std::size_t registers() const { return world.count("A>R REGISTER"); }
  [[nodiscard]] std::string last() const { return world.last("A>R REGISTER"); }

  World world;
  Agent a;
  Peer r;
  std::optional<Endpoint> nat;
};

TEST(Address, ViaAndContactNameTheOneThatIsKnown) {
  Rig rig;
  rig.advertise(kPublic);
  EXPECT_EQ(rig.registers(), 0U) << "nothing is registered yet";
  rig.start();
  EXPECT_THAT(rig.last(), HasSubstr("Via: SIP/2.0/UDP 203.0.113.7:40001;rport;branch="));
  EXPECT_THAT(rig.last(), HasSubstr("Contact: <sip:1001@203.0.113.7:40001;line="));
  EXPECT_EQ(rig.registers(), 1U);
  EXPECT_TRUE(rig.a.ua.is_registered(rig.a.account_id));
  EXPECT_EQ(rig.a.ua.advertised(rig.a.account_id), kPublic);
}

TEST(Address, ANewOneIsRegisteredAndTheOldOneGoes) {
  Rig rig;
  rig.start();
  rig.advertise(kPublic);
  EXPECT_EQ(rig.registers(), 2U);
  EXPECT_THAT(rig.last(), HasSubstr("Contact: <sip:1001@203.0.113.7:40001;line="));
  EXPECT_THAT(rig.last(),
              testing::ContainsRegex("Contact: <sip:1001@10\\.0\\.0\\.1:5060;line=[0-9a-f]+>;expires=0\r\n"));
  rig.advertise(kPublic);
  EXPECT_EQ(rig.registers(), 2U) << "it is the same";
  rig.advertise(std::nullopt);
  EXPECT_EQ(rig.registers(), 3U);
  EXPECT_THAT(rig.last(), HasSubstr("Contact: <sip:1001@10.0.0.1:5060;line="));
  EXPECT_THAT(rig.last(), HasSubstr("@203.0.113.7:40001;line="));
  rig.world.run_for(std::chrono::hours(1));
  EXPECT_THAT(rig.last(), Not(HasSubstr("expires=0"))) << "a refresh takes nothing away";
}

TEST(Address, OneThatComesWhileARegisterIsOpenCountsAfterIt) {
  Rig rig;
  rig.a.act([&] { rig.a.ua.register_account(rig.world.now(), rig.a.account_id); });
  rig.advertise(kPublic);
  EXPECT_EQ(rig.registers(), 2U);
  EXPECT_THAT(rig.last(), HasSubstr("Contact: <sip:1001@203.0.113.7:40001;line="));
}

TEST(Address, RportIsAskedForOnlyWhereTheAccountSaysSo) {
  auto settings = account("1001");
  settings.rport = false;
  Rig rig(settings);
  rig.start();
  EXPECT_THAT(rig.last(), HasSubstr("Via: SIP/2.0/UDP 10.0.0.1:5060;branch="));
  EXPECT_TRUE(rig.a.ua.is_registered(rig.a.account_id));
}

TEST(Address, WhatTheResponseNamesIsUsedAtOnceWhereTheAccountSaysSo) {
  auto settings = account("1001");
  settings.learns_address = true;
  Rig rig(settings);
  rig.nat = kPublic;
  rig.start();
  EXPECT_EQ(rig.registers(), 2U);
  EXPECT_THAT(rig.last(), HasSubstr("Contact: <sip:1001@203.0.113.7:40001;line="));
  EXPECT_EQ(rig.a.ua.advertised(rig.a.account_id), kPublic);
}

TEST(Address, OtherwiseItIsPassedOver) {
  Rig rig;
  rig.nat = kPublic;
  rig.start();
  EXPECT_EQ(rig.registers(), 1U);
  EXPECT_EQ(rig.a.ua.advertised(rig.a.account_id), rig.a.local);
}

TEST(Address, ANatThatAlwaysNamesAnotherOneDoesNotKeepUsRegistering) {
  auto settings = account("1001");
  settings.learns_address = true;
  Rig rig(settings);
  rig.nat = kPublic;
  auto answer = rig.r.on_request;
  rig.r.on_request = [&](transaction::RequestReceived& e) {
    ++rig.nat->port;
    answer(e);
  };
  rig.start();
  EXPECT_EQ(rig.registers(), 2U);
}

}  // namespace
}  // namespace offhook::ua::test
