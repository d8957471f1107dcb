#include "transport/layer.hpp"

#include <gtest/gtest.h>

#include "sip/header/via.hpp"

namespace offhook::transport {
namespace {

const Endpoint kUs = *Endpoint::parse("192.0.2.1:5060");

Flow flow_from(std::string_view peer, Protocol protocol = Protocol::Udp) {
  return {protocol, kUs, *Endpoint::parse(peer), protocol == Protocol::Udp ? 0U : 7U};
}

std::string request(std::string_view via, std::string_view method = "OPTIONS") {
  std::string out(method);
  out.append(" sip:bob@192.0.2.1 SIP/2.0\r\nVia: ").append(via);
  out.append(
      "\r\nMax-Forwards: 70\r\nFrom: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>\r\nCall-ID: "
      "c1@example.com\r\nCSeq: 7 ");
  return out.append(method).append("\r\nContent-Length: 0\r\n\r\n");
}

class TransportLayer : public testing::Test {
 protected:
  SeededRandom random_{1};
  Layer layer_{random_};
};

struct StampCase {
  const char* why;
  const char* via;
  const char* source;
  const char* expected;  // top Via afterwards
};

// What travels with the message is what would be read from it.
TEST_F(TransportLayer, TheStampedViaIsTheOneOfTheMessage) {
  const std::string branch(90, 'b');
  for (const std::string& params :
       {std::string(";rport;branch=z9hG4bKx"), std::string(";branch=z9hG4bKx;rport"),
        std::string(";RPORT;branch=\"z9hG4bKx\""), ";x=y;branch=z9hG4bK" + branch + ";rport;ttl=1",
        std::string(" ; rport ;branch=z9hG4bKx ; alias"), std::string(";rport=\"9\";branch=z9hG4bKx"),
        std::string(";rport=\"\";branch=z9hG4bKx"), std::string(";branch=z9hG4bKx;rport\r\n ;alias"),
        std::string(";rport;rport;branch=z9hG4bKx")}) {
    for (const char* const more : {"", ", SIP/2.0/UDP 192.0.2.8;branch=z9hG4bKy"}) {
      for (const char* const source : {"192.0.2.9:40000", "[2001:db8::9]:5060"}) {
        auto got = layer_.receive(flow_from(source), request("SIP/2.0/UDP pc.example.com:5070" + params + more));
        ASSERT_TRUE(got) << params;
        const auto& top = *got->via;
        const auto again = sip::Via::parse(*got->message.top(sip::HeaderId::Via));
        ASSERT_TRUE(again) << got->message.bytes();
        EXPECT_TRUE(again->well_formed()) << got->message.bytes();
        EXPECT_EQ(top.transport, again->transport);
        EXPECT_EQ(top.host, again->host);
        EXPECT_EQ(top.port, again->port);
        EXPECT_EQ(top.branch(), again->branch()) << got->message.bytes();
        EXPECT_EQ(top.rport(), again->rport()) << got->message.bytes();
        EXPECT_EQ(top.received(), again->received()) << got->message.bytes();
        EXPECT_EQ(again->received(), flow_from(source).remote.address);
        EXPECT_EQ(top.params.text(), again->params.text());
        EXPECT_EQ(top.params.has("alias"), again->params.has("alias"));
        EXPECT_EQ(top.params.find("branch"), again->params.find("branch"));
      }
    }
  }
}

TEST_F(TransportLayer, StampsTheSourceIntoTheTopVia) {
  const StampCase cases[] = {
      {"sent-by is the source", "SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK1", "192.0.2.9:5062",
       "SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK1"},
      {"the port alone differs: no rport, no change", "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1", "192.0.2.9:40000",
       "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1"},
      {"another address", "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1", "192.0.2.9:5060",
       "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;received=192.0.2.9"},
      {"a name", "SIP/2.0/UDP pc.example.com;branch=z9hG4bK1", "192.0.2.9:5060",
       "SIP/2.0/UDP pc.example.com;branch=z9hG4bK1;received=192.0.2.9"},
      {"rport brings received with it", "SIP/2.0/UDP 192.0.2.9:5060;rport;branch=z9hG4bK1", "192.0.2.9:5060",
       "SIP/2.0/UDP 192.0.2.9:5060;rport=5060;branch=z9hG4bK1;received=192.0.2.9"},
      {"rport last", "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;rport", "192.0.2.9:40000",
       "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;rport=40000;received=192.0.2.9"},
      {"invented received", "SIP/2.0/UDP 10.0.0.1;received=203.0.113.5;branch=z9hG4bK1", "192.0.2.9:5060",
       "SIP/2.0/UDP 10.0.0.1;received=192.0.2.9;branch=z9hG4bK1"},
      {"invented rport", "SIP/2.0/UDP 192.0.2.9;rport=9;branch=z9hG4bK1", "192.0.2.9:5060",
       "SIP/2.0/UDP 192.0.2.9;rport=5060;branch=z9hG4bK1;received=192.0.2.9"},
      {"IPv6, the same address written long", "SIP/2.0/UDP [2001:db8:0:0:0:0:0:9]:5060;branch=z9hG4bK1",
       "[2001:db8::9]:5060", "SIP/2.0/UDP [2001:db8:0:0:0:0:0:9]:5060;branch=z9hG4bK1"},
      {"IPv6 without brackets", "SIP/2.0/UDP [2001:db8::8]:5060;branch=z9hG4bK1", "[2001:db8::9]:5060",
       "SIP/2.0/UDP [2001:db8::8]:5060;branch=z9hG4bK1;received=2001:db8::9"},
      {"brackets go, even around the true address (RFC 5118 §4.5)",
       "SIP/2.0/UDP [2001:db8::8];received=[2001:db8::9];branch=z9hG4bK1", "[2001:db8::9]:5060",
       "SIP/2.0/UDP [2001:db8::8];received=2001:db8::9;branch=z9hG4bK1"},
      {"only the first of a list",
       "SIP/2.0/UDP p.example.com;branch=z9hG4bK2;rport, SIP/2.0/UDP q.example.com;branch=z9hG4bK1;rport",
       "192.0.2.9:5070", "SIP/2.0/UDP p.example.com;branch=z9hG4bK2;rport=5070;received=192.0.2.9"},
  };
  for (const auto& c : cases) {
    const auto incoming = layer_.receive(flow_from(c.source), request(c.via));
    ASSERT_TRUE(incoming) << c.why;
    EXPECT_EQ(*incoming->message.top(sip::HeaderId::Via), c.expected) << c.why;
    EXPECT_EQ(incoming->message.call_id(), "c1@example.com");
  }
  EXPECT_FALSE(layer_.poll_transmit());
}

TEST_F(TransportLayer, MessageThatNeedsNoStampKeepsItsBytes) {
  const auto bytes = request("SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK1");
  EXPECT_EQ(layer_.receive(flow_from("192.0.2.9:5062"), bytes)->message.bytes(), bytes);
}

struct ReplyCase {
  const char* via;
  const char* expected;  // "" for unroutable
};

TEST_F(TransportLayer, ResponseGoesWhereTheViaSays) {
  const ReplyCase cases[] = {
      {"SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK1", "192.0.2.9:5062"},
      {"SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1", "192.0.2.9:5060"},
      {"SIP/2.0/UDP pc.example.com:5062;branch=z9hG4bK1;received=192.0.2.7", "192.0.2.7:5062"},
      {"SIP/2.0/UDP 10.0.0.1;rport=40000;received=192.0.2.7;branch=z9hG4bK1", "192.0.2.7:40000"},
      {"SIP/2.0/UDP 192.0.2.9;maddr=203.0.113.5;branch=z9hG4bK1", "192.0.2.9:5060"},
      {"SIP/2.0/UDP [2001:db8::9]:5070;branch=z9hG4bK1", "[2001:db8::9]:5070"},
      {"SIP/2.0/UDP [2001:db8::9];received=[2001:db8::7];branch=z9hG4bK1", "[2001:db8::7]:5060"},
      {"SIP/2.0/UDP pc.example.com;branch=z9hG4bK1", ""},
      {"SIP/2.0/UDP 192.0.2.9:0;branch=z9hG4bK1", ""},
      {"SIP/2.0/UDP 192.0.2.9;received=nobody;branch=z9hG4bK1", ""},
  };
  std::uint64_t unroutable = 0;
  for (const auto& c : cases) {
    const auto message = sip::Message::parse(request(c.via));
    ASSERT_TRUE(message) << c.via;
    const auto flow = Layer::response_flow(*message, flow_from("198.51.100.1:1"));
    EXPECT_EQ(flow ? flow->remote.text() : "", c.expected) << c.via;
    EXPECT_EQ(flow ? flow->local : kUs, kUs) << c.via;
    EXPECT_EQ(layer_.respond(*message, flow_from("198.51.100.1:1")), flow.has_value());
    if (!flow) ++unroutable;
    EXPECT_EQ(layer_.counters().unroutable, unroutable);
  }
}

TEST_F(TransportLayer, ResponseOverAStreamGoesBackOnItsConnection) {
  const auto message = sip::Message::parse(request("SIP/2.0/TCP 10.0.0.1;branch=z9hG4bK1"));
  const auto flow = flow_from("192.0.2.9:40000", Protocol::Tcp);
  EXPECT_EQ(Layer::response_flow(*message, flow), flow);
}

TEST_F(TransportLayer, KeepAlivesAreSwallowedAndAStreamsPingHasItsPong) {
  for (const auto* text : {"", "\r\n", "\r\n\r\n"}) EXPECT_FALSE(layer_.receive(flow_from("192.0.2.9:5060"), text));
  EXPECT_FALSE(layer_.poll_transmit());
  const auto stream = flow_from("192.0.2.9:5060", Protocol::Tcp);
  EXPECT_FALSE(layer_.receive(stream, "\r\n\r\n"));
  const auto pong = layer_.poll_transmit();
  ASSERT_TRUE(pong);
  EXPECT_EQ(pong->bytes, "\r\n");
  EXPECT_EQ(pong->flow, stream);
  EXPECT_EQ(layer_.counters().keepalives, 4);
  EXPECT_EQ(layer_.counters().garbage, 0);
}

TEST_F(TransportLayer, EmptyLinesBeforeARequestAreIgnored) {
  EXPECT_TRUE(
      layer_.receive(flow_from("192.0.2.9:5060"), "\r\n\r\n" + request("SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1")));
}

TEST_F(TransportLayer, BrokenRequestIsAnsweredToItsSource) {
  auto bytes = request("SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK1");
  bytes.replace(bytes.find("Content-Length: 0"), 17, "Content-Length: 9");
  EXPECT_FALSE(layer_.receive(flow_from("192.0.2.9:40000"), bytes));
  const auto answer = layer_.poll_transmit();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->flow.remote.text(), "192.0.2.9:40000");
  EXPECT_TRUE(answer->bytes.starts_with("SIP/2.0 400 ")) << answer->bytes;
  EXPECT_NE(answer->bytes.find(";rport=40000"), std::string::npos);
  EXPECT_EQ(layer_.counters().bad_requests, 1);
}

// RFC 3261 §21.5.7; one that only says how long it will be is refused as soon.
TEST_F(TransportLayer, RequestThatIsTooLargeIs513) {
  const auto good = request("SIP/2.0/TCP 192.0.2.9;branch=z9hG4bK1");
  Layer layer(random_, {.message = good.size() + 10});
  EXPECT_TRUE(layer.receive(flow_from("192.0.2.9:5060", Protocol::Tcp), good));
  auto announced = good;
  announced.replace(announced.find("Content-Length: 0"), 17, "Content-Length: 9999");
  for (const auto& bytes : {good + std::string(11, 'x'), announced}) {
    EXPECT_FALSE(layer.receive(flow_from("192.0.2.9:5060", Protocol::Tcp), bytes));
    const auto answer = layer.poll_transmit();
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->bytes.starts_with("SIP/2.0 513 Message Too Large\r\n")) << answer->bytes;
  }
}

TEST_F(TransportLayer, RequestThatFailsTheCheckIsAnsweredWithItsVerdict) {
  auto bytes = request("SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1");
  auto other_version = bytes;
  other_version.replace(bytes.find("SIP/2.0"), 7, "SIP/7.0");
  EXPECT_FALSE(layer_.receive(flow_from("192.0.2.9:5060"), other_version));
  EXPECT_TRUE(layer_.poll_transmit()->bytes.starts_with("SIP/2.0 505 "));
  auto no_call_id = bytes;
  no_call_id.erase(bytes.find("Call-ID"), bytes.find("CSeq") - bytes.find("Call-ID"));
  EXPECT_FALSE(layer_.receive(flow_from("192.0.2.9:5060"), no_call_id));
  EXPECT_TRUE(layer_.poll_transmit()->bytes.starts_with("SIP/2.0 400 "));
  EXPECT_EQ(layer_.counters().bad_requests, 2);
}

TEST_F(TransportLayer, BrokenAckIsNeverAnswered) {
  auto bytes = request("SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1", "ACK");
  auto broken = bytes;
  broken.replace(bytes.find("Content-Length: 0"), 17, "Content-Length: 9");
  auto unchecked = bytes;
  unchecked.replace(bytes.find("SIP/2.0"), 7, "SIP/7.0");
  auto disguised = request("SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1");
  disguised.replace(disguised.find("7 OPTIONS"), 9, "7 ACK");
  for (const auto& text : {broken, unchecked, disguised})
    EXPECT_FALSE(layer_.receive(flow_from("192.0.2.9:5060"), text));
  EXPECT_FALSE(layer_.poll_transmit());
  EXPECT_EQ(layer_.counters().bad_requests, 3);
}

TEST_F(TransportLayer, GarbageAndBrokenResponsesAreDropped) {
  EXPECT_FALSE(layer_.receive(flow_from("192.0.2.9:5060"), "hello"));
  EXPECT_FALSE(layer_.receive(flow_from("192.0.2.9:5060"), std::string("\x80\0\x01", 3)));
  EXPECT_FALSE(layer_.receive(flow_from("192.0.2.9:5060"), "SIP/2.0 200 OK\r\nVia"));
  EXPECT_FALSE(
      layer_.receive(flow_from("192.0.2.9:5060"), "SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_FALSE(layer_.poll_transmit());
  EXPECT_EQ(layer_.counters().garbage, 2);
  EXPECT_EQ(layer_.counters().bad_responses, 2);
  EXPECT_EQ(layer_.counters().received, 4);
}

TEST_F(TransportLayer, ResponsePassesAsItCame) {
  const std::string bytes =
      "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\nTo: "
      "<sip:b@x>;tag=2\r\n"
      "Call-ID: c\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
  const auto incoming = layer_.receive(flow_from("192.0.2.9:5060"), bytes);
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->message.bytes(), bytes);
}

TEST(ViaValue, NamesProtocolAddressAndBranch) {
  EXPECT_EQ(via_value({Protocol::Udp, kUs, {}, 0}, "z9hG4bKx"), "SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKx");
  EXPECT_EQ(via_value({Protocol::Tls, *Endpoint::parse("[::1]:5061"), {}, 0}, "z9hG4bKx", false),
            "SIP/2.0/TLS [::1]:5061;alias;branch=z9hG4bKx");
  // Over a connection that the peer has opened, or one that is no TLS, there is nothing to offer.
  EXPECT_EQ(via_value({Protocol::Tls, kUs, {}, 7}, "z9hG4bKx", false), "SIP/2.0/TLS 192.0.2.1:5060;branch=z9hG4bKx");
  EXPECT_EQ(via_value({Protocol::Tcp, kUs, {}, 0}, "z9hG4bKx", false), "SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bKx");
}

TEST_F(TransportLayer, AliasNamesTheSourceAtThePortOfItsSentBy) {
  const struct {
    const char* via;
    Protocol protocol;
    const char* expected;  // "" for no alias
  } cases[] = {
      {"SIP/2.0/TLS p1.example.com;branch=z9hG4bK1;alias", Protocol::Tls, "192.0.2.9:5061"},
      {"SIP/2.0/TLS p1.example.com:5071;Alias;received=203.0.113.1;branch=z9hG4bK1", Protocol::Tls, "192.0.2.9:5071"},
      {"SIP/2.0/TLS 10.0.0.1:5061;alias;rport;branch=z9hG4bK1", Protocol::Tls, "192.0.2.9:5061"},
      {"SIP/2.0/TLS p1.example.com;branch=z9hG4bK1", Protocol::Tls, ""},
      {"SIP/2.0/TLS p1.example.com;branch=z9hG4bK1, SIP/2.0/TLS p2.example.com;alias;branch=z9hG4bK2", Protocol::Tls,
       ""},
      {"SIP/2.0/TCP 192.0.2.9;alias;branch=z9hG4bK1", Protocol::Tcp, ""},
      {"SIP/2.0/WSS a.invalid;alias;branch=z9hG4bK1", Protocol::Wss, ""},
  };
  for (const auto& c : cases) {
    auto flow = flow_from("192.0.2.9:40000", c.protocol);
    flow.connection = 7;
    ASSERT_TRUE(layer_.receive(flow, request(c.via))) << c.via;
    const auto alias = layer_.poll_alias();
    EXPECT_EQ(alias ? alias->advertised.text() : "", c.expected) << c.via;
    EXPECT_EQ(alias ? alias->flow : flow, flow);
    EXPECT_FALSE(layer_.poll_alias());
  }
  // Nobody takes them: it does not grow without bound.
  auto flow = flow_from("192.0.2.9:40000", Protocol::Tls);
  flow.connection = 7;
  for (std::size_t i = 0; i < 2 * kMostAliases; ++i)
    ASSERT_TRUE(layer_.receive(flow, request("SIP/2.0/TLS p1.example.com;branch=z9hG4bK1;alias")));
  std::size_t waiting = 0;
  while (layer_.poll_alias()) ++waiting;
  EXPECT_EQ(waiting, kMostAliases);
}

}  // namespace
}  // namespace offhook::transport
