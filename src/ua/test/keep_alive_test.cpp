// Keep-alives and lost connections of a registration, against a wire that the test plays. RFC 5626 §4.4; guide:
// account.X.nat.udp_update_*.
#include <gtest/gtest.h>

#include "sip/builder.hpp"
#include "ua/user_agent.hpp"

namespace offhook::ua {
namespace {

const Endpoint kUs = *Endpoint::parse("10.0.0.1:5060");
const Endpoint kServer = *Endpoint::parse("10.0.0.9:5060");

class Wire {
 public:
  explicit Wire(transport::Protocol protocol, KeepAlive kind) : protocol_(protocol) {
    Account account;
    account.user = "1001";
    account.domain = "10.0.0.9";
    account.servers = {{{kServer.address.text(), kServer.port, protocol, false}, {}, 3}};
    account.keep_alive = kind;
    account_ = agent.add_account(account);
    agent.register_account(now(), account_);
    settle();
  }

  [[nodiscard]] Now now() const { return {TimePoint(clock_), WallTime(clock_)}; }
  [[nodiscard]] transport::Flow flow() const {
    return {protocol_, kUs, kServer, transport::is_reliable(protocol_) ? 7U : 0U};
  }

  // What has left since the last call, as methods; "ping" for a CRLF keep-alive. A request is answered with 200.
  std::vector<std::string> run_for(Duration span) {
    const Duration end = clock_ + span;
    for (;;) {
      auto next = timers_.deadline();
      if (const auto other = transactions_.deadline(); other && (!next || *other < *next)) next = other;
      if (!next || next->time_since_epoch() > end) break;
      clock_ = std::max(clock_, next->time_since_epoch());
      transactions_.wake(now().mono);
      timers_.advance(now().mono,
                      [&](std::uint64_t payload) { agent.timer(now(), static_cast<std::uint32_t>(payload)); });
      settle();
    }
    clock_ = end;
    return std::exchange(sent_, {});
  }
  void pong() { agent.pong(flow()); }
  void lose() {
    agent.lost(now(), flow());
    settle();
  }

 private:
  void settle() {
    for (;;) {
      while (auto event = transactions_.poll())
        if (auto* response = std::get_if<transaction::ResponseReceived>(&*event))
          agent.response(now(), std::move(*response));
      const auto out = transport_.poll_transmit();
      if (!out) return;
      const auto request = sip::Message::parse(out->bytes);
      sent_.push_back(request ? std::string(request->method_text()) : out->bytes == "\r\n\r\n" ? "ping" : "?");
      if (!request) continue;
      auto answer = sip::Builder::response(*request, 200, "r");
      if (const auto contact = request->find(sip::HeaderId::Contact);
          contact && request->method() == sip::Method::Register)
        answer.add(sip::HeaderId::Contact, std::string(*contact) + ";expires=3600");
      if (auto incoming = transport_.receive(flow(), answer.build().release()))
        transactions_.receive(now().mono, std::move(*incoming));
    }
  }

  transport::Protocol protocol_;
  Duration clock_{seconds(1)};
  SeededRandom random_{1};
  transport::Layer transport_{random_};
  TimerWheel timers_;
  transaction::Layer transactions_{transport_, random_};
  transport::Locator numeric_;
  Lookups lookups_{random_, numeric_};
  std::vector<std::string> sent_;
  AccountId account_;

 public:
  UserAgent agent{Port{&transport_, &transactions_, &timers_, &random_, &lookups_, 0}, kUs};
};

using Sent = std::vector<std::string>;

TEST(KeepAlive, EachKindIsSentAtItsPace) {
  const struct {
    KeepAlive kind;
    Sent expected;
  } cases[] = {{KeepAlive::Off, {}},
               {KeepAlive::Blank, {"ping", "ping"}},
               {KeepAlive::Options, {"OPTIONS", "OPTIONS"}},
               {KeepAlive::Notify, {"NOTIFY", "NOTIFY"}}};
  for (const auto& c : cases) {
    Wire wire(transport::Protocol::Udp, c.kind);
    EXPECT_EQ(wire.run_for(seconds(1)), Sent{"REGISTER"});
    EXPECT_EQ(wire.run_for(seconds(60)), c.expected);
    EXPECT_EQ(wire.agent.counts().registrations, 1);
  }
}

TEST(KeepAlive, AStreamWithPongsLives) {
  Wire wire(transport::Protocol::Tcp, KeepAlive::Blank);
  wire.run_for(seconds(1));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(wire.run_for(seconds(30)), Sent{"ping"});
    wire.pong();
  }
}

TEST(KeepAlive, AStreamWithoutPongIsRegisteredAnewAfterTenSeconds) {
  Wire wire(transport::Protocol::Tls, KeepAlive::Options);
  wire.run_for(seconds(1));
  EXPECT_EQ(wire.run_for(seconds(30)), Sent{"ping"}) << "streams have their own ping";
  EXPECT_EQ(wire.run_for(seconds(8)), Sent{});
  EXPECT_EQ(wire.run_for(seconds(2)), Sent{"REGISTER"});
  EXPECT_TRUE(wire.agent.counts().registrations == 1);
}

TEST(KeepAlive, ALostConnectionIsRegisteredAnewSoon) {
  Wire wire(transport::Protocol::Tcp, KeepAlive::Blank);
  wire.run_for(seconds(1));
  wire.lose();
  EXPECT_EQ(wire.run_for(seconds(2)), Sent{"REGISTER"});
  EXPECT_EQ(wire.run_for(seconds(30)), Sent{"ping"});
}

}  // namespace
}  // namespace offhook::ua
