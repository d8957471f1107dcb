#include "match.hpp"

#include <gtest/gtest.h>

#include "services.hpp"

namespace offhook::transaction {
namespace {

struct Parts {
  std::string method = "INVITE", uri = "sip:bob@example.com", via = "SIP/2.0/UDP pc.example.com;branch=z9hG4bKx";
  std::string from_tag = "a", to_tag = {}, call_id = "c1", cseq = "1";
};

std::string key_of(const Parts& p, std::string_view method) {
  std::string text = p.method + " " + p.uri + " SIP/2.0\r\nVia: " + p.via +
                     "\r\nFrom: <sip:alice@example.com>;tag=" + p.from_tag + "\r\nTo: <sip:bob@example.com>" +
                     (p.to_tag.empty() ? "" : ";tag=" + p.to_tag) + "\r\nCall-ID: " + p.call_id +
                     "\r\nCSeq: " + p.cseq + " " + p.method + "\r\n\r\n";
  const auto message = sip::Message::parse(std::move(text));
  const auto via = sip::Via::parse(*message->top(sip::HeaderId::Via));
  return server_key(*message, *via, method, message->to_tag());
}

TEST(ServerKey, WithCookieOnlyBranchSentByAndMethodCount) {
  const Parts base;
  auto same = base;
  same.uri = "sip:carol@example.com", same.from_tag = "b", same.to_tag = "t", same.call_id = "c2", same.cseq = "9";
  same.via = "SIP/2.0/UDP PC.example.com;received=192.0.2.1;branch=z9hG4bKx";
  EXPECT_EQ(key_of(base, "INVITE"), key_of(same, "INVITE"));

  auto branch = base, sent_by = base;
  branch.via = "SIP/2.0/UDP pc.example.com;branch=z9hG4bKy";
  sent_by.via = "SIP/2.0/UDP pc.example.com:5070;branch=z9hG4bKx";
  EXPECT_NE(key_of(base, "INVITE"), key_of(branch, "INVITE"));
  EXPECT_NE(key_of(base, "INVITE"), key_of(sent_by, "INVITE"));
  EXPECT_NE(key_of(base, "INVITE"), key_of(base, "CANCEL"));
}

TEST(ServerKey, WithoutCookieEverythingCounts) {
  Parts base;
  base.via = "SIP/2.0/UDP pc.example.com;branch=1";
  EXPECT_EQ(key_of(base, "INVITE"), key_of(base, "INVITE"));
  for (const auto change :
       {&Parts::uri, &Parts::via, &Parts::from_tag, &Parts::to_tag, &Parts::call_id, &Parts::cseq}) {
    auto other = base;
    other.*change = other.*change == "1"    ? "2"
                    : change == &Parts::via ? "SIP/2.0/UDP pc.example.com;branch=2"
                                            : "sip:9";
    if (change == &Parts::cseq) other.cseq = "2";
    EXPECT_NE(key_of(base, "INVITE"), key_of(other, "INVITE"));
  }
}

TEST(ClientKey, IsBranchAndMethodOfCSeq) {
  const auto response = sip::Message::parse(
      "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx, SIP/2.0/UDP b;branch=z9hG4bKy\r\nCSeq: 2 CANCEL\r\n\r\n");
  EXPECT_EQ(client_key(*response), client_key("z9hG4bKx", "CANCEL"));
  EXPECT_NE(client_key(*response), client_key("z9hG4bKx", "INVITE"));
  EXPECT_EQ(client_key(*sip::Message::parse("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a\r\nCSeq: 2 BYE\r\n\r\n")), "");
}

TEST(Payload, KeepsHandleAndLetter) {
  const Payload in{Timer::X, (1U << 28) - 1, 0xfffffffe};
  const auto out = Payload::from_number(in.number());
  EXPECT_EQ(out.timer, in.timer);
  EXPECT_EQ(out.index, in.index);
  EXPECT_EQ(out.generation, in.generation);
}

TEST(Timing, TimeUntilTimerEStandsAtT2) {
  EXPECT_EQ(time_to_t2({}), milliseconds(3500));
  EXPECT_EQ(time_to_t2({.t1 = seconds(5)}), Duration{});
}

// An account whose T2 is 0 must not make a timer that fires for ever within one moment.
TEST(Timing, NoTimerIsShorterThanATick) {
  TimerWheel wheel;
  Clocks clocks;
  const Timers timers{.t1 = {}, .t2 = {}};
  set_timer(wheel, TimePoint(seconds(1)), arm(Timer::E), timers, clocks, {});
  int fired = 0;
  wheel.advance(TimePoint(seconds(1)), [&](std::uint64_t) { ++fired; });
  EXPECT_EQ(fired, 0);
  EXPECT_EQ(wheel.deadline(), TimePoint(milliseconds(1001)));
}

}  // namespace
}  // namespace offhook::transaction
