// Responses whose stream connection is gone: RFC 3261 §18.2.2, RFC 3263 §5.
#include <map>

#include "rig.hpp"

namespace offhook::transaction {
namespace {

using transport::Protocol;

// From behind an ephemeral port; it listens at 5070.
constexpr std::string_view kTcpVia = "SIP/2.0/TCP 192.0.2.2:5070;branch=z9hG4bKone";
constexpr std::string_view kNamedVia = "SIP/2.0/TCP p1.example.com;received=192.0.2.2;branch=z9hG4bKone";

transport::Flow accepted(Protocol protocol = Protocol::Tcp) {
  return {protocol, kUs, *Endpoint::parse("192.0.2.2:40000"), 7};
}
transport::Flow opened(const char* remote, Protocol protocol = Protocol::Tcp) {
  return {protocol, kUs, *Endpoint::parse(remote), 0};
}

sip::Message ack_of(const sip::Message& invite) {
  auto out = sip::Builder::request("ACK", invite.request_uri());
  out.add(sip::HeaderId::Via, *invite.top(sip::HeaderId::Via));
  out.copy(invite, sip::HeaderId::From).add(sip::HeaderId::To, "<sip:bob@example.com>;tag=b1");
  return out.copy(invite, sip::HeaderId::CallId).add(sip::HeaderId::CSeq, "1 ACK").build();
}

class DetourTest : public testing::Test {
 protected:
  DetourTest() { rig_.layer.use(resolver_); }

  // A request that came over a connection which is lost now; `answered` before with that status, or not at all.
  sip::Message come(std::string_view method, std::string_view via, int answered = 0,
                    transport::Flow flow = accepted()) {
    auto request = with_via(make_request(method), via);
    rig_.receive(request, flow);
    const auto events = rig_.take_events();
    EXPECT_EQ(names(events), "request:" + std::string(method));
    id_ = std::get<RequestReceived>(events.at(0)).id;
    if (answered != 0) rig_.respond(id_, make_response(request, answered));
    rig_.take_sent();
    rig_.layer.unreachable(rig_.now(), flow);
    return request;
  }
  // "486 to 192.0.2.2:5070" since the last call; each over TCP or TLS, whichever connection.
  std::vector<std::string> told() {
    std::vector<std::string> out;
    for (const Sent& sent : rig_.take_sent()) {
      EXPECT_EQ(sent.flow.connection, 0U);
      EXPECT_EQ(sent.flow.local, kUs);
      out.push_back(std::to_string(sent.message.status()) + " to " + sent.flow.remote.text());
    }
    return out;
  }
  void lose(const char* remote) { rig_.layer.unreachable(rig_.now(), opened(remote)); }
  std::string events() { return names(rig_.take_events()); }

  // Answers what is asked: "A" or "SRV" records by name, nothing else exists.
  void answer(const std::map<std::string, std::vector<IpAddress>>& hosts,
              const std::map<std::string, std::vector<transport::dns::Srv>>& services = {}) {
    while (const auto question = resolver_.poll_question()) {
      transport::dns::Answer answer{transport::dns::Outcome::NxDomain, {}, seconds(60), {}};
      if (const auto host = hosts.find(question->name);
          host != hosts.end() && question->type == transport::dns::Type::A)
        answer = {transport::dns::Outcome::NoError, host->second, seconds(60), {}};
      if (const auto service = services.find(question->name);
          service != services.end() && question->type == transport::dns::Type::Srv)
        answer = {transport::dns::Outcome::NoError, service->second, seconds(60), {}};
      resolver_.answer({rig_.now(), {}}, question->id, answer);
    }
    while (const auto located = resolver_.poll_located()) EXPECT_TRUE(rig_.layer.located(*located));
  }

  SeededRandom random_{3};
  transport::Locator hosts_;
  transport::Resolver resolver_{random_, hosts_};
  Rig rig_;
  ServerId id_;
};

using Log = std::vector<std::string>;

TEST_F(DetourTest, AnswersGoToWhereTheRequestCameFromAtThePortOfItsSentBy) {
  for (const auto* method : {"INVITE", "OPTIONS"}) {
    const auto request = come(method, kTcpVia);
    EXPECT_EQ(events(), "") << "there is another way";
    EXPECT_EQ(told(), Log{}) << "nothing was said yet";
    rig_.respond(id_, make_response(request, 486));
    EXPECT_EQ(told(), Log{"486 to 192.0.2.2:5070"});
    rig_.run_for(seconds(40));
    EXPECT_EQ(told(), Log{}) << "a stream repeats nothing";
    EXPECT_TRUE(rig_.is_idle());
    rig_.take_events();
  }
}

TEST_F(DetourTest, AFinalResponseWithoutAckIsSentAgain) {
  const auto invite = come("INVITE", kTcpVia, 486);
  EXPECT_EQ(told(), Log{"486 to 192.0.2.2:5070"});
  rig_.receive(ack_of(invite), opened("192.0.2.2:5070"));
  EXPECT_EQ(events(), "server-terminated");
}

TEST_F(DetourTest, ARepeated2xxFollows) {
  const auto invite = come("INVITE", kTcpVia, 200);
  EXPECT_EQ(told(), Log{}) << "the user agent repeats it";
  rig_.respond(id_, make_response(invite, 200));
  rig_.respond(id_, make_response(invite, 200));
  EXPECT_EQ(told(), (Log{"200 to 192.0.2.2:5070", "200 to 192.0.2.2:5070"}));
}

TEST_F(DetourTest, WhereTheSourceFailsTheServersOfTheSentByFollow) {
  const auto request = come("OPTIONS", kNamedVia);
  rig_.respond(id_, make_response(request, 200));
  EXPECT_EQ(told(), Log{"200 to 192.0.2.2:5060"});
  lose("192.0.2.2:5060");
  EXPECT_EQ(told(), Log{});
  EXPECT_EQ(events(), "");
  const transport::dns::Srv first{1, 1, 5080, "a.example.com"}, second{2, 1, 5060, "b.example.com"},
      third{3, 1, 5090, "c.example.com"};
  answer({{"a.example.com", {IpAddress::v4(198, 51, 100, 1)}},
          {"b.example.com", {IpAddress::v4(10, 0, 0, 1), IpAddress::v4(127, 0, 0, 1)}},  // not for a stranger
          {"c.example.com", {IpAddress::v4(198, 51, 100, 3)}}},
         {{"_sip._tcp.p1.example.com", {first, second, third}}});
  EXPECT_EQ(told(), Log{"200 to 198.51.100.1:5080"});
  lose("198.51.100.1:5080");
  EXPECT_EQ(told(), Log{"200 to 198.51.100.3:5090"});
  EXPECT_EQ(events(), "");
  lose("198.51.100.3:5090");
  EXPECT_EQ(told(), Log{});
  EXPECT_EQ(events(), "server-failed");
  rig_.run_for(seconds(40));
  EXPECT_EQ(events(), "server-terminated");
  EXPECT_TRUE(rig_.is_idle());
}

TEST_F(DetourTest, TheNameIsKeptForTheCertificate) {
  const auto request = come("INVITE", "SIP/2.0/TLS p1.example.com:5071;received=192.0.2.2;branch=z9hG4bKtls", 0,
                            accepted(Protocol::Tls));
  rig_.respond(id_, make_response(request, 180));
  auto sent = rig_.take_sent();
  ASSERT_EQ(sent.size(), 1U);
  ASSERT_TRUE(sent[0].flow.server_name);
  EXPECT_EQ(*sent[0].flow.server_name, "p1.example.com");
  EXPECT_EQ(sent[0].flow.remote.text(), "192.0.2.2:5071");
  rig_.layer.unreachable(rig_.now(), opened("192.0.2.2:5071", Protocol::Tls));
  answer({{"p1.example.com", {IpAddress::v4(198, 51, 100, 1)}}});
  sent = rig_.take_sent();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(*sent[0].flow.server_name, "p1.example.com");
  EXPECT_EQ(sent[0].flow.protocol, Protocol::Tls);
}

TEST_F(DetourTest, AResponseWithoutAnyWayFailsAndTheNextOneBeginsAnew) {
  const auto invite = come("INVITE", kTcpVia);
  rig_.respond(id_, make_response(invite, 180));
  EXPECT_EQ(told(), Log{"180 to 192.0.2.2:5070"});
  lose("192.0.2.2:5070");
  EXPECT_EQ(events(), "server-failed");
  rig_.respond(id_, make_response(invite, 603));
  EXPECT_EQ(told(), Log{"603 to 192.0.2.2:5070"});
}

TEST_F(DetourTest, WhoCannotBeCalledBackIsNot) {
  for (const auto* via : {"SIP/2.0/TCP df7jal23ls0d.invalid;received=192.0.2.2;branch=z9hG4bKone",
                          "SIP/2.0/TCP 192.0.2.2:0;branch=z9hG4bKtwo"}) {
    const auto invite = come("INVITE", via);
    rig_.respond(id_, make_response(invite, 486));
    EXPECT_EQ(told(), Log{});
    EXPECT_EQ(events(), "server-failed");
  }
}

TEST_F(DetourTest, ATransactionThatEndsTakesItsQuestionWithIt) {
  const auto invite = come("INVITE", kNamedVia, 486);
  EXPECT_EQ(told(), Log{"486 to 192.0.2.2:5060"});
  lose("192.0.2.2:5060");
  EXPECT_EQ(resolver_.pending(), 1U);
  lose("192.0.2.2:5060");  // a second report changes nothing
  EXPECT_EQ(resolver_.pending(), 1U);
  rig_.receive(ack_of(invite), opened("192.0.2.2:5070"));
  EXPECT_EQ(events(), "server-terminated");
  EXPECT_EQ(resolver_.pending(), 0U);
}

}  // namespace
}  // namespace offhook::transaction
