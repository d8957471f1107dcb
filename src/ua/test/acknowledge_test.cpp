// What a scripted peer can do to the three-way handshake: no ACK, 2xx again and again, forks, answers that are none,
// late offers. RFC 3261 §13.2.2.4, §13.3.1.4.
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using sip::Builder;
using sip::HeaderId;
using testing::HasSubstr;

struct Rig {
  Rig() : a(world, "A", 1, account("1001")), p(world, "P", 50) { world.users["peer"] = &p; }

  [[nodiscard]] sip::Message accepted(const sip::Message& invite, std::string_view tag,
                                      const std::string& sdp = kSdp) const {
    auto builder = Builder::response(invite, 200, tag);
    builder.add(HeaderId::Contact, "<sip:peer@10.0.0.50>");
    if (!sdp.empty()) builder.body("application/sdp", sdp);
    return builder.build();
  }
  void respond(std::size_t request, const sip::Message& response) {
    p.transactions.respond(world.now().mono, p.requests.at(request).id, response);
    world.flush();
  }
  // The peer calls A, who answers after `delay`; the peer does not acknowledge.
  void peer_calls(const std::string& sdp = kSdp) {
    a.auto_answer = true;
    auto invite = p.request("INVITE", "sip:1001@10.0.0.1");
    if (!sdp.empty()) invite.body("application/sdp", sdp);
    p.send(invite.build(), a.local);
    world.run_for(milliseconds(10));
  }
  [[nodiscard]] sip::Message in_dialog(std::string_view method, int cseq, const std::string& sdp = {}) const {
    const auto& ok = p.responses.back();
    auto builder = Builder::request(method, "sip:1001@10.0.0.1");
    builder.add(HeaderId::MaxForwards, "70").add(HeaderId::From, "<sip:peer@10.0.0.50>;tag=peertag");
    builder.add(HeaderId::To, "<sip:1001@example.test>;tag=" + std::string(ok.to_tag()))
        .add(HeaderId::CallId, "peer-call");
    builder.add(HeaderId::CSeq, std::to_string(cseq) + ' ' + std::string(method))
        .add(HeaderId::Contact, "<sip:peer@10.0.0.50:5060>");
    if (!sdp.empty()) builder.body("application/sdp", sdp);
    return builder.build();
  }
  void ack(int cseq, const std::string& sdp = {}) {
    p.transactions.send_stateless(in_dialog("ACK", cseq, sdp), p.to(a.local));
    world.flush();
    world.run_for(milliseconds(10));
  }

  World world;
  Agent a;
  Peer p;
};

TEST(NoAck, RepeatsThe200AndThenEndsByBye) {
  Rig rig;
  rig.peer_calls();
  rig.world.run_for(seconds(10));
  // 0, 0.5, 1.5, 3.5, 7.5 s.
  EXPECT_EQ(rig.world.count("A>P 200 INVITE"), 5U);
  EXPECT_EQ(rig.a.all<CallEstablished>().size(), 0U);
  rig.world.run_for(seconds(23));
  EXPECT_EQ(rig.a.last<CallEnded>().by, EndedBy::Network);
  EXPECT_EQ(rig.a.last<CallEnded>().status, 408);
  EXPECT_EQ(rig.world.count("A>P 200 INVITE"), 11U);
  EXPECT_GE(rig.world.count("A>P BYE"), 1U);
  EXPECT_TRUE(rig.world.settle());
  rig.a.expect_clean();
}

TEST(NoAck, ByeOfTheCalleeWaitsForTheAck) {
  Rig rig;
  rig.peer_calls();
  rig.a.hang_up(rig.a.last<IncomingCall>().call);
  EXPECT_EQ(rig.a.last<CallEnded>().by, EndedBy::Local);
  rig.world.run_for(seconds(2));
  EXPECT_EQ(rig.world.count("A>P BYE"), 0U);
  rig.ack(1);
  EXPECT_EQ(rig.world.count("A>P BYE"), 1U);
  EXPECT_EQ(rig.a.all<CallEstablished>().size(), 0U);
  EXPECT_TRUE(rig.world.settle());
  rig.a.expect_clean();
}

TEST(Accepted, EachRetransmissionIsAcknowledgedAgain) {
  Rig rig;
  const CallId call = rig.a.call("peer");
  rig.world.run_for(milliseconds(10));
  const auto ok = rig.accepted(rig.p.requests[0].request, "t1");
  for (int i = 0; i < 3; ++i) {
    rig.respond(0, ok);
    rig.world.run_for(seconds(1));
  }
  EXPECT_EQ(rig.world.count("A>P ACK"), 3U);
  EXPECT_EQ(rig.a.all<CallEstablished>().size(), 1U);
  // Also after the call is over here.
  rig.a.hang_up(call);
  rig.respond(0, ok);
  rig.world.run_for(seconds(1));
  EXPECT_EQ(rig.world.count("A>P ACK"), 4U);
  EXPECT_TRUE(rig.world.settle());
  rig.a.expect_clean();
}

TEST(Accepted, ByASecondForkIsAcknowledgedAndEnded) {
  Rig rig;
  (void)rig.a.call("peer");
  rig.world.run_for(milliseconds(10));
  rig.respond(0, rig.accepted(rig.p.requests[0].request, "t1"));
  rig.respond(0, rig.accepted(rig.p.requests[0].request, "t2"));
  rig.respond(0, rig.accepted(rig.p.requests[0].request, "t2"));
  rig.world.run_for(milliseconds(10));
  EXPECT_EQ(rig.world.count("A>P ACK"), 3U);
  EXPECT_EQ(rig.world.count("A>P BYE"), 1U);
  EXPECT_THAT(rig.world.last("A>P BYE"), HasSubstr(";tag=t2"));
  EXPECT_EQ(rig.a.all<CallEnded>().size(), 0U);
  EXPECT_EQ(rig.a.ua.counts().calls, 1U);
}

TEST(Accepted, WithAnAnswerThatFitsNothingEndsTheCall) {
  for (const std::string& sdp : {std::string(), std::string("rubbish"),
                                 std::string("v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\ns=-\r\nc=IN IP4 1.1.1.1\r\nt=0 "
                                             "0\r\nm=audio 4000 RTP/AVP 96\r\na=rtpmap:96 odd/8000\r\n")}) {
    Rig rig;
    (void)rig.a.call("peer");
    rig.world.run_for(milliseconds(10));
    rig.respond(0, rig.accepted(rig.p.requests[0].request, "t1", sdp));
    rig.world.run_for(milliseconds(10));
    EXPECT_EQ(rig.world.count("A>P ACK"), 1U);
    EXPECT_EQ(rig.world.count("A>P BYE"), 1U);
    EXPECT_EQ(rig.a.last<CallEnded>().status, 488);
    EXPECT_TRUE(rig.world.settle());
    rig.a.expect_clean();
  }
}

TEST(EarlyMedia, IsHeardBeforeTheAnswer) {
  Rig rig;
  (void)rig.a.call("peer");
  rig.world.run_for(milliseconds(10));
  auto progress = Builder::response(rig.p.requests[0].request, 183, "t1");
  rig.respond(0, progress.add(HeaderId::Contact, "<sip:peer@10.0.0.50>").body("application/sdp", kSdp).build());
  rig.world.run_for(milliseconds(10));
  EXPECT_EQ(rig.a.last<CallProgress>().status, 183);
  EXPECT_EQ(rig.a.last<MediaChanged>().negotiated->remote.port, 4000);
  rig.respond(0, rig.accepted(rig.p.requests[0].request, "t1"));
  rig.world.run_for(milliseconds(10));
  EXPECT_EQ(rig.a.all<MediaChanged>().size(), 1U);
}

TEST(LateOffer, AnswerComesInTheAck) {
  Rig rig;
  rig.peer_calls({});
  EXPECT_THAT(rig.world.last("A>P 200 INVITE"), HasSubstr("m=audio 11780"));
  EXPECT_EQ(rig.a.all<MediaChanged>().size(), 0U);
  rig.ack(1, kSdp);
  EXPECT_EQ(rig.a.all<CallEstablished>().size(), 1U);
  EXPECT_EQ(rig.a.last<MediaChanged>().negotiated->remote.port, 4000);
}

TEST(LateOffer, WithoutAnAnswerEndsTheCall) {
  Rig rig;
  rig.peer_calls({});
  rig.ack(1);
  EXPECT_EQ(rig.a.last<CallEnded>().status, 488);
  EXPECT_EQ(rig.world.count("A>P BYE"), 1U);
}

TEST(Reinvite, WithoutOfferIsOfferedWhatStands) {
  Rig rig;
  rig.peer_calls();
  rig.ack(1);
  rig.p.send(rig.in_dialog("INVITE", 2), rig.a.local);
  rig.world.run_for(milliseconds(10));
  EXPECT_THAT(rig.world.last("A>P 200 INVITE"), HasSubstr("a=sendrecv"));
  rig.ack(2, kSdp);
  EXPECT_EQ(rig.a.all<CallEnded>().size(), 0U);
}

TEST(Reinvite, ThatFitsNothingIs488AndTheCallStays) {
  Rig rig;
  rig.peer_calls();
  rig.ack(1);
  std::string odd = kSdp;
  odd.replace(odd.find("RTP/AVP 0 101"), 13, "RTP/AVP 96");
  const auto reinvite = rig.in_dialog("INVITE", 2, odd);
  rig.p.send(reinvite, rig.a.local);
  rig.world.run_for(milliseconds(10));
  EXPECT_EQ(rig.p.last_status(), 488);
  EXPECT_EQ(rig.a.all<CallEnded>().size(), 0U);
  EXPECT_EQ(rig.a.last<MediaChanged>().negotiated->remote.port, 4000);
}

TEST(Update, RefreshesTheTargetAndAnswersAnOffer) {
  Rig rig;
  rig.peer_calls();
  rig.ack(1);
  std::string moved = kSdp;
  moved.replace(moved.find("m=audio 4000"), 12, "m=audio 4002");
  rig.p.send(rig.in_dialog("UPDATE", 2, moved), rig.a.local);
  rig.world.run_for(milliseconds(10));
  EXPECT_EQ(rig.p.last_status(), 200);
  EXPECT_EQ(rig.a.last<MediaChanged>().negotiated->remote.port, 4002);
}

// RFC 3311 §5.2: the INVITE has not been answered yet.
TEST(Update, WithAnOfferWhileItRingsIs500WithRetryAfter) {
  Rig rig;
  rig.p.send(rig.p.request("INVITE", "sip:1001@10.0.0.1").body("application/sdp", kSdp).build(), rig.a.local);
  rig.world.run_for(milliseconds(10));
  rig.a.ring(rig.a.last<IncomingCall>().call);
  rig.world.run_for(milliseconds(10));
  rig.p.send(rig.in_dialog("UPDATE", 2, kSdp), rig.a.local);
  rig.world.run_for(milliseconds(10));
  EXPECT_EQ(rig.p.last_status(), 500);
  ASSERT_TRUE(rig.p.responses.back().find(HeaderId::RetryAfter));
  EXPECT_LE(std::stoi(std::string(*rig.p.responses.back().find(HeaderId::RetryAfter))), 10);
  EXPECT_EQ(rig.a.all<CallEnded>().size(), 0U);
}

// Our offer went in the 2xx, and the ACK with the answer is still to come: RFC 6337 §4.3 UAS-IsU, RFC 5407 §3.1.5.
TEST(Update, BeforeTheAckOfALateOfferIsRefused) {
  for (const bool update : {true, false}) {
    Rig rig;
    rig.peer_calls({});
    rig.p.send(rig.in_dialog(update ? "UPDATE" : "INVITE", 2, kSdp), rig.a.local);
    rig.world.run_for(milliseconds(10));
    EXPECT_EQ(rig.p.last_status(), update ? 500 : 491);
    EXPECT_EQ(rig.p.responses.back().find(HeaderId::RetryAfter).has_value(), update);
  }
}

TEST(InDialog, RequestsOutOfOrderAreRefused) {
  Rig rig;
  rig.peer_calls();
  rig.ack(1);
  rig.p.send(rig.in_dialog("INFO", 5), rig.a.local);
  rig.world.run_for(milliseconds(10));
  EXPECT_EQ(rig.p.last_status(), 200);
  rig.p.send(rig.in_dialog("INFO", 4), rig.a.local);
  rig.world.run_for(milliseconds(10));
  EXPECT_EQ(rig.p.last_status(), 500);
}

TEST(InDialog, ByeOnTheEarlyDialogEndsTheInviteToo) {
  Rig rig;
  auto invite = rig.p.request("INVITE", "sip:1001@10.0.0.1");
  rig.p.send(invite.body("application/sdp", kSdp).build(), rig.a.local);
  rig.world.run_for(milliseconds(10));
  rig.a.ring(rig.a.last<IncomingCall>().call);
  rig.world.run_for(milliseconds(10));
  rig.p.send(rig.in_dialog("BYE", 2), rig.a.local);
  rig.world.run_for(milliseconds(10));
  EXPECT_EQ(rig.world.count("A>P 487 INVITE"), 1U);
  EXPECT_EQ(rig.world.count("A>P 200 BYE"), 1U);
  EXPECT_EQ(rig.a.last<CallEnded>().by, EndedBy::Remote);
  EXPECT_TRUE(rig.world.settle());
  rig.a.expect_clean();
}

TEST(Invite, CopiesRecordRouteAndFollowsIt) {
  Rig rig;
  auto invite = rig.p.request("INVITE", "sip:1001@10.0.0.1");
  invite.add(HeaderId::RecordRoute, "<sip:10.0.0.50:5060;lr>");
  rig.p.send(invite.body("application/sdp", kSdp).build(), rig.a.local);
  rig.world.run_for(milliseconds(10));
  const CallId call = rig.a.last<IncomingCall>().call;
  rig.a.ring(call);
  EXPECT_NO_FATAL_FAILURE(rig.world.run_for(milliseconds(10)));
  EXPECT_THAT(rig.world.last("A>P 180 INVITE"), HasSubstr("Record-Route: <sip:10.0.0.50:5060;lr>\r\n"));
  rig.a.answer(call);
  rig.world.run_for(milliseconds(10));
  EXPECT_THAT(rig.world.last("A>P 200 INVITE"), HasSubstr("Record-Route: <sip:10.0.0.50:5060;lr>\r\n"));
  rig.ack(1);
  rig.a.hang_up(call);
  rig.world.run_for(milliseconds(10));
  EXPECT_THAT(rig.world.last("A>P BYE"), HasSubstr("Route: <sip:10.0.0.50:5060;lr>\r\n"));
}

// RFC 3261 §18.1.1: too large for a datagram. When the 2xx comes again, TCP has not brought it there.
TEST(LargeAck, GoesByTcpAndByUdpWhenThe2xxIsRepeated) {
  for (const bool speaks_tcp : {true, false}) {
    Rig rig;
    if (speaks_tcp) rig.a.transport.speak_tcp();
    std::optional<transaction::ServerId> id;
    sip::Message ok;
    rig.p.on_request = [&](transaction::RequestReceived& e) {
      if (e.request.method() != sip::Method::Invite) return;
      id = e.id;
      ok = Builder::response(e.request, 200, "ptag")
               .add(HeaderId::RecordRoute, "<sip:10.0.0.50;lr;long=" + std::string(1300, 'x') + '>')
               .add(HeaderId::Contact, "<sip:peer@10.0.0.50:5060>")
               .body("application/sdp", kSdp)
               .build();
      rig.p.transactions.respond(rig.world.now().mono, e.id, ok);
    };
    rig.world.users["2000"] = &rig.p;
    rig.a.call("2000");
    rig.world.run_for(milliseconds(10));
    ASSERT_TRUE(id);
    rig.p.transactions.respond(rig.world.now().mono, *id, ok);
    rig.world.flush();
    rig.world.run_for(milliseconds(10));
    std::vector<std::string> vias;
    for (const auto& received : rig.p.requests)
      if (received.request.method() == sip::Method::Ack)
        vias.emplace_back(received.request.top(HeaderId::Via).value_or(""));
    ASSERT_EQ(vias.size(), 2U);
    const std::string_view first = speaks_tcp ? "SIP/2.0/TCP " : "SIP/2.0/UDP ";
    EXPECT_TRUE(vias[0].starts_with(first)) << vias[0];
    EXPECT_TRUE(vias[1].starts_with("SIP/2.0/UDP ")) << vias[1];
    EXPECT_EQ(vias[0].substr(first.size()), vias[1].substr(first.size())) << "one branch";
  }
}

}  // namespace
}  // namespace offhook::ua::test
