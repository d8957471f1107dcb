// RFC 3891 §3: a peer takes the place of a call, clause by clause. A calls B (or B calls A); the peer sends A an INVITE
// with Replaces.
#include "sip/header/replaces.hpp"
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using sip::Builder;
using sip::HeaderId;
using testing::HasSubstr;

struct Rig : Pair {
  Rig() : p(world, "P", 50) {
    world.users["peer"] = &p;
    a.on_event = [this](const Event& event) {
      const auto* incoming = std::get_if<IncomingCall>(&event);
      if (incoming != nullptr && incoming->replaces) a.ua.answer(world.now(), incoming->call, a.rtp(), on_hold);
    };
  }
  // A calls B, who rings.
  void ring() {
    from_a = a.call("1002");
    world.run_for(milliseconds(100));
    at_b = b.last<IncomingCall>().call;
    b.ring(at_b);
    world.run_for(milliseconds(100));
  }
  // As A names its dialog with B. Its tags stand in the newest response that A has had, or has given.
  [[nodiscard]] std::string dialog(std::string_view line = "B>A 200 INVITE", bool a_calls = true) const {
    const auto message = sip::Message::parse(world.last(line));
    EXPECT_TRUE(message);
    if (!message) return {};
    const auto ours = a_calls ? message->from_tag() : message->to_tag();
    const auto theirs = a_calls ? message->to_tag() : message->from_tag();
    return sip::Replaces{message->call_id(), ours, theirs, false}.text();
  }
  [[nodiscard]] Builder invite(const std::string& replaces, const std::string& sdp = kSdp) const {
    auto request = p.request("INVITE", "sip:1001@10.0.0.1");
    request.add(HeaderId::Require, "replaces");
    if (!replaces.empty()) request.add(HeaderId::Replaces, replaces);
    if (!sdp.empty()) request.body("application/sdp", sdp);
    return request;
  }
  int ask(Builder request) {
    p.send(request.build(), a.local);
    world.run_for(milliseconds(100));
    return p.last_status();
  }
  void acknowledge() {
    const auto& ok = p.responses.back();
    auto ack = Builder::request("ACK", "sip:1001@10.0.0.1");
    ack.add(HeaderId::MaxForwards, "70").add(HeaderId::From, "<sip:peer@10.0.0.50>;tag=peertag");
    ack.add(HeaderId::To, "<sip:1001@example.test>;tag=" + std::string(ok.to_tag()));
    ack.add(HeaderId::CallId, "peer-call").add(HeaderId::CSeq, "1 ACK");
    p.transactions.send_stateless(ack.build(), p.to(a.local));
    world.flush();
    world.run_for(milliseconds(100));
  }
  void hang_up_and_expect_nothing_left() {
    a.hang_up(a.last<IncomingCall>().call);
    p.on_request = [this](transaction::RequestReceived& e) {
      if (e.id) p.transactions.respond(world.now().mono, e.id, Builder::response(e.request, 200, "peertag").build());
    };
    EXPECT_TRUE(world.settle());
    a.expect_clean();
    b.expect_clean();
  }
  Peer p;
  bool on_hold = false;
};

TEST(Replaces, AConfirmedDialogEndsByByeAndTheNewOneStands) {
  Rig rig;
  rig.establish();
  EXPECT_EQ(rig.ask(rig.invite(rig.dialog())), 200);
  const auto incoming = rig.a.last<IncomingCall>();
  EXPECT_EQ(incoming.replaces, rig.from_a);
  EXPECT_EQ(rig.world.count("A>P 180"), 0U) << "it does not ring";
  EXPECT_EQ(rig.world.count("A>B BYE"), 1U);
  const auto ended = rig.a.last<CallEnded>();
  EXPECT_EQ(ended.call, rig.from_a);
  EXPECT_EQ(ended.by, EndedBy::Local);
  EXPECT_EQ(ended.replaced_by, incoming.call);
  rig.acknowledge();
  EXPECT_EQ(rig.a.last<CallEstablished>().call, incoming.call);
  EXPECT_EQ(rig.a.last<MediaChanged>().call, incoming.call);
  EXPECT_EQ(rig.a.last<MediaChanged>().negotiated->remote.address, rig.p.local.address);
  rig.hang_up_and_expect_nothing_left();
}

TEST(Replaces, ADialogThatTheOtherSideBeganCountsAsWell) {
  Rig rig;
  rig.a.auto_answer = true;
  (void)rig.b.call("1001");
  rig.world.run_for(seconds(1));
  rig.a.auto_answer = false;
  EXPECT_EQ(rig.ask(rig.invite(rig.dialog("A>B 200 INVITE", false))), 200);
  EXPECT_EQ(rig.world.count("A>B BYE"), 1U);
  rig.acknowledge();
  rig.hang_up_and_expect_nothing_left();
}

TEST(Replaces, AnEarlyDialogOfOursEndsByCancel) {
  Rig rig;
  rig.ring();
  EXPECT_EQ(rig.ask(rig.invite(rig.dialog("B>A 180 INVITE") + ";early-only")), 200);
  EXPECT_EQ(rig.world.count("A>B CANCEL"), 1U);
  EXPECT_EQ(rig.world.count("A>B BYE"), 0U);
  EXPECT_EQ(rig.a.last<CallEnded>().replaced_by, rig.a.last<IncomingCall>().call);
  // The phone that rang does not show a missed call.
  EXPECT_THAT(rig.b.last<CallEnded>().reason_header, HasSubstr("cause=200"));
  rig.acknowledge();
  rig.hang_up_and_expect_nothing_left();
}

TEST(Replaces, AnAnswerThatCrossesTheCancelIsEndedByBye) {
  Rig rig;
  rig.ring();
  rig.world.filter = [](const std::string& line) { return line != "A>B CANCEL"; };
  EXPECT_EQ(rig.ask(rig.invite(rig.dialog("B>A 180 INVITE"))), 200);
  rig.b.answer(rig.at_b);
  rig.world.run_for(seconds(1));
  EXPECT_EQ(rig.world.count("A>B ACK"), 1U);
  EXPECT_EQ(rig.world.count("A>B BYE"), 1U);
  rig.world.filter = {};
  rig.acknowledge();
  rig.hang_up_and_expect_nothing_left();
}

TEST(Replaces, AnEarlyDialogOfTheCallerIsLeftAlone) {
  Rig rig;
  (void)rig.b.call("1001");
  rig.world.run_for(milliseconds(100));
  rig.a.ring(rig.a.last<IncomingCall>().call);
  rig.world.run_for(milliseconds(100));
  EXPECT_EQ(rig.ask(rig.invite(rig.dialog("A>B 180 INVITE", false))), 481);
  EXPECT_TRUE(rig.a.all<CallEnded>().empty());
}

TEST(Replaces, EarlyOnlyFindsACallThatIsAnsweredBusy) {
  Rig rig;
  rig.establish();
  EXPECT_EQ(rig.ask(rig.invite(rig.dialog() + ";early-only")), 486);
  EXPECT_TRUE(rig.a.all<CallEnded>().empty());
}

TEST(Replaces, ADialogThatWeDoNotKnowIs481) {
  Rig rig;
  rig.establish();
  std::string other = rig.dialog();
  other.insert(other.find("to-tag=") + 7, "x");
  EXPECT_EQ(rig.ask(rig.invite(other)), 481);
  EXPECT_TRUE(rig.a.all<CallEnded>().empty());
}

TEST(Replaces, ADialogThatHasEndedIs603) {
  Rig rig;
  rig.establish();
  rig.a.hang_up(rig.from_a);
  EXPECT_TRUE(rig.world.settle());
  EXPECT_EQ(rig.ask(rig.invite(rig.dialog())), 603);
  EXPECT_TRUE(rig.a.all<IncomingCall>().empty());
}

TEST(Replaces, AnEarlyDialogThatHasEndedIs603) {
  Rig rig;
  rig.ring();
  rig.b.act([&] { rig.b.ua.reject(rig.world.now(), rig.at_b, 486); });
  EXPECT_TRUE(rig.world.settle());
  EXPECT_EQ(rig.ask(rig.invite(rig.dialog("B>A 180 INVITE"))), 603);
}

TEST(Replaces, WhatCannotBeHeardLeavesTheCallAsItIs) {
  Rig rig;
  rig.establish();
  constexpr std::string_view kOdd =
      "v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\ns=-\r\nc=IN IP4 1.1.1.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 96\r\na=rtpmap:96 "
      "odd/8000\r\n";
  EXPECT_EQ(rig.ask(rig.invite(rig.dialog(), std::string(kOdd))), 488);
  EXPECT_TRUE(rig.a.all<CallEnded>().empty());
  EXPECT_EQ(rig.world.count("A>B BYE"), 0U);
}

TEST(Replaces, WhoWasOnHoldIsAnsweredOnHold) {
  Rig rig;
  rig.establish();
  rig.a.hold(rig.from_a);
  rig.world.run_for(seconds(1));
  rig.on_hold = true;
  EXPECT_EQ(rig.ask(rig.invite(rig.dialog())), 200);
  EXPECT_THAT(rig.world.last("A>P 200 INVITE"), HasSubstr("a=sendonly\r\n"));
  rig.acknowledge();
  rig.p.on_request = [&](transaction::RequestReceived& e) {
    if (e.request.method() != sip::Method::Invite) return;
    EXPECT_THAT(std::string(e.request.body()), HasSubstr("a=sendrecv\r\n"));
  };
  rig.a.resume(rig.a.last<IncomingCall>().call);
  rig.world.run_for(milliseconds(100));
  EXPECT_GE(rig.world.count("A>P INVITE"), 1U);
}

TEST(Replaces, AnInviteWithoutOfferIsAnsweredWithOurs) {
  Rig rig;
  rig.establish();
  EXPECT_EQ(rig.ask(rig.invite(rig.dialog(), {})), 200);
  EXPECT_THAT(rig.world.last("A>P 200 INVITE"), HasSubstr("m=audio"));
  EXPECT_EQ(rig.world.count("A>B BYE"), 1U);
}

// The replaced call of a callee whose 2xx has no ACK yet: its BYE waits for that.
TEST(Replaces, ByeWaitsForTheAckOfTheReplacedCall) {
  Rig rig;
  rig.world.filter = [](const std::string& line) { return line != "B>A ACK"; };
  rig.a.auto_answer = true;
  (void)rig.b.call("1001");
  rig.world.run_for(milliseconds(100));
  rig.a.auto_answer = false;
  EXPECT_EQ(rig.ask(rig.invite(rig.dialog("A>B 200 INVITE", false))), 200);
  EXPECT_EQ(rig.world.count("A>B BYE"), 0U);
  rig.world.filter = {};
  rig.world.run_for(seconds(1));  // the 2xx again, and its ACK
  EXPECT_EQ(rig.world.count("A>B BYE"), 1U);
}

struct Bad {
  std::string_view name;
  std::function<Builder(const Rig&)> request;
};
std::ostream& operator<<(std::ostream& out, const Bad& bad) { return out << bad.name; }
class BadReplaces : public testing::TestWithParam<Bad> {};

TEST_P(BadReplaces, Is400) {
  Rig rig;
  rig.establish();
  EXPECT_EQ(rig.ask(GetParam().request(rig)), 400);
  EXPECT_TRUE(rig.a.all<CallEnded>().empty());
  EXPECT_TRUE(rig.a.all<IncomingCall>().empty());
}

INSTANTIATE_TEST_SUITE_P(Rows, BadReplaces,
                         testing::Values(Bad{"two of them",
                                             [](const Rig& rig) {
                                               auto request = rig.invite(rig.dialog());
                                               request.add(HeaderId::Replaces, rig.dialog());
                                               return request;
                                             }},
                                         Bad{"beside a Join",
                                             [](const Rig& rig) {
                                               auto request = rig.invite(rig.dialog());
                                               request.add(HeaderId::Join, rig.dialog());
                                               return request;
                                             }},
                                         Bad{"no tags", [](const Rig& rig) { return rig.invite("x@y;to-tag=1"); }},
                                         Bad{"two in one field",
                                             [](const Rig& rig) {
                                               return rig.invite(rig.dialog() + ", " + rig.dialog());
                                             }},
                                         Bad{"in another method", [](const Rig& rig) {
                                               auto request = rig.p.request("OPTIONS", "sip:1001@10.0.0.1");
                                               request.add(HeaderId::Replaces, rig.dialog());
                                               return request;
                                             }}));

TEST(Replaces, WeSayThatWeKnowOfIt) {
  Rig rig;
  rig.establish();
  for (const std::string_view line : {"A>B INVITE", "B>A 180 INVITE", "B>A 200 INVITE"})
    EXPECT_THAT(rig.world.last(line), HasSubstr("Supported: replaces\r\n")) << line;
}

}  // namespace
}  // namespace offhook::ua::test
