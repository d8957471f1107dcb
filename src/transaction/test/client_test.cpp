#include "rig.hpp"

namespace offhook::transaction {
namespace {

using Log = std::vector<std::string>;

TEST(InviteClient, RetransmitsUntilTimerB) {
  Rig rig;
  rig.start(make_request("INVITE"));
  rig.run_until(seconds(31) + milliseconds(999));
  EXPECT_EQ(rig.take_log(), (Log{"0 INVITE", "500 INVITE", "1500 INVITE", "3500 INVITE", "7500 INVITE", "15500 INVITE",
                                 "31500 INVITE"}));
  EXPECT_TRUE(rig.take_events().empty());
  rig.run_until(seconds(32));
  const auto events = rig.take_events();
  EXPECT_EQ(names(events), "timeout terminated");
  EXPECT_EQ(std::get<ClientTimeout>(events[0]).owner, 77);
  EXPECT_TRUE(rig.is_idle());
  EXPECT_EQ(rig.layer.counters().request_retransmits_sent, 6);
  EXPECT_EQ(rig.layer.counters().timeouts, 1);
}

TEST(InviteClient, RetransmissionsAreTheSameBytes) {
  Rig rig;
  rig.start(make_request("INVITE"));
  rig.run_until(seconds(1));
  const auto sent = rig.take_sent();
  ASSERT_EQ(sent.size(), 2);
  EXPECT_EQ(sent[0].message.bytes(), sent[1].message.bytes());
  EXPECT_TRUE(sent[0].message.top(sip::HeaderId::Via)->starts_with("SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK"));
}

TEST(InviteClient, ProvisionalResponseStopsRetransmissionAndTimerB) {
  Rig rig;
  rig.start(make_request("INVITE"));
  const auto invite = rig.take_sent()[0].message;
  rig.receive(make_response(invite, 180));
  rig.run_until(minutes(5));
  EXPECT_EQ(rig.take_log(), Log{});
  EXPECT_EQ(names(rig.take_events()), "response:180");
  EXPECT_EQ(rig.layer.client_count(), 1);
  EXPECT_EQ(rig.layer.timer_count(), 0);
}

TEST(InviteClient, EveryTwoHundredPassesWhileAcceptedLasts) {
  Rig rig;
  rig.start(make_request("INVITE"));
  const auto invite = rig.take_sent()[0].message;
  rig.receive(make_response(invite, 200));
  rig.run_for(seconds(1));
  rig.receive(make_response(invite, 200));
  rig.receive(make_response(invite, 200, "other-fork"));
  rig.receive(make_response(invite, 486, "late"));
  EXPECT_EQ(names(rig.take_events()), "response:200 response:200 response:200");
  rig.run_until(seconds(32));
  EXPECT_EQ(names(rig.take_events()), "terminated");
  EXPECT_EQ(rig.take_log(), Log{});  // the ACK to a 2xx is the TU's
  EXPECT_TRUE(rig.is_idle());
  rig.receive(make_response(invite, 200));
  EXPECT_EQ(names(rig.take_events()), "stray");
}

TEST(InviteClient, RefusalIsAcknowledgedHopByHop) {
  Rig rig;
  rig.start(make_request("INVITE", 5));
  const auto invite = rig.take_sent()[0].message;
  rig.receive(make_response(invite, 486));
  const auto sent = rig.take_sent();
  ASSERT_EQ(sent.size(), 1);
  EXPECT_EQ(sent[0].message.bytes(),
            "ACK sip:bob@192.0.2.2 SIP/2.0\r\nVia: " + std::string(*invite.top(sip::HeaderId::Via)) +
                "\r\nMax-Forwards: 70\r\nRoute: <sip:192.0.2.2;lr>\r\nRoute: <sip:far.example.com;lr>\r\n"
                "From: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>;tag=b1\r\n"
                "Call-ID: c1@example.com\r\nCSeq: 5 ACK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(names(rig.take_events()), "response:486");

  // Its retransmission is acknowledged again and not reported again.
  rig.run_for(milliseconds(500));
  rig.receive(make_response(invite, 486));
  const auto again = rig.take_sent();
  ASSERT_EQ(again.size(), 1);
  EXPECT_EQ(again[0].message.bytes(), sent[0].message.bytes());
  EXPECT_TRUE(rig.take_events().empty());
  EXPECT_EQ(rig.layer.counters().response_retransmits_received, 1);
  EXPECT_EQ(rig.layer.counters().request_retransmits_sent, 0);

  rig.run_until(seconds(32));
  EXPECT_EQ(names(rig.take_events()), "terminated");
  EXPECT_TRUE(rig.is_idle());
}

TEST(InviteClient, CancelWaitsForAProvisionalResponse) {
  Rig rig;
  const auto id = rig.start(make_request("INVITE", 3));
  const auto invite = rig.take_sent()[0].message;
  rig.cancel(id, "SIP;cause=200");
  rig.cancel(id, "SIP;cause=600");  // once is enough
  rig.run_for(milliseconds(400));
  EXPECT_EQ(rig.take_log(), Log{});
  rig.receive(make_response(invite, 100, {}));
  const auto sent = rig.take_sent();
  ASSERT_EQ(sent.size(), 1);
  EXPECT_EQ(sent[0].message.bytes(),
            "CANCEL sip:bob@192.0.2.2 SIP/2.0\r\nVia: " + std::string(*invite.top(sip::HeaderId::Via)) +
                "\r\nMax-Forwards: 70\r\nRoute: <sip:192.0.2.2;lr>\r\nRoute: <sip:far.example.com;lr>\r\n"
                "From: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>\r\n"
                "Call-ID: c1@example.com\r\nCSeq: 3 CANCEL\r\nReason: SIP;cause=200\r\nContent-Length: 0\r\n\r\n");
  rig.receive(make_response(invite, 180));
  EXPECT_EQ(rig.take_log(), Log{});

  rig.receive(make_response(sent[0].message, 200));
  rig.receive(make_response(invite, 487));
  EXPECT_EQ(rig.take_log(), (Log{"400 ACK"}));
  EXPECT_EQ(names(rig.take_events()), "response:100 response:180 response:487");  // of the CANCEL nothing
  rig.run_for(seconds(33));
  EXPECT_EQ(names(rig.take_events()), "terminated");
  EXPECT_TRUE(rig.is_idle());
}

TEST(InviteClient, CancelAfterAProvisionalResponseGoesAtOnceAndIsRetransmitted) {
  Rig rig;
  const auto id = rig.start(make_request("INVITE"));
  const auto invite = rig.take_sent()[0].message;
  rig.receive(make_response(invite, 180));
  rig.cancel(id);
  rig.cancel(id);
  rig.run_until(milliseconds(1500));
  EXPECT_EQ(rig.take_log(), (Log{"0 CANCEL", "500 CANCEL", "1500 CANCEL"}));
}

TEST(InviteClient, CancelledInviteThatStaysUnansweredTimesOut) {
  Rig rig;
  const auto id = rig.start(make_request("INVITE"));
  const auto invite = rig.take_sent()[0].message;
  rig.receive(make_response(invite, 180));
  rig.run_until(seconds(10));
  rig.cancel(id);
  rig.receive(make_response(rig.take_sent().at(0).message, 200));
  rig.run_until(seconds(42) - milliseconds(1));
  EXPECT_EQ(names(rig.take_events()), "response:180");
  rig.run_until(seconds(42));
  EXPECT_EQ(names(rig.take_events()), "timeout terminated");
  EXPECT_TRUE(rig.is_idle());
}

TEST(InviteClient, CancelAfterAFinalResponseOrOfAnotherRequestDoesNothing) {
  Rig rig;
  const auto invite_id = rig.start(make_request("INVITE"));
  rig.receive(make_response(rig.take_sent()[0].message, 200));
  const auto options_id = rig.start(make_request("OPTIONS"));
  rig.receive(make_response(rig.take_sent()[0].message, 100, {}));
  rig.cancel(invite_id);
  rig.cancel(options_id);
  rig.cancel(ClientId{});
  EXPECT_EQ(rig.take_log(), Log{});
}

// The 200 was already under way: it wins, and the wish to cancel is forgotten.
TEST(InviteClient, TwoHundredOvertakesAWaitingCancel) {
  Rig rig;
  const auto id = rig.start(make_request("INVITE"));
  const auto invite = rig.take_sent()[0].message;
  rig.cancel(id);
  rig.receive(make_response(invite, 200));
  rig.receive(make_response(invite, 180));
  rig.run_until(seconds(40));
  EXPECT_EQ(rig.take_log(), Log{});
  EXPECT_EQ(names(rig.take_events()), "response:200 terminated");
}

TEST(NonInviteClient, RetransmitsUpToT2UntilTimerF) {
  Rig rig;
  rig.start(make_request("OPTIONS"));
  rig.run_until(seconds(32));
  EXPECT_EQ(rig.take_log(),
            (Log{"0 OPTIONS", "500 OPTIONS", "1500 OPTIONS", "3500 OPTIONS", "7500 OPTIONS", "11500 OPTIONS",
                 "15500 OPTIONS", "19500 OPTIONS", "23500 OPTIONS", "27500 OPTIONS", "31500 OPTIONS"}));
  EXPECT_EQ(names(rig.take_events()), "timeout terminated");
  EXPECT_TRUE(rig.is_idle());
}

TEST(NonInviteClient, ProvisionalResponseSlowsItDownToT2) {
  Rig rig;
  rig.start(make_request("OPTIONS"));
  const auto request = rig.take_sent()[0].message;
  rig.run_until(milliseconds(600));
  rig.receive(make_response(request, 100, {}));
  rig.run_until(milliseconds(9500));
  EXPECT_EQ(rig.take_log(), (Log{"500 OPTIONS", "1500 OPTIONS", "5500 OPTIONS", "9500 OPTIONS"}));
}

TEST(NonInviteClient, FinalResponseIsReportedOnceAndTimerKEndsIt) {
  Rig rig;
  rig.start(make_request("OPTIONS"));
  const auto request = rig.take_sent()[0].message;
  rig.receive(make_response(request, 200));
  rig.receive(make_response(request, 200));
  rig.run_until(milliseconds(4999));
  EXPECT_EQ(names(rig.take_events()), "response:200");
  rig.run_until(seconds(5));
  EXPECT_EQ(names(rig.take_events()), "terminated");
  EXPECT_EQ(rig.take_log(), Log{});
  EXPECT_TRUE(rig.is_idle());
}

TEST(Client, TimersOfItsOwn) {
  Rig rig;
  const Timers slow{.t1 = seconds(1), .t2 = seconds(2), .t4 = seconds(1)};
  rig.start(make_request("OPTIONS"), flow_to_peer(), 1, &slow);
  rig.run_until(seconds(5));
  EXPECT_EQ(rig.take_log(), (Log{"0 OPTIONS", "1000 OPTIONS", "3000 OPTIONS", "5000 OPTIONS"}));
  rig.run_until(seconds(64));
  EXPECT_EQ(names(rig.take_events()), "timeout terminated");
}

TEST(Client, OverAStreamNothingIsRepeatedAndTheEndComesAtOnce) {
  Rig rig;
  const auto flow = flow_to_peer(transport::Protocol::Tcp);
  rig.start(make_request("INVITE"), flow);
  rig.start(make_request("OPTIONS"), flow);
  rig.run_until(seconds(20));
  const auto sent = rig.take_sent();
  ASSERT_EQ(sent.size(), 2);
  EXPECT_TRUE(sent[0].message.top(sip::HeaderId::Via)->starts_with("SIP/2.0/TCP "));
  rig.receive(make_response(sent[0].message, 404), flow);
  rig.receive(make_response(sent[1].message, 200), flow);
  EXPECT_EQ(names(rig.take_events()), "response:404 terminated response:200 terminated");
  EXPECT_EQ(rig.take_log(), (Log{"20000 ACK"}));
  EXPECT_TRUE(rig.is_idle());
}

TEST(Client, UnreachablePeerEndsWhatIsUnderWayToItInOrder) {
  Rig rig;
  auto other = flow_to_peer();
  other.remote.port = 5099;
  rig.start(make_request("INVITE"), flow_to_peer(), 1);
  rig.start(make_request("OPTIONS"), other, 2);
  rig.start(make_request("OPTIONS"), flow_to_peer(), 3);
  rig.layer.unreachable(rig.now(), flow_to_peer());
  const auto events = rig.take_events();
  EXPECT_EQ(names(events), "error terminated error terminated");
  EXPECT_EQ(std::get<ClientTransportError>(events[0]).owner, 1);
  EXPECT_EQ(std::get<ClientTransportError>(events[2]).owner, 3);
  EXPECT_EQ(rig.layer.client_count(), 1);
}

// The world reports a connection by its number; a request may have left before it had one (0).
TEST(Client, LostConnectionEndsWhatWasSentOverItOrOverAny) {
  Rig rig;
  const auto on = [](std::uint64_t connection, transport::Protocol protocol = transport::Protocol::Tcp) {
    auto flow = flow_to_peer(protocol);
    flow.connection = connection;
    return flow;
  };
  rig.start(make_request("OPTIONS"), on(0), 1);
  rig.start(make_request("OPTIONS"), on(4), 2);
  rig.start(make_request("OPTIONS"), on(5), 3);
  rig.start(make_request("OPTIONS"), on(0, transport::Protocol::Tls), 4);
  rig.start(make_request("OPTIONS"), flow_to_peer(), 5);
  const auto owners = [&] {
    std::vector<Owner> out;
    for (const auto& event : rig.take_events())
      if (const auto* error = std::get_if<ClientTransportError>(&event)) out.push_back(error->owner);
    return out;
  };
  rig.layer.unreachable(rig.now(), on(4));
  EXPECT_EQ(owners(), (std::vector<Owner>{1, 2}));
  rig.layer.unreachable(rig.now(), on(0));
  EXPECT_EQ(owners(), (std::vector<Owner>{3}));
  EXPECT_EQ(rig.layer.client_count(), 2);
}

// While it rings the INVITE is kept without its body; the CANCEL and the ACK are made all the same.
TEST(InviteClient, CancelAndAckOfAnInviteWithABody) {
  Rig rig;
  const auto plain = make_request("INVITE", 3);
  sip::Edit edit(plain);
  const auto id = rig.start(edit.body("application/sdp", std::string(300, 'v')).apply());
  const auto invite = rig.take_sent()[0].message;
  rig.receive(make_response(invite, 180));
  rig.receive(make_response(invite, 183));
  rig.cancel(id);
  rig.receive(make_response(invite, 487));
  const auto sent = rig.take_sent();
  ASSERT_EQ(sent.size(), 2);
  for (const auto& each : sent) {
    EXPECT_EQ(each.message.top(sip::HeaderId::Via), invite.top(sip::HeaderId::Via));
    EXPECT_EQ(each.message.count(sip::HeaderId::Route), 2);
    EXPECT_EQ(each.message.cseq(), 3);
    EXPECT_EQ(each.message.body(), "");
  }
  EXPECT_EQ(sent[1].message.method(), sip::Method::Ack);
}

TEST(Client, ResponsesThatFitNoTransactionAreStrays) {
  Rig rig;
  rig.start(make_request("INVITE"));
  const auto invite = rig.take_sent()[0].message;
  std::string other_branch = make_response(invite, 200).release();
  other_branch.replace(other_branch.find("z9hG4bK"), 8, "z9hG4bK?");
  rig.receive(other_branch);
  std::string other_method = make_response(invite, 200).release();
  other_method.replace(other_method.find("1 INVITE"), 8, "1 CANCEL");
  rig.receive(other_method);
  EXPECT_EQ(names(rig.take_events()), "stray stray");
  EXPECT_EQ(rig.layer.counters().strays, 2);
}

TEST(Stateless, AckIsSentOnceWithABranchOfItsOwnAndCanBeSentAgain) {
  Rig rig;
  const auto ack = make_request("ACK");
  const auto bytes = rig.layer.send_stateless(ack, flow_to_peer(), ".suffix");
  rig.layer.resend(bytes, flow_to_peer());
  rig.run_until(seconds(40));
  const auto sent = rig.take_sent();
  ASSERT_EQ(sent.size(), 2);
  EXPECT_EQ(sent[0].message.bytes(), bytes);
  EXPECT_EQ(sent[1].message.bytes(), bytes);
  EXPECT_TRUE(sent[0].message.top(sip::HeaderId::Via)->ends_with(".suffix"));
  EXPECT_TRUE(rig.is_idle());
}

std::string large_invite(std::size_t body) {
  return "INVITE sip:bob@192.0.2.2 SIP/2.0\r\nMax-Forwards: 70\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: "
         "large\r\nCSeq: 1 INVITE\r\nContent-Length: " +
         std::to_string(body) + "\r\n\r\n" + std::string(body, 'x');
}

// RFC 3261 §18.1.1
TEST(LargeRequest, GoesByTcpWhereThatIsSpoken) {
  const auto small = *sip::Message::parse(large_invite(900)), large = *sip::Message::parse(large_invite(1300));
  Rig without;
  without.start(large);
  EXPECT_EQ(without.take_sent().at(0).flow.protocol, transport::Protocol::Udp);
  Rig rig;
  rig.transport.speak_tcp();
  rig.start(small);
  EXPECT_EQ(rig.take_sent().at(0).flow.protocol, transport::Protocol::Udp);
  rig.start(large);
  const auto sent = rig.take_sent();
  ASSERT_EQ(sent.size(), 1);
  EXPECT_EQ(sent[0].flow.protocol, transport::Protocol::Tcp);
  EXPECT_TRUE(sent[0].message.top(sip::HeaderId::Via)->starts_with("SIP/2.0/TCP "));
  rig.run_for(seconds(3));
  for (const auto& repeated : rig.take_sent())
    EXPECT_EQ(repeated.flow.protocol, transport::Protocol::Udp) << "over a reliable transport nothing is repeated";
}

TEST(LargeRequest, FallsBackToUdpOnceWhereTheyDoNotSpeakTcp) {
  Rig rig;
  rig.transport.speak_tcp();
  rig.start(*sip::Message::parse(large_invite(1300)));
  const auto first = rig.take_sent();
  ASSERT_EQ(first.size(), 1);
  const std::string via(*first[0].message.top(sip::HeaderId::Via));
  rig.layer.unreachable(rig.now(), {transport::Protocol::Tcp, kUs, kPeer, 0});
  EXPECT_EQ(names(rig.take_events()), "");
  const auto second = rig.take_sent();
  ASSERT_EQ(second.size(), 1);
  EXPECT_EQ(second[0].flow, flow_to_peer());
  EXPECT_EQ(*second[0].message.top(sip::HeaderId::Via), "SIP/2.0/UDP" + via.substr(11)) << "the same branch";
  rig.run_for(milliseconds(500));
  EXPECT_EQ(rig.take_sent().size(), 1) << "Timer A";
  rig.layer.unreachable(rig.now(), flow_to_peer());
  EXPECT_EQ(rig.take_events().size(), 2) << "failed, terminated";
}

TEST(LargeRequest, AnAckToA2xxGoesByTcpToo) {
  Rig rig;
  rig.transport.speak_tcp();
  auto large = large_invite(1300);
  for (std::size_t at = large.find("INVITE"); at != std::string::npos; at = large.find("INVITE"))
    large.replace(at, 6, "ACK");
  const auto small = make_request("ACK");
  rig.layer.acknowledge(small, flow_to_peer());
  EXPECT_EQ(rig.take_sent().at(0).flow, flow_to_peer());
  const auto again = rig.layer.acknowledge(*sip::Message::parse(large), flow_to_peer());
  auto sent = rig.take_sent();
  ASSERT_EQ(sent.size(), 1);
  EXPECT_EQ(sent[0].flow.protocol, transport::Protocol::Tcp);
  EXPECT_EQ(sent[0].flow.connection, 0U);
  const std::string via(*sent[0].message.top(sip::HeaderId::Via));
  EXPECT_TRUE(via.starts_with("SIP/2.0/TCP ")) << via;
  rig.layer.resend(again, flow_to_peer());
  sent = rig.take_sent();
  ASSERT_EQ(sent.size(), 1);
  EXPECT_EQ(sent[0].flow, flow_to_peer());
  EXPECT_EQ(*sent[0].message.top(sip::HeaderId::Via), "SIP/2.0/UDP" + via.substr(11));
}

}  // namespace
}  // namespace offhook::transaction
