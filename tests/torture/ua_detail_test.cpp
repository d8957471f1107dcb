// What the table cannot say of a phone: messages that need one change to show what they are about, and what follows.
#include <gtest/gtest.h>

#include "base/ascii.hpp"
#include "phone_stage.hpp"
#include "plain.hpp"
#include "sip/message.hpp"
#include "table.hpp"

namespace offhook::torture {
namespace {

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string last_answer(PhoneStage& phone, const std::string& bytes) {
  const auto answers = phone.ask(bytes);
  return answers.empty() ? "" : answers.back();
}

// wsinv belongs to a dialog that nobody has. The same message as the beginning of one is a call, fold for fold.
TEST(UserAgentDetails, theTortuousInviteRings) {
  const auto bytes = with(bytes_of("rfc4475/wsinv.dat"), ";   tag    = 1918181833n", "");
  PhoneStage phone("vivekg", false);
  EXPECT_TRUE(last_answer(phone, bytes).starts_with("SIP/2.0 180 "));
  ASSERT_EQ(phone.view().calls.size(), 1U);
  EXPECT_EQ(phone.view().calls[0].peer_name, "J Rosenberg \\\"");
}

// The 200 goes to a peer that has no tag, and the BYE to its From: it named no Contact.
TEST(UserAgentDetails, aPeerOfRfc2543CanBeTalkedTo) {
  PhoneStage phone("UserB", false);
  phone.locator.add_host("ss1.example.com", phone.stage.onward().address);
  (void)phone.ask(bytes_of("rfc4475/inv2543.dat"));
  ASSERT_TRUE(phone.rack.command(phone.wire.now, phone.id, phone::Answer{}));
  phone.wire.drain();
  const auto accepted = phone.wire.take(phone.stage.sender().address);
  ASSERT_EQ(accepted.size(), 1U);
  const auto ok = sip::Message::parse(accepted[0]);
  EXPECT_EQ(ok->status(), 200);
  EXPECT_EQ(*ok->find(sip::HeaderId::RecordRoute), "<sip:UserB@example.com;maddr=ss1.example.com>");
  (void)phone.ask(
      "ACK sip:UserB@example.com SIP/2.0\r\nVia: SIP/2.0/UDP iftgw.example.com\r\n"
      "From: <sip:+13035551111@ift.client.example.net;user=phone>\r\nTo: <sip:+16505552222@ss1.example.net;user=phone>"
      ";tag=" +
      std::string(ok->to_tag()) + "\r\nCall-ID: inv2543.1717@ift.client.example.com\r\nCSeq: 56 ACK\r\n\r\n");
  ASSERT_EQ(phone.view().calls.size(), 1U);
  EXPECT_EQ(phone.view().calls[0].state, phone::CallState::Talking);
  ASSERT_TRUE(phone.rack.command(phone.wire.now, phone.id, phone::HangUp{}));
  phone.wire.drain();
  const auto bye = phone.wire.take(phone.stage.onward().address);
  ASSERT_EQ(bye.size(), 1U);
  // Its Record-Route is that of a strict router: it stands in the Request-URI, the target in the Route.
  EXPECT_TRUE(bye[0].starts_with("BYE sip:UserB@example.com;maddr=ss1.example.com SIP/2.0\r\n")) << bye[0];
  EXPECT_NE(bye[0].find("Route: <sip:+13035551111@ift.client.example.net;user=phone>\r\n"), std::string::npos);
  EXPECT_NE(bye[0].find("To: <sip:+13035551111@ift.client.example.net;user=phone>\r\n"), std::string::npos);
}

// The table's 488 is about the codec. With one that the phone plays, the addresses of the offer are used as they are.
TEST(UserAgentDetails, ipv6SessionsAreAnswered) {
  struct Case {
    const char *file, *remote;
  };
  for (const auto& [file, remote] : {Case{"rfc5118-wire/ipv6-in-sdp.dat", "[2001:db8::20]:6000"},
                                     Case{"rfc5118-wire/ipv4-mapped-ipv6.dat", "[::ffff:192.0.2.2]:6000"}}) {
    PhoneStage phone("user", true);
    const auto bytes = with(with(bytes_of(file), "m=audio 6000 RTP/AVP 2", "m=audio 6000 RTP/AVP 0"),
                            "a=rtpmap:2 G726-32", "a=rtpmap:0 PCMU");
    EXPECT_TRUE(last_answer(phone, with(bytes, "Content-Length: ", "X-Was: ")).starts_with("SIP/2.0 180 ")) << file;
    ASSERT_TRUE(phone.rack.command(phone.wire.now, phone.id, phone::Answer{}));
    phone.wire.drain();
    const auto answer = phone.wire.take(phone.stage.sender().address);
    ASSERT_EQ(answer.size(), 1U);
    EXPECT_NE(answer[0].find("c=IN IP6 " + phone.stage.engine().address.text() + "\r\n"), std::string::npos)
        << answer[0];
    const phone::UpdateLeg* update = nullptr;
    for (const auto& command : phone.media)
      if (const auto* found = std::get_if<phone::UpdateLeg>(&command)) update = found;
    ASSERT_NE(update, nullptr);
    EXPECT_EQ(update->plan.remote, Endpoint::parse(remote)) << update->plan.remote.text();
  }
}

// A session with one media line of each family: the audio line's own address counts, for a phone that can reach it.
TEST(UserAgentDetails, eachMediaLineHasItsAddress) {
  PhoneStage phone("user", false);
  (void)phone.ask(bytes_of("rfc5118-wire/mult-ip-in-sdp.dat"));
  ASSERT_TRUE(phone.rack.command(phone.wire.now, phone.id, phone::Answer{}));
  phone.wire.drain();
  const auto answer = phone.wire.take(phone.stage.sender().address);
  ASSERT_EQ(answer.size(), 1U);
  const auto body = take_apart(answer[0]).body;
  EXPECT_TRUE(answer[0].starts_with("SIP/2.0 200 ")) << answer[0];
  EXPECT_NE(body.find("m=audio "), std::string::npos);
  EXPECT_NE(body.find("m=video 0 "), std::string::npos) << body;
}

// A second copy of what was refused is a retransmission: the same answer, and one call.
TEST(UserAgentDetails, copiesAreAnsweredAlike) {
  for (const Row& row : verdicts()) {
    const auto bytes = bytes_of(row.file);
    if (bytes.starts_with("SIP/") || row.check != "ok") continue;
    PhoneStage phone(user_of(bytes), row.is_ipv6());
    const auto first = phone.ask(bytes), second = phone.ask(bytes);
    ASSERT_FALSE(first.empty()) << row.file;
    EXPECT_EQ(second, std::vector<std::string>{first.back()}) << row.file;
    EXPECT_LE(phone.view().calls.size(), 1U) << row.file;
  }
}

}  // namespace
}  // namespace offhook::torture
