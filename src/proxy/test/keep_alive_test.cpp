// Pings through NATs, and bindings behind which nobody is left.
#include <set>

#include "harness.hpp"
#include "wire.hpp"

namespace offhook::proxy::test {
namespace {

// Via and contact are the phone's own, as it sees itself behind its NAT.
std::vector<Sent> register_behind_nat(Wire& wire, std::uint8_t host, std::string_view user = "1002",
                                      std::string_view expires = "3600") {
  const auto flow = Wire::udp(host, kSecondSocket);
  const std::string number = std::to_string(host), name(user);
  return wire.receive(flow, "REGISTER sip:example.test SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0." + number +
                                ":5060;rport;branch=z9hG4bKn" + number +
                                std::to_string(wire.now.mono.time_since_epoch().count()) +
                                "\r\nMax-Forwards: 70\r\nFrom: <sip:" + name +
                                "@example.test>;tag=f\r\nTo: <sip:" + name + "@example.test>\r\nCall-ID: nat" + number +
                                "\r\nCSeq: " + std::to_string(wire.now.mono.time_since_epoch().count() / 1'000'000) +
                                " REGISTER\r\nContact: <sip:" + name + "@10.0.0." + number +
                                ":5060;line=7>;expires=" + std::string(expires) + "\r\nContent-Length: 0\r\n\r\n");
}

TEST(KeepAlive, PhonesBehindANatArePingedOverTheSocketTheyKnow) {
  Wire wire;
  ASSERT_EQ(register_behind_nat(wire, 5).front().message.status(), 200);
  EXPECT_TRUE(wire.advance(milliseconds(29'900)).empty());
  EXPECT_TRUE(wire.pings.empty());
  (void)wire.advance(milliseconds(200));
  ASSERT_EQ(wire.pings.size(), 1U);
  EXPECT_EQ(wire.pings[0], Wire::udp(5, kSecondSocket));
  (void)wire.advance(seconds(60));
  EXPECT_EQ(wire.pings.size(), 3U);
}

TEST(KeepAlive, ARegisterIsAsGoodAsAPing) {
  Wire wire;
  (void)register_behind_nat(wire, 5);
  for (int i = 0; i < 6; ++i) {
    (void)wire.advance(seconds(20));
    (void)register_behind_nat(wire, 5);
  }
  EXPECT_TRUE(wire.pings.empty());
}

TEST(KeepAlive, OthersAreLeftAlone) {
  Wire wire;
  (void)wire.reg(Wire::udp(5), {"<sip:1002@203.0.113.5:31000>"});
  (void)wire.reg(Wire::tcp(1), {"<sip:1002@10.0.0.5:5060>"});
  (void)wire.reg(Wire::udp(6), {"<sip:1002@10.0.0.6>;+sip.instance=\"<urn:uuid:1>\";reg-id=1"});
  EXPECT_EQ(wire.core->binding_count(), 3U);
  (void)wire.advance(seconds(100));
  EXPECT_TRUE(wire.pings.empty());
}

TEST(KeepAlive, StopsWithTheBinding) {
  Wire wire;
  (void)register_behind_nat(wire, 5, "1002", "60");
  (void)wire.advance(seconds(300));
  EXPECT_EQ(wire.pings.size(), 1U) << "at 30 s; at 60 s it has ended";
  EXPECT_FALSE(wire.core->deadline().has_value());
}

TEST(KeepAlive, IsOffWhereItIsNotWanted) {
  Config config = Wire::default_config();
  config.keep_alive = seconds(0);
  Wire wire(config);
  (void)register_behind_nat(wire, 5);
  (void)wire.advance(seconds(300));
  EXPECT_TRUE(wire.pings.empty());
}

TEST(KeepAlive, ARestartDoesNotPingAllAtOnce) {
  Wire wire;
  std::vector<Binding> bindings;
  for (int i = 0; i < 3000; ++i) {
    Binding binding;
    binding.aor = "sip:" + std::to_string(i) + "@example.test";
    binding.contact = "sip:a@10.0.0.5:5060";
    binding.received = "203.0.113.5:" + std::to_string(1024 + i);
    binding.expires = wire.now.wall + seconds(3600);
    bindings.push_back(binding);
  }
  wire.core->load(wire.now, bindings);
  (void)wire.advance(seconds(30));
  EXPECT_LE(wire.pings.size(), 30U);
  (void)wire.advance(seconds(1));
  EXPECT_LE(wire.pings.size(), 300U);
  (void)wire.advance(seconds(20));
  EXPECT_EQ(wire.pings.size(), 3000U);
  wire.pings.clear();
  (void)wire.advance(seconds(30));
  EXPECT_EQ(wire.pings.size(), 3000U) << "and each of them once an interval from then on";
  // By which of our sockets they came is not known any more: by the first.
  for (const auto& flow : wire.pings) ASSERT_EQ(flow.local, kUdpSocket);
}

TEST(KeepAlive, ABindingWithoutAnAnswerIsTakenOutWhereThatIsWanted) {
  Config config = Wire::default_config();
  config.keep_alive_failures = 2;
  config.keep_alive = seconds(40);
  Wire wire(config);
  (void)register_behind_nat(wire, 5);
  (void)register_behind_nat(wire, 6, "1003");
  std::set<std::string> asked;
  for (int second = 0; second < 200; ++second)
    for (const auto& each : wire.advance(seconds(1))) {
      if (!each.message.is_request()) continue;
      EXPECT_EQ(each.message.method_text(), "OPTIONS");
      if (each.flow != Wire::udp(6, kSecondSocket)) continue;
      // Any answer will do.
      (void)wire.reply(each, 405);
      asked.emplace(each.message.call_id());
    }
  EXPECT_EQ(asked.size(), 5U) << "every forty seconds";
  ASSERT_EQ(wire.core->binding_count(), 1U);
  EXPECT_EQ(wire.core->bindings(wire.now.wall).at(0).aor, "sip:1003@example.test");
  EXPECT_EQ(wire.core->counters().dead_bindings, 1U);
  EXPECT_EQ(wire.writes.back().remove.at(0).aor, "sip:1002@example.test");
}

TEST(KeepAlive, AnAnswerMakesUpForEarlierSilence) {
  Config config = Wire::default_config();
  config.keep_alive_failures = 2;
  config.keep_alive = seconds(40);
  Wire wire(config);
  (void)register_behind_nat(wire, 5);
  int turn = 0;
  std::string last;
  for (int second = 0; second < 600; ++second)
    for (const auto& each : wire.advance(seconds(1))) {
      const std::string call_id(each.message.call_id());
      if (call_id != last) ++turn;
      last = call_id;
      if (turn % 2 == 0) (void)wire.reply(each, 200);
    }
  EXPECT_GT(turn, 10);
  EXPECT_EQ(wire.core->binding_count(), 1U);
}

}  // namespace
}  // namespace offhook::proxy::test
