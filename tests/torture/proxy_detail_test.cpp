// What the table cannot say of the proxy and its registrar: what a message leads to later, and what must never happen.
#include <gtest/gtest.h>

#include "plain.hpp"
#include "proxy_stage.hpp"
#include "sip/header/via.hpp"
#include "sip/uri.hpp"
#include "table.hpp"

namespace offhook::torture {
namespace {

std::string request(const std::string& method, const std::string& uri, const std::string& id,
                    const std::string& more = "") {
  return method + ' ' + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP 203.0.113.66;branch=z9hG4bK" + id +
         "\r\nMax-Forwards: 70\r\nFrom: <sip:caller@elsewhere.test>;tag=c\r\nTo: <" + uri + ">\r\nCall-ID: " + id +
         "\r\nCSeq: 1 " + method + "\r\n" + more + "Content-Length: 0\r\n\r\n";
}

// Request-URIs of the requests that left. A contact that registered from behind a NAT is where it came from: the
// sender's address says nothing here.
std::vector<std::string> onward(ProxyStage& proxy) {
  std::vector<std::string> out;
  for (const auto& transmit : proxy.wire.sent) {
    const auto message = sip::Message::parse(transmit.bytes);
    EXPECT_TRUE(message);
    if (message && message->is_request()) out.emplace_back(message->request_uri());
  }
  proxy.wire.sent.clear();
  std::sort(out.begin(), out.end());
  return out;
}

// Credentials of a scheme that nobody knows are no credentials: a new challenge, no binding.
TEST(ProxyDetails, anUnknownAuthorizationSchemeIsChallenged) {
  ProxyStage proxy(false, {"example.com"}, true);
  proxy.send(bytes_of("rfc4475/regaut01.dat"));
  const auto answers = proxy.wire.take(proxy.stage.sender().address);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers[0].starts_with("SIP/2.0 401 "));
  EXPECT_NE(answers[0].find("WWW-Authenticate: Digest realm=\"example.com\""), std::string::npos) << answers[0];
  EXPECT_TRUE(proxy.contacts().empty());
}

// Both contacts are reached, each with all of its zero octets still escaped.
TEST(ProxyDetails, escapedNullsSurviveTheBinding) {
  ProxyStage proxy(false, {"example.com"});
  proxy.locator.add_host("host5.example.com", proxy.stage.onward().address);
  proxy.send(bytes_of("rfc4475/escnull.dat"));
  proxy.send(request("INVITE", "sip:null-%00-null@example.com", "null"));
  EXPECT_EQ(onward(proxy), (std::vector<std::string>{"sip:%00%00@host5.example.com", "sip:%00@host5.example.com"}));
  proxy.send(request("OPTIONS", "sip:null-@example.com", "short"));
  EXPECT_TRUE(proxy.wire.take(proxy.stage.sender().address).at(0).starts_with("SIP/2.0 404 "));
}

// esc01: a user is the same however much of it is escaped.
TEST(ProxyDetails, usersAreEqualOnceUnescaped) {
  ProxyStage proxy(false, {"example.net", "example.com"});
  const auto bytes = bytes_of("rfc4475/esc01.dat");
  proxy.bind(request("INVITE", "sip:sips%3aus%65r%40example.com@example.net", "x"));
  proxy.send(bytes);
  EXPECT_EQ(onward(proxy), (std::vector<std::string>{proxy.device_uri()}));

  const auto message = sip::Message::parse(bytes);
  const auto to = sip::Uri::parse("sip:%75se%72@example.com"), plain = sip::Uri::parse("sip:user@example.com");
  EXPECT_TRUE(sip::equal(*to, *plain));
  EXPECT_EQ(sip::aor_key(*to), sip::aor_key(*plain));
  const auto contact = sip::Uri::parse("sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31");
  EXPECT_TRUE(sip::equal(*contact, *sip::Uri::parse("sip:caller@host5.example.net;lr;name=value%2541")));
  EXPECT_FALSE(sip::equal(*contact, *sip::Uri::parse("sip:caller@host5.example.net;lr;name=valueA")));
}

// What a user registered with a Route inside of the URI must not steer our proxy.
TEST(ProxyDetails, escapedHeadersOfAContactStayBehind) {
  ProxyStage proxy(false, {"example.com"});
  auto bytes = bytes_of("rfc4475/regescrt.dat");
  const std::string self = "M: <sip:user@example.com";
  bytes.replace(bytes.find(self), self.size(), "M: <sip:user@203.0.113.13");
  proxy.send(bytes);
  (void)proxy.wire.take(proxy.stage.sender().address);
  proxy.send(request("INVITE", "sip:user@example.com", "escaped"));
  for (const auto& transmit : proxy.wire.sent) EXPECT_EQ(transmit.bytes.find("\r\nRoute:"), std::string::npos);
  EXPECT_EQ(onward(proxy), (std::vector<std::string>{"sip:user@203.0.113.13"}));
}

// cparam01: the parameter belonged to the header field, and is gone; cparam02: it is the URI's.
TEST(ProxyDetails, headerAndUriParametersAreReachedApart) {
  for (const bool in_uri : {false, true}) {
    ProxyStage proxy(false, {"example.com"});
    proxy.locator.add_host("gw1.example.net", proxy.stage.onward().address);
    proxy.send(bytes_of(in_uri ? "rfc4475/cparam02.dat" : "rfc4475/cparam01.dat"));
    proxy.send(request("INVITE", "sip:watson@example.com", "watson"));
    const std::string number = "sip:+19725552222@gw1.example.net";
    EXPECT_EQ(onward(proxy), (std::vector<std::string>{in_uri ? number + ";unknownparam" : number}));
  }
}

// 416, although the To names a user that we could reach.
TEST(ProxyDetails, toIsNeverRoutedOn) {
  for (const std::string name : {"unkscm", "novelsc"}) {
    const auto bytes = bytes_of("rfc4475/" + name + ".dat");
    ProxyStage proxy(false, {"example.com", "example.net"});
    for (const auto& field : take_apart(bytes).fields)
      if (name_of(field) == "to") proxy.bind(request("INVITE", "sip:user@example.com", "x"));
    proxy.send(bytes);
    EXPECT_TRUE(proxy.wire.take(proxy.stage.sender().address).at(0).starts_with("SIP/2.0 416 ")) << name;
    EXPECT_TRUE(proxy.wire.sent.empty()) << name;
  }
}

// The trailing INVITE of dblreq is no message, for nobody.
TEST(ProxyDetails, trailingOctetsAreNoSecondRequest) {
  ProxyStage proxy(false, {"example.com"});
  proxy.bind(request("INVITE", "sip:joe@example.com", "x"));
  proxy.send(bytes_of("rfc4475/dblreq.dat"));
  EXPECT_EQ(proxy.wire.take(proxy.stage.sender().address).size(), 1U);
  EXPECT_TRUE(proxy.wire.sent.empty());
}

// bcast with the address hidden in a received parameter: what decides where a response goes must not be believed.
TEST(ProxyDetails, noResponseGoesToTheBroadcastAddress) {
  const auto response = *sip::Message::parse(bytes_of("rfc4475/bcast.dat"));
  ProxyStage proxy(false, {"example.com"});
  const auto relayed = proxy.relay_for(response, "INVITE");
  std::string branch(sip::Via::parse(*sip::Message::parse(relayed)->top(sip::HeaderId::Via))->branch());
  const std::string ours = "Via: SIP/2.0/UDP " + proxy.stage.engine().text() + ";branch=" + branch + "\r\n";
  for (const char* second : {"255.255.255.255", "192.0.2.1;received=255.255.255.255"}) {
    std::string bytes = "SIP/2.0 200 OK\r\n" + ours + "Via: SIP/2.0/UDP " + second + ";branch=z9hG4bK1saber23\r\n";
    for (const auto& field : take_apart(response.bytes()).fields)
      if (name_of(field) != "via") bytes += field;
    proxy.wire.receive(proxy.stage.device(), bytes + "\r\n" + std::string(response.body()));
    EXPECT_TRUE(proxy.wire.sent.empty()) << second;
  }
}

// The extra colon of the old grammar does not hide the address.
TEST(ProxyDetails, theExtraColonLeadsToTheSameAddress) {
  for (const std::string name : {"bug-abnf-3", "correct-abnf-2"}) {
    ProxyStage proxy(true, {"example.com"});  // From's domain: the Request-URI is somebody else's
    proxy.send(bytes_of("rfc5118-wire/ipv6-" + name + "-colons.dat"));
    ASSERT_EQ(proxy.wire.sent.size(), 1U) << name;
    EXPECT_EQ(proxy.wire.sent[0].flow.remote, Endpoint::parse("[2001:db8::192.0.2.1]:5060")) << name;
  }
}

// RFC 5118 §4.3: 5070 is part of the address, or it is the port.
TEST(ProxyDetails, aPortStandsOutsideTheBrackets) {
  struct Case {
    const char *file, *remote;
  };
  for (const auto& [file, remote] :
       {Case{"port-ambiguous", "[2001:db8::10:5070]:5060"}, Case{"port-unambiguous", "[2001:db8::10]:5070"}}) {
    ProxyStage proxy(true, {"example.com"});
    proxy.send(bytes_of("rfc5118-wire/" + std::string(file) + ".dat"));
    ASSERT_EQ(proxy.wire.sent.size(), 1U) << file;
    EXPECT_EQ(proxy.wire.sent[0].flow.remote, Endpoint::parse(remote)) << file;
  }
}

}  // namespace
}  // namespace offhook::torture
