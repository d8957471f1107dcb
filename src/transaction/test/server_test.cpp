#include "rig.hpp"

namespace offhook::transaction {
namespace {

using Log = std::vector<std::string>;

// The one request that came; its id.
ServerId only_request(Rig& rig) {
  const auto events = rig.take_events();
  EXPECT_EQ(events.size(), 1) << names(events);
  const auto* received = events.empty() ? nullptr : std::get_if<RequestReceived>(&events[0]);
  return received == nullptr ? ServerId{} : received->id;
}

sip::Message ack_of(const sip::Message& invite, std::string_view via = kPeerVia, std::string_view tag = "b1") {
  auto out = sip::Builder::request("ACK", invite.request_uri());
  out.add(sip::HeaderId::Via, via);
  out.copy(invite, sip::HeaderId::From);
  out.add(sip::HeaderId::To, "<sip:bob@example.com>;tag=" + std::string(tag));
  out.copy(invite, sip::HeaderId::CallId);
  return out.add(sip::HeaderId::CSeq, "1 ACK").build();
}

TEST(InviteServer, RepeatedInviteGetsTheLastProvisionalResponse) {
  Rig rig;
  const auto invite = with_via(make_request("INVITE"), kPeerVia);
  rig.receive(invite);
  const auto id = only_request(rig);
  rig.receive(invite);
  EXPECT_EQ(rig.take_log(), Log{});  // nothing said yet: nothing to repeat
  rig.respond(id, make_response(invite, 100, {}));
  rig.respond(id, make_response(invite, 180));
  rig.run_for(milliseconds(500));
  rig.receive(invite);
  EXPECT_EQ(rig.take_log(), (Log{"0 100", "0 180", "500 180"}));
  EXPECT_TRUE(rig.take_events().empty());
  EXPECT_EQ(rig.layer.counters().request_retransmits_received, 2);
  EXPECT_FALSE(rig.layer.has_final(id));
}

TEST(InviteServer, RefusalIsRepeatedUntilTheAck) {
  Rig rig;
  const auto invite = with_via(make_request("INVITE"), kPeerVia);
  rig.receive(invite);
  const auto id = only_request(rig);
  rig.respond(id, make_response(invite, 486));
  rig.respond(id, make_response(invite, 200));  // too late
  EXPECT_TRUE(rig.layer.has_final(id));
  rig.run_until(seconds(12));
  rig.receive(invite);
  EXPECT_EQ(rig.take_log(), (Log{"0 486", "500 486", "1500 486", "3500 486", "7500 486", "11500 486", "12000 486"}));

  rig.receive(ack_of(invite));
  rig.receive(ack_of(invite));
  rig.receive(invite);
  rig.run_until(seconds(17) - milliseconds(1));
  EXPECT_EQ(rig.take_log(), Log{});
  EXPECT_TRUE(rig.take_events().empty());  // the ACKs are absorbed
  rig.run_until(seconds(17));
  EXPECT_EQ(names(rig.take_events()), "server-terminated");
  EXPECT_TRUE(rig.is_idle());
}

TEST(InviteServer, MissingAckIsReportedByTimerH) {
  Rig rig;
  const auto invite = with_via(make_request("INVITE"), kPeerVia);
  rig.receive(invite);
  const auto id = only_request(rig);
  rig.layer.set_owner(id, 42);
  rig.respond(id, make_response(invite, 404));
  rig.run_until(seconds(32));
  const auto events = rig.take_events();
  EXPECT_EQ(names(events), "server-failed server-terminated");
  EXPECT_EQ(std::get<ServerFailed>(events[0]).owner, 42);
  EXPECT_TRUE(rig.is_idle());
}

TEST(InviteServer, AcceptedAbsorbsInvitesAndLetsTheTwoHundredAndTheAckPass) {
  Rig rig;
  const auto invite = with_via(make_request("INVITE"), kPeerVia);
  rig.receive(invite);
  const auto id = only_request(rig);
  rig.respond(id, make_response(invite, 200));
  rig.receive(invite);
  EXPECT_EQ(rig.take_log(), (Log{"0 200"}));
  rig.run_for(milliseconds(500));
  rig.respond(id, make_response(invite, 200));
  rig.respond(id, make_response(invite, 180));
  EXPECT_EQ(rig.take_log(), (Log{"500 200"}));

  rig.receive(ack_of(invite, "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKack"));
  rig.receive(ack_of(invite, kPeerVia));  // some peers keep the INVITE's branch
  const auto events = rig.take_events();
  EXPECT_EQ(names(events), "request:ACK request:ACK");
  for (const auto& event : events) EXPECT_FALSE(std::get<RequestReceived>(event).id);
  EXPECT_EQ(rig.layer.counters().unmatched_acks, 1);

  rig.run_until(seconds(32));
  EXPECT_EQ(names(rig.take_events()), "server-terminated");
  EXPECT_TRUE(rig.is_idle());
}

TEST(InviteServer, OverAStreamNothingIsRepeatedAndTheAckEndsIt) {
  Rig rig;
  const auto flow = flow_to_peer(transport::Protocol::Tcp);
  const auto via = "SIP/2.0/TCP 192.0.2.2:5060;branch=z9hG4bKpeer1";
  const auto invite = with_via(make_request("INVITE"), via);
  rig.receive(invite, flow);
  const auto id = only_request(rig);
  rig.respond(id, make_response(invite, 486));
  rig.run_until(seconds(10));
  EXPECT_EQ(rig.take_log(), (Log{"0 486"}));
  rig.receive(ack_of(invite, via), flow);
  EXPECT_EQ(names(rig.take_events()), "server-terminated");
  EXPECT_TRUE(rig.is_idle());
}

TEST(InviteServer, PeerOfRfc2543IsMatchedByItsHeaderFields) {
  Rig rig;
  constexpr std::string_view kOldVia = "SIP/2.0/UDP 192.0.2.2:5060;branch=1";
  const auto invite = with_via(make_request("INVITE"), kOldVia);
  rig.receive(invite);
  const auto id = only_request(rig);
  rig.receive(invite);
  EXPECT_TRUE(rig.take_events().empty());
  rig.respond(id, make_response(invite, 486));

  // A CANCEL of it, and an ACK that belongs to another response.
  auto cancel = sip::Builder::request("CANCEL", invite.request_uri());
  cancel.add(sip::HeaderId::Via, kOldVia).copy(invite, sip::HeaderId::From).copy(invite, sip::HeaderId::To);
  cancel.copy(invite, sip::HeaderId::CallId).add(sip::HeaderId::CSeq, "1 CANCEL");
  rig.receive(cancel.build());
  EXPECT_EQ(std::get<RequestReceived>(rig.take_events().at(0)).cancels, id);
  rig.receive(ack_of(invite, kOldVia, "stranger"));
  EXPECT_EQ(names(rig.take_events()), "request:ACK");
  EXPECT_EQ(rig.layer.counters().unmatched_acks, 1);

  rig.receive(ack_of(invite, kOldVia, "b1"));
  EXPECT_TRUE(rig.take_events().empty());
  rig.run_until(seconds(5));
  EXPECT_EQ(names(rig.take_events()), "server-terminated");
}

TEST(InviteServer, CancelNamesItsInvite) {
  Rig rig;
  rig.receive(with_via(make_request("INVITE"), kPeerVia));
  const auto invite = only_request(rig);
  rig.layer.set_owner(invite, 9);
  rig.receive(with_via(make_request("CANCEL"), kPeerVia));
  const auto events = rig.take_events();
  ASSERT_EQ(names(events), "request:CANCEL");
  const auto& received = std::get<RequestReceived>(events[0]);
  EXPECT_TRUE(received.id);
  EXPECT_NE(received.id, invite);
  EXPECT_EQ(received.cancels, invite);
  EXPECT_EQ(received.cancels_owner, 9);
  EXPECT_EQ(rig.layer.server_count(), 2);
}

TEST(InviteServer, CancelOfNothingOrOfAnotherRequestNamesNone) {
  Rig rig;
  rig.receive(with_via(make_request("OPTIONS"), kPeerVia));
  (void)only_request(rig);
  rig.receive(with_via(make_request("CANCEL"), kPeerVia));
  rig.receive(with_via(make_request("CANCEL"), "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKnothing"));
  const auto events = rig.take_events();
  ASSERT_EQ(names(events), "request:CANCEL request:CANCEL");
  for (const auto& event : events) EXPECT_FALSE(std::get<RequestReceived>(event).cancels);
  EXPECT_TRUE(std::get<RequestReceived>(events[0]).cancels_nothing);  // §9.2: 200 all the same
  EXPECT_FALSE(std::get<RequestReceived>(events[1]).cancels_nothing);
}

TEST(NonInviteServer, RepeatsItsFinalResponseAndNothingBefore) {
  Rig rig;
  const auto request = with_via(make_request("OPTIONS"), kPeerVia);
  rig.receive(request);
  const auto id = only_request(rig);
  rig.receive(request);
  EXPECT_EQ(rig.take_log(), Log{});
  EXPECT_NE(rig.layer.request_of(id), nullptr);
  rig.respond(id, make_response(request, 200));
  rig.respond(id, make_response(request, 404));  // one is enough
  rig.run_until(seconds(3));
  rig.receive(request);
  EXPECT_EQ(rig.take_log(), (Log{"0 200", "3000 200"}));
  EXPECT_TRUE(rig.layer.has_final(id));
  EXPECT_EQ(rig.layer.request_of(id), nullptr);
  EXPECT_TRUE(rig.layer.flow_of(id));
  rig.run_until(seconds(32));
  EXPECT_EQ(names(rig.take_events()), "server-terminated");
  EXPECT_TRUE(rig.layer.has_final(id));
  EXPECT_FALSE(rig.layer.flow_of(id));
  EXPECT_TRUE(rig.is_idle());
}

// RFC 4320 §4.1
TEST(NonInviteServer, HundredOnlyWhenTheClientsTimerEStandsAtT2AndNoOtherProvisional) {
  Rig rig;
  const auto request = with_via(make_request("OPTIONS"), kPeerVia);
  rig.receive(request);
  const auto id = only_request(rig);
  rig.respond(id, make_response(request, 100, {}));
  rig.run_until(milliseconds(3499));
  rig.respond(id, make_response(request, 100, {}));
  EXPECT_EQ(rig.take_log(), Log{});
  rig.run_until(milliseconds(3500));  // now one leaves by itself
  rig.respond(id, make_response(request, 183));
  EXPECT_EQ(rig.take_log(), (Log{"3500 100"}));
  rig.respond(id, make_response(request, 100, {}));
  rig.receive(request);
  EXPECT_EQ(rig.take_log(), (Log{"3500 100", "3500 100"}));

  const auto stream = flow_to_peer(transport::Protocol::Tcp);
  const auto over_tcp = with_via(make_request("OPTIONS"), "SIP/2.0/TCP 192.0.2.2:5060;branch=z9hG4bKtcp");
  rig.receive(over_tcp, stream);
  rig.respond(only_request(rig), make_response(over_tcp, 100, {}));
  EXPECT_EQ(rig.take_log(), (Log{"3500 100"}));
}

// RFC 4320 §4.2
TEST(NonInviteServer, EndsInSilenceAndAbsorbsWhatIsRepeated) {
  Rig rig;
  const auto request = with_via(make_request("OPTIONS"), kPeerVia);
  rig.receive(request);
  const auto id = only_request(rig);
  rig.run_until(seconds(10));
  EXPECT_EQ(rig.take_log(), (Log{"3500 100"}));
  rig.layer.abandon(rig.now(), id);
  EXPECT_TRUE(rig.layer.has_final(id));
  rig.receive(request);
  rig.respond(id, make_response(request, 200));
  rig.run_until(seconds(42) - milliseconds(1));
  EXPECT_EQ(rig.layer.server_count(), 1);
  EXPECT_TRUE(rig.take_events().empty());
  rig.run_until(seconds(42));
  EXPECT_EQ(names(rig.take_events()), "server-terminated");
  EXPECT_EQ(rig.take_log(), Log{});  // not even the 100 again
  EXPECT_TRUE(rig.is_idle());
}

TEST(NonInviteServer, NeverSays408AndEndsAtOnceOverAStream) {
  Rig rig;
  const auto stream = flow_to_peer(transport::Protocol::Tcp);
  const auto request = with_via(make_request("OPTIONS"), "SIP/2.0/TCP 192.0.2.2:5060;branch=z9hG4bKtcp");
  rig.receive(request, stream);
  const auto id = only_request(rig);
  rig.respond(id, make_response(request, 408));
  EXPECT_EQ(rig.take_log(), Log{});
  EXPECT_EQ(names(rig.take_events()), "server-terminated");
  EXPECT_TRUE(rig.is_idle());
}

TEST(InviteServer, CannotBeAbandonedAndMaySay408) {
  Rig rig;
  const auto invite = with_via(make_request("INVITE"), kPeerVia);
  rig.receive(invite);
  const auto id = only_request(rig);
  rig.layer.abandon(rig.now(), id);
  EXPECT_FALSE(rig.layer.has_final(id));
  rig.respond(id, make_response(invite, 408));
  EXPECT_EQ(rig.take_log(), (Log{"0 408"}));
}

// A connection that is gone takes with it what was answered over it, and nothing else. A WebSocket is not opened again
// from here (RFC 7118 §5); TCP and TLS: detour_test.
TEST(Server, LostConnectionIsTheOneThatCarriedTheResponse) {
  Rig rig;
  auto one = flow_to_peer(transport::Protocol::Ws), other = one;
  other.connection = 2;
  const auto invite = with_via(make_request("INVITE"), "SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bKone");
  rig.receive(invite, one);
  rig.layer.set_owner(only_request(rig), 5);
  rig.layer.unreachable(rig.now(), other);
  EXPECT_TRUE(rig.take_events().empty());
  rig.layer.unreachable(rig.now(), one);
  const auto events = rig.take_events();
  ASSERT_EQ(names(events), "server-failed");
  EXPECT_EQ(std::get<ServerFailed>(events[0]).owner, 5);
}

TEST(Server, ResponseThatCannotBeSentIsReported) {
  Rig rig;
  const auto request = with_via(make_request("OPTIONS"), "SIP/2.0/UDP 192.0.2.2:0;branch=z9hG4bKpeer1");
  rig.receive(request);
  const auto id = only_request(rig);
  rig.respond(id, make_response(request, 200));
  EXPECT_EQ(names(rig.take_events()), "server-failed");
  EXPECT_EQ(rig.transport.counters().unroutable, 1);

  rig.layer.unreachable(rig.now(), flow_to_peer());
  EXPECT_EQ(names(rig.take_events()), "server-failed");
  rig.run_until(seconds(32));
  EXPECT_EQ(names(rig.take_events()), "server-terminated");
}

TEST(Server, ResponseFollowsRportToTheSourceOfTheRequest) {
  Rig rig;
  auto flow = flow_to_peer();
  flow.remote.port = 40000;
  rig.receive(with_via(make_request("OPTIONS"), "SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bKnat"), flow);
  const auto events = rig.take_events();
  ASSERT_EQ(events.size(), 1);
  const auto& received = std::get<RequestReceived>(events[0]);
  rig.respond(received.id, make_response(received.request, 200));
  EXPECT_EQ(rig.take_sent().at(0).flow, flow);
}

TEST(Server, ResponsesToTransactionsThatAreGoneAreIgnored) {
  Rig rig;
  rig.respond({}, make_response(with_via(make_request("OPTIONS"), kPeerVia), 200));
  EXPECT_EQ(rig.take_log(), Log{});
  EXPECT_EQ(rig.layer.request_of({}), nullptr);
  EXPECT_TRUE(rig.layer.has_final({}));
}

}  // namespace
}  // namespace offhook::transaction
