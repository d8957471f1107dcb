// Flows of instances: RFC 5626 §6 and §7.
#include "harness.hpp"
#include "wire.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

const std::string kInstance = ";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\"";
const std::string kSupported = "Supported: path, outbound";

Wire::Register flow(int reg_id, std::string_view contact = "<sip:line1@10.0.0.5:5060;transport=tcp>") {
  return {std::string(contact) + kInstance + ";reg-id=" + std::to_string(reg_id), {kSupported}};
}

// The one request that left; fails the test otherwise.
Sent only(std::vector<Sent> sent, std::string_view method = "INVITE") {
  EXPECT_EQ(sent.size(), 1U);
  if (sent.size() != 1) return {};
  EXPECT_EQ(sent[0].message.method_text(), method) << sent[0].message.bytes();
  return std::move(sent[0]);
}
int final_of(const std::vector<Sent>& sent) { return sent.empty() ? 0 : sent.back().message.status(); }

TEST(Outbound, ANewRegistrationOfThePairTakesThePlaceOfTheOlderFlow) {
  Wire wire;
  const auto first = wire.reg(Wire::tcp(1), flow(1));
  EXPECT_EQ(first.status(), 200);
  EXPECT_EQ(value(first, HeaderId::Require), "outbound");
  EXPECT_EQ(value(first, HeaderId::FlowTimer), "120");
  // The same pair, another contact, connection and Call-ID.
  auto again = flow(1, "<sip:line1@10.0.0.6:5060;transport=tcp>");
  again.call_id = "reg-after-restart";
  const auto second = wire.reg(Wire::tcp(2), again);
  EXPECT_EQ(contacts_of(second),
            std::vector<std::string>{"<sip:line1@10.0.0.6:5060;transport=tcp>;expires=3600" + kInstance + ";reg-id=1"});
  EXPECT_EQ(wire.core->binding_count(), 1U);
  ASSERT_EQ(wire.writes.size(), 2U);
  EXPECT_EQ(wire.writes[1].remove.at(0).reg_id, 1U);
  EXPECT_EQ(wire.writes[1].remove.at(0).contact, "sip:line1@10.0.0.5:5060;transport=tcp");
  EXPECT_EQ(only(wire.invite("sip:1002@example.test")).flow, Wire::tcp(2));
}

TEST(Outbound, AnInstanceIsTheSameHoweverItsUuidIsWritten) {
  Wire wire;
  (void)wire.reg(Wire::tcp(1), flow(1));
  auto lower = flow(1);
  lower.contact =
      "<sip:line1@10.0.0.5:5060;transport=tcp>;+sip.instance=\"<URN:uuid:00000000-0000-1000-8000-"
      "000a95a0e128>\";reg-id=1";
  (void)wire.reg(Wire::tcp(2), lower);
  EXPECT_EQ(wire.core->binding_count(), 1U);
}

TEST(Outbound, OneFlowIsTriedAtATimeAndTheNextWhenItHasFailed) {
  Wire wire;
  (void)wire.reg(Wire::tcp(1), flow(1));
  (void)wire.reg(Wire::tcp(2), flow(2));
  EXPECT_EQ(wire.core->binding_count(), 2U);
  const auto first = only(wire.invite("sip:1002@example.test"));
  EXPECT_EQ(first.flow, Wire::tcp(2)) << "the one that was refreshed last";
  const auto second = only(wire.reply(first, 430));
  EXPECT_EQ(second.flow, Wire::tcp(1));
  EXPECT_NE(second.message.top(HeaderId::Via), first.message.top(HeaderId::Via));
  EXPECT_EQ(final_of(wire.reply(second, 200)), 200);
  ASSERT_EQ(wire.core->binding_count(), 1U) << "a flow that has failed is gone";
  EXPECT_EQ(wire.core->bindings(wire.now.wall).at(0).reg_id, 1U);
  EXPECT_EQ(wire.writes.back().remove.at(0).reg_id, 2U) << "in the store too";
}

TEST(Outbound, WhatTheInstanceSaysIsNotAskedAgain) {
  Wire wire;
  (void)wire.reg(Wire::tcp(1), flow(1));
  (void)wire.reg(Wire::tcp(2), flow(2));
  const auto out = wire.reply(only(wire.invite("sip:1002@example.test")), 486);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(final_of(out), 486);
  EXPECT_EQ(wire.core->binding_count(), 2U);
}

TEST(Outbound, ALostConnectionLeadsToTheNextFlow) {
  Wire wire;
  (void)wire.reg(Wire::tcp(1), flow(1));
  (void)wire.reg(Wire::tcp(2), flow(2));
  (void)only(wire.invite("sip:1002@example.test"));
  const auto second = only(wire.lose(Wire::tcp(2)));
  EXPECT_EQ(second.flow, Wire::tcp(1));
  EXPECT_EQ(wire.core->binding_count(), 1U);
  // And when that one goes there is nobody left.
  EXPECT_EQ(final_of(wire.lose(Wire::tcp(1))), 500);
  EXPECT_EQ(wire.core->binding_count(), 0U);
  EXPECT_EQ(final_of(wire.invite("sip:1002@example.test")), 480);
  (void)wire.advance(minutes(10));
  EXPECT_EQ(wire.core->relay_count(), 0U);
  EXPECT_EQ(wire.core->transaction_count(), 0U);
  EXPECT_EQ(wire.core->timer_count(), 0U);
}

TEST(Outbound, SilenceLeadsToTheNextFlowToo) {
  Wire wire;
  (void)wire.reg(Wire::tcp(1), flow(1));
  (void)wire.reg(Wire::tcp(2), flow(2));
  (void)only(wire.invite("sip:1002@example.test"));
  const auto second = only(wire.advance(seconds(33)));
  EXPECT_EQ(second.flow, Wire::tcp(1));
  EXPECT_EQ(final_of(wire.reply(second, 200)), 200);
  EXPECT_EQ(wire.core->binding_count(), 2U) << "silence is no proof";
}

TEST(Outbound, ACallThatIsGivenUpGoesNowhereElse) {
  Wire wire;
  (void)wire.reg(Wire::tcp(1), flow(1));
  (void)wire.reg(Wire::tcp(2), flow(2));
  const auto first = only(wire.invite("sip:1002@example.test"));
  (void)wire.reply(first, 180);
  const std::string branch = "z9hG4bKi3";
  const auto cancelled =
      wire.receive({transport::Protocol::Udp, kUdpSocket, party(9), 0},
                   "CANCEL sip:1002@example.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=" + branch +
                       "\r\nMax-Forwards: 70\r\nFrom: <sip:1001@example.test>;tag=f\r\nTo: "
                       "<sip:1002@example.test>\r\nCall-ID: i3\r\n"
                       "CSeq: 1 CANCEL\r\nContent-Length: 0\r\n\r\n");
  ASSERT_EQ(cancelled.size(), 2U) << "200, and the CANCEL goes on";
  for (const auto& each : wire.reply(first, 430)) EXPECT_FALSE(each.message.is_request());
}

TEST(Outbound, ADatagramFlowLeadsBackToItsSourceFromTheSocketItKnows) {
  Wire wire;
  // Contact and Via are true: without a flow the contact would be believed.
  const auto phone = Wire::udp(5, kSecondSocket);
  const auto ok = wire.reg(phone, flow(1, "<sip:line1@203.0.113.5:31000>"));
  EXPECT_EQ(value(ok, HeaderId::Require), "outbound");
  EXPECT_EQ(value(ok, HeaderId::FlowTimer), "") << "the phone's own pace is right over UDP";
  const auto out = only(wire.invite("sip:1002@example.test"));
  EXPECT_EQ(out.flow, phone);
  EXPECT_TRUE(out.message.top(HeaderId::Via)->starts_with("SIP/2.0/UDP 192.0.2.1:5062"));
}

TEST(Outbound, APeerThatIcmpCallsUnreachableIsAFailedFlow) {
  Wire wire;
  (void)wire.reg(Wire::udp(5), flow(1, "<sip:line1@203.0.113.5:31000>"));
  (void)wire.reg(Wire::udp(6), flow(2, "<sip:line1@203.0.113.6:31000>"));
  const auto first = only(wire.invite("sip:1002@example.test"));
  EXPECT_EQ(first.flow, Wire::udp(6));
  EXPECT_EQ(only(wire.lose(Wire::udp(6))).flow, Wire::udp(5));
  EXPECT_EQ(wire.core->binding_count(), 1U);
}

TEST(Outbound, ARegIdWithoutAnInstanceMeansNothing) {
  Wire wire;
  const auto ok = wire.reg(Wire::tcp(1), {"<sip:a@10.0.0.5>;reg-id=1", {kSupported}});
  EXPECT_EQ(ok.status(), 200);
  EXPECT_EQ(value(ok, HeaderId::Require), "");
  (void)wire.reg(Wire::tcp(1), {"<sip:b@10.0.0.5>;reg-id=1", {kSupported}});
  EXPECT_EQ(wire.core->binding_count(), 2U);
}

TEST(Outbound, ABadRegIdIs400) {
  for (const char* bad : {"0", "x", "-1", "2147483648", "1.5"}) {
    Wire wire;
    const auto answer = wire.reg(Wire::tcp(1), {"<sip:a@10.0.0.5>" + kInstance + ";reg-id=" + bad, {kSupported}});
    EXPECT_EQ(answer.status(), 400) << bad;
    EXPECT_EQ(answer.reason(), "Bad reg-id");
    EXPECT_EQ(wire.core->binding_count(), 0U);
  }
  Wire wire;
  EXPECT_EQ(wire.reg(Wire::tcp(1), {"<sip:a@10.0.0.5>" + kInstance + ";reg-id=2147483647", {kSupported}}).status(),
            200);
}

TEST(Outbound, AFlowIsRegisteredAloneButMayTakeOthersAway) {
  Wire wire;
  (void)wire.reg(Wire::tcp(1), {"<sip:old@10.0.0.5>"});
  EXPECT_EQ(wire.reg(Wire::tcp(1), {flow(1).contact + ", <sip:b@10.0.0.5>", {kSupported}}).status(), 400);
  EXPECT_EQ(wire.core->binding_count(), 1U);
  EXPECT_EQ(wire.reg(Wire::tcp(1), {flow(1).contact + ", <sip:old@10.0.0.5>;expires=0", {kSupported}}).status(), 200);
  ASSERT_EQ(wire.core->binding_count(), 1U);
  EXPECT_EQ(wire.core->bindings(wire.now.wall).at(0).reg_id, 1U);
}

TEST(Outbound, RemovingOneFlowLeavesTheOther) {
  Wire wire;
  (void)wire.reg(Wire::tcp(1), flow(1));
  (void)wire.reg(Wire::tcp(2), flow(2));
  auto away = flow(1);
  away.contact += ";expires=0";
  const auto ok = wire.reg(Wire::tcp(1), away);
  ASSERT_EQ(contacts_of(ok).size(), 1U);
  EXPECT_NE(contacts_of(ok)[0].find("reg-id=2"), std::string::npos);
}

struct HopCase {
  const char* name;
  const char* supported;
  const char* path;
  int status;
  std::uint32_t reg_id;  // of the binding
};

class FirstHop : public testing::TestWithParam<HopCase> {};

// The phone's first hop is somebody else.
TEST_P(FirstHop, Decides) {
  const auto& c = GetParam();
  Wire wire;
  auto what = flow(1);
  what.second_via = "SIP/2.0/TCP 10.0.0.5:5060;branch=z9hG4bKphone";
  what.headers = {std::string("Supported: ") + c.supported};
  if (*c.path != 0) what.headers.push_back(std::string("Path: ") + c.path);
  const auto answer = wire.reg(Wire::udp(50), what);
  EXPECT_EQ(answer.status(), c.status) << answer.bytes();
  const auto bindings = wire.core->bindings(wire.now.wall);
  ASSERT_EQ(bindings.size(), c.status == 200 ? 1U : 0U);
  if (bindings.empty()) return;
  EXPECT_EQ(bindings[0].reg_id, c.reg_id);
  EXPECT_EQ(bindings[0].received, "");
  EXPECT_EQ(value(answer, HeaderId::Require), c.reg_id != 0 ? "outbound" : "");
  EXPECT_EQ(value(answer, HeaderId::FlowTimer), "") << "that is for the first hop to say";
}

INSTANTIATE_TEST_SUITE_P(All, FirstHop,
                         testing::Values(HopCase{"NoPath", "path, outbound", "", 439, 0},
                                         HopCase{"PathWithoutOb", "path, outbound", "<sip:edge.example;lr>", 439, 0},
                                         HopCase{"ObOfAHopBehind", "path, outbound",
                                                 "<sip:p2.example;lr;ob>, <sip:edge.example;lr>", 439, 0},
                                         HopCase{"Ob", "path, outbound", "<sip:token@edge.example;lr;ob>", 200, 1},
                                         HopCase{"ObOfTheFirstOfTwo", "path, outbound",
                                                 "<sip:p2.example;lr>, <sip:t@edge.example;lr;ob>", 200, 1},
                                         HopCase{"AClientThatDoesNotCount", "path", "<sip:edge.example;lr>", 200, 0}),
                         [](const auto& i) { return i.param.name; });

TEST(Outbound, AfterARestartFlowsByConnectionsAreGoneAndOthersAreNot) {
  Wire wire;
  Binding binding;
  binding.aor = "sip:1002@example.test";
  binding.contact = "sip:line1@10.0.0.5;transport=tcp";
  binding.expires = wire.now.wall + seconds(600);
  binding.instance = "urn:uuid:1";
  binding.reg_id = 1;
  Binding datagrams = binding, along_a_path = binding;
  datagrams.reg_id = 2;
  datagrams.received = "203.0.113.5:31000";
  along_a_path.reg_id = 3;
  along_a_path.path = "<sip:t@edge.example;lr;ob>";
  wire.core->load(wire.now, {binding, datagrams, along_a_path});
  EXPECT_EQ(wire.core->binding_count(), 2U);
  (void)wire.advance(seconds(0));
  ASSERT_EQ(wire.writes.size(), 1U);
  EXPECT_EQ(wire.writes[0].remove.at(0).reg_id, 1U);
}

TEST(Outbound, AConnectionThatGoesWhileItsFlowIsBeingStoredTakesItAlong) {
  Wire wire;
  wire.hold_store = true;
  (void)wire.reg(Wire::tcp(1), flow(1));
  (void)wire.lose(Wire::tcp(1));
  wire.release_store();
  (void)wire.sent();
  EXPECT_EQ(wire.core->binding_count(), 0U);
  EXPECT_EQ(wire.writes.back().remove.at(0).reg_id, 1U);
}

TEST(Outbound, AnOlderCSeqOfAFlowChangesNothing) {
  Wire wire;
  auto first = flow(1);
  first.cseq = 5;
  (void)wire.reg(Wire::tcp(1), first);
  auto late = flow(1, "<sip:other@10.0.0.5>");
  late.cseq = 4;
  EXPECT_EQ(wire.reg(Wire::tcp(2), late).status(), 500);
  EXPECT_EQ(wire.core->bindings(wire.now.wall).at(0).contact, "sip:line1@10.0.0.5:5060;transport=tcp");
}

}  // namespace
}  // namespace offhook::proxy::test
