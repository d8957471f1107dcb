// INFO (RFC 6086, RFC 2976): digits beside the session.
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using sip::HeaderId;
using testing::HasSubstr;

void press(Pair& pair, std::string_view digits) {
  for (const char digit : digits)
    pair.a.act(
        [&] { pair.a.ua.info(pair.world.now(), pair.from_a, body::kDtmfRelayType, body::write_relay({digit, 100})); });
}

std::string heard(const Agent& agent) {
  std::string out;
  for (const auto& info : agent.all<InfoReceived>()) out += info.digit.signal;
  return out;
}

TEST(Info, CarriesADigitAndIsAnswered) {
  Pair pair;
  pair.establish();
  press(pair, "5");
  pair.world.run_for(seconds(1));
  EXPECT_EQ(heard(pair.b), "5");
  EXPECT_EQ(pair.b.last<InfoReceived>().digit.duration, 100);
  EXPECT_EQ(pair.a.last<InfoAnswered>().status, 200);
  const auto info = sip::Message::parse(pair.world.last("A>B INFO"));
  EXPECT_EQ(info->body(), "Signal=5\r\nDuration=100\r\n");
  EXPECT_EQ(info->find(HeaderId::ContentType), "application/dtmf-relay");
  pair.a.hang_up(pair.from_a);
  ASSERT_TRUE(pair.world.settle());
  pair.a.expect_clean();
  pair.b.expect_clean();
}

TEST(Info, OneAfterTheOtherInOrderAndOnceEachOnABadNetwork) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Pair pair(seed);
    pair.establish();
    pair.world.trouble = {0.1, 0.1, milliseconds(1), milliseconds(200)};
    press(pair, "0011*#");
    pair.world.run_for(seconds(60));
    ASSERT_EQ(heard(pair.b), "0011*#") << "seed " << seed;
    pair.world.trouble = {};
    pair.b.hang_up(pair.at_b);
    ASSERT_TRUE(pair.world.settle());
    pair.a.expect_clean();
  }
}

TEST(Info, BeforeTheAnswerWaitsForIt) {
  Pair pair;
  pair.from_a = pair.a.call("1002");
  pair.world.run_for(milliseconds(100));
  press(pair, "7");
  pair.world.run_for(seconds(1));
  EXPECT_EQ(pair.world.count("INFO"), 0U);
  pair.at_b = pair.b.last<IncomingCall>().call;
  pair.b.answer(pair.at_b);
  pair.world.run_for(seconds(1));
  EXPECT_EQ(heard(pair.b), "7");
}

TEST(Info, ThatIsRefusedTakesThoseBehindItAlong) {
  Pair pair;
  pair.establish();
  for (int i = 0; i < 3; ++i)
    pair.a.act([&] { pair.a.ua.info(pair.world.now(), pair.from_a, "application/x-unknown", "?"); });
  pair.world.run_for(seconds(1));
  EXPECT_EQ(pair.world.count("A>B INFO"), 1U);
  EXPECT_EQ(pair.a.last<InfoAnswered>().status, 415);
  press(pair, "1");
  pair.world.run_for(seconds(1));
  EXPECT_EQ(heard(pair.b), "1") << "the next one is sent again";
}

TEST(Info, ThatNobodyAnswersEndsTheCall) {
  Pair pair;
  pair.establish();
  pair.world.filter = [](const std::string& line) { return !line.ends_with("INFO"); };
  press(pair, "12");
  pair.world.run_for(seconds(33));
  EXPECT_EQ(pair.a.last<CallEnded>().status, 408);
  ASSERT_TRUE(pair.world.settle());
  pair.a.expect_clean();
  pair.b.expect_clean();
}

// A peer that says what it likes, in a call with A.
struct Rig {
  Rig() : a(world, "A", 1, account("1001")), p(world, "P", 50) {
    a.auto_answer = true;
    p.send(p.request("INVITE", "sip:1001@10.0.0.1").body("application/sdp", kSdp).build(), a.local);
    world.run_for(milliseconds(10));
    tag = std::string(p.responses.back().to_tag());
    p.transactions.send_stateless(in_dialog("ACK", 1).build(), p.to(a.local));
    world.flush();
    world.run_for(milliseconds(10));
  }
  sip::Builder in_dialog(std::string_view method, int cseq) const {
    auto out = sip::Builder::request(method, "sip:1001@10.0.0.1");
    out.add(HeaderId::MaxForwards, "70").add(HeaderId::From, "<sip:peer@10.0.0.50>;tag=peertag");
    out.add(HeaderId::To, "<sip:1001@example.test>;tag=" + tag).add(HeaderId::CallId, "peer-call");
    out.add(HeaderId::CSeq, std::to_string(cseq) + ' ' + std::string(method));
    out.add(HeaderId::Contact, "<sip:peer@10.0.0.50:5060>");
    return out;
  }
  sip::Message ask(sip::Builder request) {
    p.send(request.build(), a.local);
    world.run_for(milliseconds(10));
    return p.responses.back();
  }
  World world;
  Agent a;
  Peer p;
  std::string tag;
};

TEST(Info, EveryFormOfADigitIsTaken) {
  Rig rig;
  int cseq = 1;
  const auto say = [&](std::string_view type, std::string_view body) {
    return rig.ask(rig.in_dialog("INFO", ++cseq).body(type, body)).status();
  };
  EXPECT_EQ(say("application/dtmf-relay", "Signal=1\r\nDuration=160\r\n"), 200);
  EXPECT_EQ(say("Application/DTMF-Relay; charset=utf-8", "Signal= 2\nDuration= 160"), 200);
  EXPECT_EQ(say("application/dtmf-relay", "Signal=11\r\n"), 200);  // the event number of #
  EXPECT_EQ(say("application/dtmf", "4"), 200);
  EXPECT_EQ(say("application/dtmf", "Signal=5\r\nDuration=250\r\n"), 200);
  EXPECT_EQ(say("application/telephone-event", "6"), 200);
  EXPECT_EQ(say("application/telephone-event", "Signal=*\r\nDuration=100\r\n"), 200);
  EXPECT_EQ(heard(rig.a), "12#456*");
}

TEST(Info, WhatIsNotUnderstoodSaysWhy) {
  Rig rig;
  const auto unknown = rig.ask(rig.in_dialog("INFO", 2).body("application/media_control+xml", "<x/>"));
  EXPECT_EQ(unknown.status(), 415);
  EXPECT_THAT(std::string(unknown.bytes()), HasSubstr("application/dtmf-relay, application/dtmf"));
  EXPECT_EQ(rig.ask(rig.in_dialog("INFO", 3).body("application/dtmf-relay", "Signal=Z\r\n")).status(), 400);
  // RFC 6086 §4.2.2: a package that we never offered.
  auto package = rig.in_dialog("INFO", 4);
  package.add(HeaderId::InfoPackage, "conference").body("application/dtmf", "1");
  const auto refused = rig.ask(std::move(package));
  EXPECT_EQ(refused.status(), 469);
  EXPECT_THAT(std::string(refused.bytes()), HasSubstr("Recv-Info:"));
  // Without a body, or with one that may be ignored, it is taken.
  EXPECT_EQ(rig.ask(rig.in_dialog("INFO", 5)).status(), 200);
  auto optional = rig.in_dialog("INFO", 6);
  optional.add(HeaderId::ContentDisposition, "render;handling=optional").body("text/plain", "hello");
  EXPECT_EQ(rig.ask(std::move(optional)).status(), 200);
  EXPECT_EQ(heard(rig.a), "");
  EXPECT_TRUE(rig.a.all<CallEnded>().empty());
}

}  // namespace
}  // namespace offhook::ua::test
