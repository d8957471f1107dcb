#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "desk.hpp"

namespace offhook::transport {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Resolver, NumericHostsAndFixedNamesNeedNoDns) {
  struct Case {
    const char* uri;
    const char* targets;
  };
  Desk desk;
  desk.hosts.add_host("pbx.local", IpAddress::v4(192, 0, 2, 5));
  const Case cases[] = {
      {"sip:bob@192.0.2.1", "UDP 192.0.2.1:5060"},
      {"sip:bob@192.0.2.1:5070", "UDP 192.0.2.1:5070"},
      {"sips:bob@192.0.2.1", "TLS 192.0.2.1:5061"},
      {"sips:bob@192.0.2.1;transport=tcp", "TLS 192.0.2.1:5061"},
      {"sip:bob@192.0.2.1;transport=tcp", "TCP 192.0.2.1:5060"},
      {"sip:bob@[2001:db8::1]", "UDP [2001:db8::1]:5060"},
      {"sip:bob@example.com;maddr=192.0.2.8", "UDP 192.0.2.8:5060"},
      {"sip:bob@PBX.local.", "UDP 192.0.2.5:5060"},
      {"sip:bob@pbx.local;transport=tls", "TLS 192.0.2.5:5061"},
      {"sip:bob@192.0.2.1;transport=ws", "no transport in common"},
      {"sips:bob@192.0.2.1;transport=udp", "no transport in common"},
      {"sip:bob@192.0.2.1;transport=sctp", "no transport in common"},
      {"tel:+15551234", "no transport in common"},
  };
  for (const Case& c : cases) EXPECT_EQ(desk.targets(c.uri), c.targets) << c.uri;
  EXPECT_THAT(desk.asked, IsEmpty());
}

// §4.1, with the records of the example there.
TEST(Resolver, NaptrChoosesTheProtocol) {
  Desk desk;
  add_example(desk);
  EXPECT_EQ(desk.targets("sip:u@example.com", policy()), "TLS 192.0.2.1:5061");
  EXPECT_EQ(desk.targets("sip:u@example.com", policy({Protocol::Tcp, Protocol::Udp})),
            "TCP 192.0.2.1:5060 TCP 192.0.2.2:5070");
  EXPECT_EQ(desk.targets("sip:u@example.com", policy({Protocol::Udp})), "UDP 192.0.2.2:5080");
  EXPECT_EQ(desk.targets("sips:u@example.com", policy()), "TLS 192.0.2.1:5061");
  EXPECT_EQ(desk.targets("sips:u@example.com", policy({Protocol::Udp})), "no transport in common");
}

TEST(Resolver, NaptrRecordsOfOneOrderAreAlternatives) {
  Desk desk;
  add_example(desk);
  desk.zone["NAPTR example.com"] = naptr({{10, 20, "s", "SIP+D2U", "", "_sip._udp.example.com"},
                                          {10, 10, "s", "SIP+D2T", "", "_sip._tcp.example.com"},
                                          {20, 10, "s", "SIPS+D2T", "", "_sips._tcp.example.com"}});
  EXPECT_EQ(desk.targets("sip:u@example.com", policy()), "TCP 192.0.2.1:5060 TCP 192.0.2.2:5070 UDP 192.0.2.2:5080");
}

TEST(Resolver, NaptrRecordsThatAreNotForUsAreLeftOut) {
  Desk desk;
  add_example(desk);
  desk.zone["NAPTR example.com"] = naptr({{1, 1, "u", "E2U+sip", "!^.*$!sip:x@y!", "."},
                                          {2, 1, "s", "SIP+D2S", "", "_sip._sctp.example.com"},
                                          {3, 1, "s", "SIP+D2T", "!a!b!", "_sip._tcp.example.com"},
                                          {4, 1, "s", "SIP+D2T", "", "."},
                                          {5, 1, "a", "SIP+D2T", "", "server1.example.com"}});
  EXPECT_EQ(desk.targets("sip:u@example.com", policy()), "TCP 192.0.2.1:5060");
}

TEST(Resolver, WebSocketServersComeByNaptr) {
  Desk desk;
  desk.zone["NAPTR example.com"] =
      naptr({{1, 1, "s", "SIPS+D2W", "", "_wss.example.com"}, {2, 1, "s", "SIP+D2W", "", "_ws.example.com"}});
  desk.zone["SRV _wss.example.com"] = srv({{0, 0, 8443, "edge.example.com"}});
  desk.zone["SRV _ws.example.com"] = srv({{0, 0, 8080, "edge.example.com"}});
  desk.zone["A edge.example.com"] = addresses({"192.0.2.7"});
  EXPECT_EQ(desk.targets("sip:u@example.com", policy({Protocol::Ws, Protocol::Wss})), "WSS 192.0.2.7:8443");
  EXPECT_EQ(desk.targets("sip:u@example.com", policy({Protocol::Ws})), "WS 192.0.2.7:8080");
  EXPECT_EQ(desk.targets("sip:u@edge.example.com;transport=wss", policy({Protocol::Wss})), "WSS 192.0.2.7:443");
}

TEST(Resolver, WithoutNaptrEachSupportedProtocolIsAsked) {
  Desk desk;
  add_example(desk);
  desk.zone.erase("NAPTR example.com");
  EXPECT_EQ(desk.targets("sip:u@example.com", policy()), "UDP 192.0.2.2:5080");
  EXPECT_THAT(desk.asked, ElementsAre("NAPTR example.com", "SRV _sip._udp.example.com", "SRV _sip._tcp.example.com",
                                      "A server2.example.com"));
  desk.zone.erase("SRV _sip._udp.example.com");
  Desk fresh;
  fresh.zone = desk.zone;
  EXPECT_EQ(fresh.targets("sip:u@example.com", policy()), "TCP 192.0.2.1:5060 TCP 192.0.2.2:5070");
  EXPECT_EQ(fresh.targets("sips:u@example.com", policy()), "TLS 192.0.2.1:5061");
}

TEST(Resolver, NaptrThatLeadsNowhereCountsAsNone) {
  Desk desk;
  add_example(desk);
  desk.zone.erase("SRV _sips._tcp.example.com");
  EXPECT_EQ(desk.targets("sip:u@example.com", policy()), "UDP 192.0.2.2:5080");
}

TEST(Resolver, WithoutSrvTheHostItselfIsTheServer) {
  Desk desk;
  desk.zone["A example.com"] = addresses({"192.0.2.9"});
  EXPECT_EQ(desk.targets("sip:u@example.com", policy()), "UDP 192.0.2.9:5060");
  EXPECT_EQ(desk.targets("sips:u@example.com", policy()), "TLS 192.0.2.9:5061");
  EXPECT_EQ(desk.targets("sip:u@example.com;transport=tcp", policy()), "TCP 192.0.2.9:5060");
  EXPECT_EQ(desk.targets("sip:u@nobody.example.com", policy()), "no such server");
}

// §4.1, §4.2: transport= leaves NAPTR out, a port also SRV.
TEST(Resolver, WhatTheUriSaysIsNotAsked) {
  Desk desk;
  add_example(desk);
  EXPECT_EQ(desk.targets("sip:u@example.com;transport=tcp", policy()), "TCP 192.0.2.1:5060 TCP 192.0.2.2:5070");
  EXPECT_EQ(desk.asked.front(), "SRV _sip._tcp.example.com");
  desk.asked.clear();
  EXPECT_EQ(desk.targets("sip:u@example.com:5099", policy()), "UDP 192.0.2.9:5099");
  EXPECT_THAT(desk.asked, ElementsAre("A example.com"));
  EXPECT_EQ(desk.targets("sips:u@example.com:5099", policy()), "TLS 192.0.2.9:5099");
  EXPECT_EQ(desk.targets("sip:u@example.com:5099;transport=tls", policy()), "TLS 192.0.2.9:5099");
}

TEST(Resolver, NaptrBuildOffAsksSrvOnly) {
  Desk desk;
  add_example(desk);
  auto srv_only = policy();
  srv_only->naptr = false;
  EXPECT_EQ(desk.targets("sip:u@example.com", srv_only), "UDP 192.0.2.2:5080");
  EXPECT_EQ(desk.asked.front(), "SRV _sip._udp.example.com");
}

// RFC 2782: a target of "." says no, and the host is not tried instead.
TEST(Resolver, DotMeansNotAvailable) {
  Desk desk;
  desk.zone["SRV _sip._udp.example.com"] = srv({{0, 0, 0, "."}});
  desk.zone["A example.com"] = addresses({"192.0.2.9"});
  EXPECT_EQ(desk.targets("sip:u@example.com;transport=udp", policy()), "the domain offers no SIP");
  EXPECT_EQ(desk.targets("sip:u@example.com", policy()), "the domain offers no SIP");
  desk.zone["SRV _sip._tcp.other.com"] = srv({{0, 0, 5060, "example.com"}});
  desk.zone["SRV _sip._udp.other.com"] = srv({{0, 0, 0, "."}});
  EXPECT_EQ(desk.targets("sip:u@other.com", policy()), "TCP 192.0.2.9:5060");
}

// RFC 7984: both families, the servers' order first.
// A host that is the SRV name of another service: RFC 8489 §8.
TEST(Resolver, OtherServicesBySrvElseByTheirHost) {
  Desk desk;
  desk.zone["SRV _stun._udp.example.com"] = srv({{20, 0, 3500, "two.example.com"}, {10, 0, 3478, "one.example.com"}});
  desk.zone["A one.example.com"] = addresses({"192.0.2.1"});
  desk.zone["A two.example.com"] = addresses({"192.0.2.2"});
  desk.zone["A example.org"] = addresses({"192.0.2.3"});
  desk.zone["SRV _stun._udp.example.net"] = srv({{0, 0, 0, "."}});
  desk.zone["A example.net"] = addresses({"192.0.2.4"});
  const auto targets = [&](const char* name) {
    return Desk::text_of(desk.locate(Destination{name, 3478, Protocol::Udp, false}, policy()));
  };
  EXPECT_EQ(targets("_stun._udp.example.com"), "UDP 192.0.2.1:3478 UDP 192.0.2.2:3500");
  EXPECT_EQ(targets("_stun._udp.example.org"), "UDP 192.0.2.3:3478");
  const auto none = desk.locate(Destination{"_stun._udp.example.net", 3478, Protocol::Udp, false}, policy());
  EXPECT_EQ(none.error, NotLocated::NotAvailable) << "a target of \".\"";
  EXPECT_EQ(targets("_stun._udp."), "no such server");
  EXPECT_EQ(targets("_stun"), "no such server");
}

TEST(Resolver, BothFamiliesOfEachServerInTurn) {
  Desk desk;
  add_example(desk);
  desk.zone["AAAA server1.example.com"] = addresses({"2001:db8::1"});
  desk.zone["AAAA server2.example.com"] = addresses({"2001:db8::2"});
  auto both = policy();
  both->ipv6 = true;
  EXPECT_EQ(desk.targets("sip:u@example.com;transport=tcp", both),
            "TCP [2001:db8::1]:5060 TCP 192.0.2.1:5060 TCP [2001:db8::2]:5070 TCP 192.0.2.2:5070");
  auto v6 = policy();
  v6->ipv6 = true;
  v6->ipv4 = false;
  EXPECT_EQ(desk.targets("sip:u@example.com;transport=tcp", v6), "TCP [2001:db8::1]:5060 TCP [2001:db8::2]:5070");
}

TEST(Resolver, CertificatesAreForTheNameThatWasAskedFor) {
  Desk desk;
  add_example(desk);
  const auto location = desk.locate("sips:u@Example.COM", policy());
  ASSERT_EQ(location.targets.size(), 1U);
  ASSERT_TRUE(location.targets[0].server_name);
  EXPECT_EQ(*location.targets[0].server_name, "example.com");
  const auto again = desk.locate("sips:x@example.com", policy());
  EXPECT_EQ(again.targets[0].server_name.get(), location.targets[0].server_name.get());
  EXPECT_EQ(desk.locate("sip:u@example.com;transport=tcp", policy()).targets[0].server_name, nullptr);
  EXPECT_EQ(desk.locate("sips:u@192.0.2.1", policy()).targets[0].server_name, nullptr);
}

}  // namespace
}  // namespace offhook::transport
