// Ladders and captures of what went over the wire.
#include "proxy_fixture.hpp"

namespace offhook::api {
namespace {

using testing::HasSubstr;
using testing::Not;

const Endpoint kCaller{IpAddress::loopback(), 5072};

class ProxyCaptureTest : public ProxyApiTest {
 protected:
  ProxyCaptureTest() { world_.ring_.emplace(flow::WireRingSettings{1 << 20, minutes(30)}); }

  // alice calls 1001 from another address; he rings.
  void call(const std::string& call_id = "call-of-alice@x") {
    enrol("1001");
    auto invite = sip::Builder::request("INVITE", "sip:1001@example.test");
    invite.add(sip::HeaderId::Via, "SIP/2.0/UDP 127.0.0.1:5072;branch=z9hG4bK-alice")
        .add(sip::HeaderId::From, "<sip:alice@elsewhere.test>;tag=a")
        .add(sip::HeaderId::To, "<sip:1001@example.test>")
        .add(sip::HeaderId::CallId, call_id)
        .add(sip::HeaderId::CSeq, "1 INVITE")
        .add(sip::HeaderId::MaxForwards, "70")
        .add(sip::HeaderId::Contact, "<sip:alice@127.0.0.1:5072>")
        .add(sip::HeaderId::Authorization, "Digest username=\"alice\", response=\"00112233445566778899\"");
    hear({kListen.protocol, kListen.endpoint, kCaller, 0}, invite.build().release());
    for (const auto& message : sent())
      if (message.method() == sip::Method::Invite && message.status() == 0) answer(message, 180, {});
    sent();
  }
  std::string text(const std::string& target) {
    const auto response = ask("GET", target);
    EXPECT_EQ(response.status, 200) << response.body;
    return response.body;
  }
};

TEST_F(ProxyCaptureTest, TheLadderOfACallThatIsThere) {
  call();
  const auto number = get("/calls").at("calls").at(0).at("id").get<std::uint64_t>();
  const auto ladder = text("/calls/" + std::to_string(number) + "/ladder");
  EXPECT_THAT(ladder, testing::StartsWith("Call-ID: call-of-alice@x\n\n"));
  EXPECT_THAT(ladder, testing::ContainsRegex("alice 127.0.0.1:5072 +proxy +1001 127.0.0.1:5071"));
  EXPECT_THAT(ladder, testing::ContainsRegex("\\|-+ INVITE -+>\\| +\\|"));
  EXPECT_THAT(ladder, testing::ContainsRegex("\\| +\\|-+ INVITE -+>\\|"));
  EXPECT_THAT(ladder, testing::ContainsRegex("\\|<-+ 180"));
  EXPECT_THAT(ladder, Not(HasSubstr("REGISTER")));
  EXPECT_EQ(text("/calls/call-of-alice@x/ladder"), ladder);
  EXPECT_EQ(text("/ladder?call_id=call-of-alice%40x"), ladder);
  EXPECT_THAT(text("/ladder?call_id=call-of-alice%40x&format=svg"), HasSubstr("<svg"));
}

TEST_F(ProxyCaptureTest, TheLadderAsJsonHasTheMessages) {
  call();
  const auto ladder = get("/calls/call-of-alice@x/ladder?format=json");
  EXPECT_EQ(ladder.at("parties").size(), 3);
  const auto& first = ladder.at("messages").at(0);
  EXPECT_EQ(first.at("method"), "INVITE");
  EXPECT_EQ(first.at("branch"), "z9hG4bK-alice");
  EXPECT_EQ(first.at("source"), "127.0.0.1:5072");
  EXPECT_EQ(first.at("destination"), "127.0.0.1:5060");
  EXPECT_EQ(first.at("wall_us"), 1'700'000'000'000'000);
  EXPECT_THAT(first.at("bytes").get<std::string>(), HasSubstr("response=\"xxxxxxxxxxxxxxxxxxxx\""));
  for (const auto& message : ladder.at("messages")) EXPECT_EQ(message.at("call_id"), "call-of-alice@x");
}

TEST_F(ProxyCaptureTest, ACallIdMayBeANumberOrHaveSlashes) {
  call("123456789");
  EXPECT_THAT(text("/calls/123456789/ladder"), HasSubstr("INVITE"));
  call("a/b");
  EXPECT_THAT(text("/ladder?call_id=a/b"), HasSubstr("INVITE"));
}

TEST_F(ProxyCaptureTest, ACaptureOfAUser) {
  call();
  const auto capture = ask("GET", "/capture?user=1001");
  EXPECT_EQ(capture.status, 200);
  EXPECT_EQ(capture.content_type, "application/vnd.tcpdump.pcap");
  EXPECT_EQ(capture.file_name, "1001.pcap");
  EXPECT_THAT(capture.body, testing::StartsWith("\xD4\xC3\xB2\xA1"));
  EXPECT_THAT(capture.body, HasSubstr("REGISTER sip:example.test"));
  EXPECT_THAT(capture.body, HasSubstr("call-of-alice"));
  EXPECT_THAT(capture.body, Not(HasSubstr("0011223344")));
  EXPECT_THAT(text("/capture?call_id=call-of-alice@x"), Not(HasSubstr("REGISTER")));
  EXPECT_EQ(text("/capture?user=nobody").size(), 24);
  EXPECT_THAT(text("/capture"), HasSubstr("call-of-alice"));
  EXPECT_EQ(ask("GET", "/capture?user=a%22%0D%0Ab").file_name, "a---b.pcap");
}

TEST_F(ProxyCaptureTest, OfTheLastMinutes) {
  call();
  now_.mono += minutes(10);
  now_.wall += minutes(10);
  enrol("1001");
  EXPECT_THAT(text("/capture?user=1001&minutes=11"), HasSubstr("call-of-alice"));
  EXPECT_THAT(text("/capture?user=1001&minutes=9"), Not(HasSubstr("call-of-alice")));
  EXPECT_THAT(text("/capture?user=1001&minutes=9"), HasSubstr("REGISTER"));
}

// Its contact has a name of its own, and it stands behind a NAT.
TEST_F(ProxyCaptureTest, APhoneIsAlsoKnownByItsContact) {
  auto request = sip::Builder::request("REGISTER", "sip:example.test");
  request.add(sip::HeaderId::Via, "SIP/2.0/UDP 10.9.9.9:5060;branch=z9hG4bK-x;rport")
      .add(sip::HeaderId::From, "<sip:1001@example.test>;tag=t")
      .add(sip::HeaderId::To, "<sip:1001@example.test>")
      .add(sip::HeaderId::CallId, "reg")
      .add(sip::HeaderId::CSeq, "1 REGISTER")
      .add(sip::HeaderId::MaxForwards, "70")
      .add(sip::HeaderId::Contact, "<sip:line-7@10.9.9.9>");
  hear(kPhone, request.build().release());
  sent();
  for (const auto& [call_id, uri, from] : {std::tuple{"by-contact", "sip:line-7@10.9.9.9", kCaller},
                                           {"by-address", "sip:other@other.test", kPhone.remote},
                                           {"not-his", "sip:other@other.test", kCaller}})
    world_.ring_->received(now_, {kListen.protocol, kListen.endpoint, from, 0},
                           "OPTIONS " + std::string(uri) + " SIP/2.0\r\nCall-ID: " + call_id + "\r\n\r\n");
  const auto capture = text("/capture?user=1001");
  EXPECT_THAT(capture, HasSubstr("by-contact"));
  EXPECT_THAT(capture, HasSubstr("by-address"));
  EXPECT_THAT(capture, Not(HasSubstr("not-his")));
}

TEST_F(ProxyCaptureTest, WhoAsksAndForWhat) {
  call();
  for (const char* target : {"/capture?user=1001", "/ladder?call_id=x", "/calls/1/ladder"}) {
    EXPECT_EQ(ask("GET", target, "").status, 401) << target;
    api_.set_token("");
    EXPECT_EQ(ask("GET", target, "").status, 403) << target;
    api_.set_token(kToken);
  }
  EXPECT_EQ(ask("GET", "/ladder?call_id=other").status, 404);
  EXPECT_EQ(ask("GET", "/ladder").status, 400);
  EXPECT_EQ(ask("GET", "/ladder?call_id=x&format=pdf").status, 400);
  EXPECT_EQ(ask("GET", "/calls/x/ladder?fromat=text").status, 400);
  EXPECT_EQ(ask("GET", "/capture?minutes=0").status, 400);
  EXPECT_EQ(ask("GET", "/capture?usr=x").status, 400);
  world_.ring_.reset();
  for (const char* target : {"/capture", "/ladder?call_id=x", "/calls/1/ladder"}) {
    const auto refused = ask("GET", target);
    EXPECT_EQ(refused.status, 409) << target;
    EXPECT_THAT(sentence(refused), HasSubstr("[capture]"));
  }
}

}  // namespace
}  // namespace offhook::api
