// Calls whose keys come by DTLS: the rows of both sides, hold and resume, forks, a re-INVITE with another certificate.
// RFC 5763, RFC 8842.
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using sdp::CryptoSuite;
using sdp::Srtp;
using testing::HasSubstr;
using testing::Not;

std::string print(char digit) {
  std::string out = "sha-256 ";
  for (int i = 0; i < 32; ++i) out += std::string(i == 0 ? "" : ":") + digit + digit;
  return out;
}

Account secured(std::string user, Srtp use, bool offered, char digit) {
  Account out = account(std::move(user));
  out.srtp.use = use;
  out.srtp.offered = {CryptoSuite::AES_CM_128_HMAC_SHA1_80};
  out.srtp.fingerprint = print(digit);
  out.srtp.offer_dtls = offered;
  return out;
}

std::optional<sdp::DtlsTerms> terms(const Agent& agent) {
  const auto negotiated = agent.last<MediaChanged>().negotiated;
  return negotiated ? negotiated->dtls : std::nullopt;
}

TEST(DtlsCall, OfferedAndTakenGoTogether) {
  Pair pair(1, secured("1001", Srtp::Mandatory, true, '1'), secured("1002", Srtp::Optional, false, '2'));
  pair.establish();
  const std::string offer = pair.world.last("A>B INVITE");
  EXPECT_THAT(offer, HasSubstr(" UDP/TLS/RTP/SAVP "));
  EXPECT_THAT(offer, HasSubstr("a=rtcp-mux\r\n"));
  EXPECT_THAT(offer, testing::ContainsRegex("a=tls-id:[a-z0-9]{24}\r\n"));
  EXPECT_THAT(offer, testing::ContainsRegex("a=ice-ufrag:[a-z0-9]{8}\r\n"));
  ASSERT_TRUE(terms(pair.a) && terms(pair.b));
  EXPECT_EQ(terms(pair.a)->role, sdp::Setup::Passive);
  EXPECT_EQ(terms(pair.b)->role, sdp::Setup::Active);
  EXPECT_EQ(terms(pair.a)->remote.at(0).bytes, std::vector<std::uint8_t>(32, 0x22));
  EXPECT_TRUE(pair.a.last<MediaChanged>().negotiated->rtcp_mux);
  pair.a.hang_up(pair.from_a);
  EXPECT_TRUE(pair.world.settle());
}

TEST(DtlsCall, IsRefusedWhereTheRowDoesNotAllowIt) {
  Account plain = secured("1002", Srtp::Mandatory, false, '2');
  plain.srtp.fingerprint.clear();
  Pair pair(1, secured("1001", Srtp::Mandatory, true, '1'), plain);
  pair.b.auto_answer = true;
  pair.from_a = pair.a.call("1002");
  pair.world.run_for(seconds(1));
  EXPECT_EQ(pair.a.last<CallEnded>().status, 488);
  EXPECT_TRUE(pair.b.all<IncomingCall>().empty());
}

TEST(DtlsCall, HoldAndResumeKeepTheAssociation) {
  Pair pair(1, secured("1001", Srtp::Optional, true, '1'), secured("1002", Srtp::Optional, true, '2'));
  pair.establish();
  ASSERT_TRUE(terms(pair.a));
  const auto of_a = *terms(pair.a), of_b = *terms(pair.b);
  for (Agent* holder : {&pair.a, &pair.a, &pair.b, &pair.b}) {
    const CallId id = holder == &pair.a ? pair.from_a : pair.at_b;
    if (holder->all<HoldChanged>().size() % 2 == 0)
      holder->hold(id);
    else
      holder->resume(id);
    pair.world.run_for(seconds(1));
    EXPECT_EQ(*terms(pair.a), of_a);
    EXPECT_EQ(*terms(pair.b), of_b);
  }
  EXPECT_EQ(pair.a.all<HoldChanged>().size(), 2U);
  pair.a.hang_up(pair.from_a);
  EXPECT_TRUE(pair.world.settle());
  pair.a.expect_clean();
  pair.b.expect_clean();
}

TEST(DtlsCall, ARedirectedCallHasTheCertificateOfWhoAnswers) {
  Pair pair(1, secured("1001", Srtp::Mandatory, true, '1'), secured("1002", Srtp::Mandatory, true, '2'));
  Agent c(pair.world, "C", 3, secured("1003", Srtp::Mandatory, true, '3'));
  c.auto_answer = true;
  pair.from_a = pair.a.call("1002");
  pair.world.run_for(milliseconds(2));
  pair.b.act(
      [&] { pair.b.ua.redirect(pair.world.now(), pair.b.last<IncomingCall>().call, "sip:1003@example.test", ""); });
  pair.world.run_for(seconds(1));
  ASSERT_TRUE(terms(pair.a) && terms(c));
  EXPECT_EQ(terms(pair.a)->remote.at(0).bytes, std::vector<std::uint8_t>(32, 0x33));
}

// Another phone has taken the call over behind a B2BUA: its certificate comes by re-INVITE.
TEST(DtlsCall, AReinviteWithAnotherFingerprintIsAnotherAssociation) {
  World world;
  Agent b(world, "B", 2, secured("1002", Srtp::Optional, false, '2'));
  Peer peer(world, "X", 5);
  b.auto_answer = true;
  std::string sdp = kSdp;
  sdp.replace(sdp.find("RTP/AVP"), 7, "UDP/TLS/RTP/SAVP");
  std::string to_tag;
  const auto send = [&](std::string_view method, int cseq, const std::string& body) {
    auto builder = peer.request(method, "sip:1002@" + b.local.text(), "taken-over", cseq);
    builder.add(sip::HeaderId::Contact, "<sip:x@" + peer.local.text() + ">");
    auto message = body.empty() ? builder.build() : builder.body("application/sdp", body).build();
    if (!to_tag.empty()) {
      std::string bytes{std::string_view(message.bytes())};
      bytes.insert(bytes.find("\r\n", bytes.find("\r\nTo: ") + 2), ";tag=" + to_tag);
      message = *sip::Message::parse(bytes);
    }
    if (method == "ACK") {
      peer.transactions.send_stateless(message, peer.to(b.local));
      world.flush();
    } else {
      peer.send(std::move(message), b.local);
    }
    world.run_for(milliseconds(100));
  };
  send("INVITE", 1, sdp + "a=fingerprint:" + print('7') + "\r\na=setup:actpass\r\n");
  ASSERT_EQ(peer.last_status(), 200);
  to_tag = std::string(peer.responses.back().to_tag());
  send("ACK", 1, "");
  const auto first = terms(b);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->role, sdp::Setup::Active);
  send("INVITE", 2, sdp + "a=fingerprint:" + print('8') + "\r\na=setup:active\r\n");
  ASSERT_EQ(peer.last_status(), 200);
  EXPECT_THAT(std::string(peer.responses.back().body()), HasSubstr("a=setup:passive\r\n"));
  ASSERT_TRUE(terms(b));
  EXPECT_NE(*terms(b), *first);
  EXPECT_EQ(terms(b)->remote.at(0).bytes, std::vector<std::uint8_t>(32, 0x88));
}

TEST(DtlsCall, WithoutItNothingIsSaidOfIt) {
  Account first = secured("1001", Srtp::Optional, true, '1');
  first.srtp.fingerprint.clear();
  Pair pair(1, first, secured("1002", Srtp::Off, true, '2'));
  pair.establish();
  for (const char* line : {"A>B INVITE", "B>A 200 INVITE"}) {
    EXPECT_THAT(pair.world.last(line), Not(HasSubstr("fingerprint")));
    EXPECT_THAT(pair.world.last(line), Not(HasSubstr("ice-")));
    EXPECT_THAT(pair.world.last(line), Not(HasSubstr("rtcp-mux")));
  }
}

}  // namespace
}  // namespace offhook::ua::test
