// DTLS associations in offers and answers: profiles, roles, what makes an association another one, ICE and bundles
// beside it. RFC 5763, 8842, 8122, 8643, 8839, 9143.
#include <gmock/gmock.h>

#include "sdp/offer_answer.hpp"
#include "sdp/session_description.hpp"

namespace offhook::sdp {
namespace {
using testing::HasSubstr;
using testing::Not;

std::string fingerprint(char digit) {
  std::string out = "sha-256 ";
  for (int i = 0; i < 32; ++i) out += std::string(i == 0 ? "" : ":") + digit + digit;
  return out;
}

LocalAudio party(std::uint8_t host, Srtp srtp, std::optional<bool> dtls_offered, char seed = 0) {
  LocalAudio out{{IpAddress::v4(192, 0, 2, host), static_cast<std::uint16_t>(4000 + 2 * host)},
                 {pcmu(), telephone_event()},
                 Direction::SendRecv,
                 milliseconds(20),
                 false};
  const char name = seed == 0 ? static_cast<char>('A' + host) : seed;
  out.srtp = srtp;
  out.rtcp_mux = true;
  std::array<std::uint8_t, 30> key{};
  key.fill(static_cast<std::uint8_t>(name));
  if (srtp != Srtp::Off) out.crypto.push_back({CryptoSuite::AES_CM_128_HMAC_SHA1_80, {KeyMaterial::of(key)}, true});
  if (dtls_offered)
    out.dtls = LocalDtls{fingerprint(static_cast<char>('0' + host)), *dtls_offered, std::string(24, name),
                         std::string(8, name), std::string(24, name)};
  return out;
}

std::string described(std::string_view media, std::string_view session = "", std::string_view connection = "") {
  return "v=0\r\no=x 1 1 IN IP4 203.0.113.5\r\ns=-\r\nc=" +
         std::string(connection.empty() ? "IN IP4 203.0.113.5" : connection) + "\r\nt=0 0\r\n" + std::string(session) +
         std::string(media);
}
const std::string kTls = "m=audio 4000 UDP/TLS/RTP/SAVP 0\r\n";
std::string print_line(char digit) { return "a=fingerprint:" + fingerprint(digit) + "\r\n"; }

enum class Way { Refused, Plain, Sdes, Dtls };
struct Case {
  Srtp of_a;
  std::optional<bool> a;  // DTLS: nothing, taken, offered
  Srtp of_b;
  std::optional<bool> b;
  Way way;
};
class DtlsModes : public testing::TestWithParam<Case> {};

TEST_P(DtlsModes, AgreeOnOneWay) {
  const Case& c = GetParam();
  Session a(1), b(2);
  const auto offer = a.make_offer(party(1, c.of_a, c.a));
  const bool offered = c.of_a != Srtp::Off && c.a.value_or(false);
  EXPECT_EQ(offer.find("a=fingerprint:") != std::string::npos, offered) << offer;
  EXPECT_EQ(offer.find("a=setup:actpass\r\n") != std::string::npos, offered);
  const auto answer = b.answer(offer, party(2, c.of_b, c.b));
  ASSERT_EQ(answer.has_value(), c.way != Way::Refused);
  if (!answer) return;
  ASSERT_TRUE(a.accept_answer(*answer));
  for (const Session* side : {&a, &b}) {
    EXPECT_EQ(side->negotiated()->srtp.has_value(), c.way == Way::Sdes);
    EXPECT_EQ(side->negotiated()->dtls.has_value(), c.way == Way::Dtls);
    EXPECT_FALSE(side->negotiated()->ice) << "two lite agents check nothing";
  }
  EXPECT_FALSE(answer->find("a=crypto") != std::string::npos && answer->find("a=fingerprint") != std::string::npos)
      << "RFC 8643 section 3.2: one method";
  if (c.way != Way::Dtls) return;
  const DtlsTerms of_a = *a.negotiated()->dtls, of_b = *b.negotiated()->dtls;
  EXPECT_EQ(of_a.role, Setup::Passive);
  EXPECT_EQ(of_b.role, Setup::Active);
  ASSERT_EQ(of_a.remote.size(), 1U);
  EXPECT_EQ(of_a.remote[0].hash, "sha-256");
  EXPECT_EQ(of_a.remote[0].bytes, std::vector<std::uint8_t>(32, 0x22));
  EXPECT_EQ(of_b.remote[0].bytes, std::vector<std::uint8_t>(32, 0x11));
  EXPECT_EQ(of_a.local_id, of_b.remote_id);
  EXPECT_EQ(of_a.remote_id, of_b.local_id);
  EXPECT_EQ(of_a.local_id, std::string(24, 'B'));
  EXPECT_TRUE(a.negotiated()->rtcp_mux);
}
constexpr auto kOff = Srtp::Off, kOptional = Srtp::Optional, kMust = Srtp::Mandatory;
INSTANTIATE_TEST_SUITE_P(
    Table, DtlsModes,
    testing::Values(Case{kOff, true, kMust, true, Way::Refused}, Case{kOff, true, kOptional, true, Way::Plain},
                    Case{kOptional, true, kOff, true, Way::Plain}, Case{kOptional, true, kOptional, {}, Way::Sdes},
                    Case{kOptional, true, kOptional, false, Way::Sdes},
                    Case{kOptional, true, kOptional, true, Way::Dtls},
                    Case{kOptional, false, kOptional, true, Way::Sdes}, Case{kMust, true, kOff, true, Way::Refused},
                    Case{kMust, true, kMust, {}, Way::Refused}, Case{kMust, true, kOptional, false, Way::Dtls},
                    Case{kMust, true, kMust, true, Way::Dtls}, Case{kMust, false, kMust, true, Way::Sdes},
                    Case{kOptional, true, kMust, true, Way::Dtls}));

TEST(DtlsOffer, CompulsoryIsAProfileOfItsOwn) {
  Session a(1);
  const std::string offer = a.make_offer(party(1, kMust, true));
  EXPECT_THAT(offer, HasSubstr("m=audio 4002 UDP/TLS/RTP/SAVP 0 101\r\n"));
  EXPECT_THAT(offer, Not(HasSubstr("a=crypto"))) << "RFC 5764 section 4.1";
  EXPECT_THAT(offer, HasSubstr("a=fingerprint:" + fingerprint('1') + "\r\na=setup:actpass\r\na=tls-id:"));
  EXPECT_THAT(offer, HasSubstr("a=rtcp-mux\r\n"));
  EXPECT_THAT(offer, HasSubstr("a=ice-lite\r\nm=audio"));
  EXPECT_THAT(offer, HasSubstr("a=candidate:1 1 UDP 2130706431 192.0.2.1 4002 typ host\r\n"));
  EXPECT_FALSE(a.accept_answer(described("m=audio 4000 RTP/SAVP 0\r\n" + print_line('2'))));
  EXPECT_FALSE(a.accept_answer(described(kTls))) << "no fingerprint";
  EXPECT_FALSE(a.accept_answer(described(kTls + print_line('2') + "a=setup:actpass\r\n")));
  EXPECT_FALSE(a.accept_answer(described(kTls + print_line('2') + "a=setup:sideways\r\n")));
  EXPECT_FALSE(a.accept_answer(described(kTls + "a=fingerprint:sha-256 11:22\r\n")));
  EXPECT_TRUE(a.accept_answer(described("m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\n" + print_line('2'))));
  EXPECT_EQ(a.negotiated()->dtls->role, Setup::Active) << "nothing said in an answer: passive";
  EXPECT_EQ(a.negotiated()->dtls->local_id, "") << "the peer names no associations";
}

struct Role {
  const char* offered;
  const char* answered;
  Setup ours;
};
class Roles : public testing::TestWithParam<Role> {};
TEST_P(Roles, AreAnsweredByTheOther) {
  const Role& c = GetParam();
  Session b(2);
  const auto answer = b.answer(described(kTls + print_line('7') + c.offered), party(2, kOptional, false));
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, HasSubstr(c.answered));
  EXPECT_THAT(*answer, Not(HasSubstr("tls-id"))) << "not offered";
  EXPECT_THAT(*answer, Not(HasSubstr("ice"))) << "not offered";
  EXPECT_EQ(b.negotiated()->dtls->role, c.ours);
}
INSTANTIATE_TEST_SUITE_P(Table, Roles,
                         testing::Values(Role{"a=setup:actpass\r\n", "a=setup:active\r\n", Setup::Active},
                                         Role{"a=setup:active\r\n", "a=setup:passive\r\n", Setup::Passive},
                                         Role{"a=setup:PASSIVE\r\n", "a=setup:active\r\n", Setup::Active},
                                         Role{"", "a=setup:passive\r\n", Setup::Passive},
                                         Role{"a=setup:holdconn\r\n", "a=setup:holdconn\r\n", Setup::HoldConn}));

TEST(DtlsFingerprints, TheBestHashCountsAndTheSessionSpeaksForItsMedia) {
  Session b(2);
  const std::string sha1 = "a=fingerprint:SHA-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB\r\n";
  ASSERT_TRUE(b.answer(described(kTls + sha1 + print_line('3') + print_line('4')), party(2, kMust, false)));
  EXPECT_EQ(b.negotiated()->dtls->remote.size(), 2U);
  EXPECT_EQ(b.negotiated()->dtls->remote[1].bytes[0], 0x44);
  Session c(3);
  ASSERT_TRUE(c.answer(described(kTls, sha1 + "a=setup:active\r\n"), party(2, kMust, false)));
  EXPECT_EQ(c.negotiated()->dtls->remote[0].hash, "sha-1");
  EXPECT_EQ(c.negotiated()->dtls->role, Setup::Passive);
  Session d(4);
  EXPECT_FALSE(d.answer(described(kTls + "a=fingerprint:md5 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B\r\n"),
                        party(2, kMust, false)))
      << "RFC 8122 section 5";
  EXPECT_FALSE(d.answer(described(kTls + print_line('3') + "a=tls-id:short\r\n"), party(2, kMust, false)));
}

// RFC 8122 §5
TEST(DtlsFingerprints, ThatOfTheMediumGoesBeforeThatOfTheSession) {
  Session of_medium(2), of_session(2);
  const std::string medium = kTls + "a=setup:active\r\n";
  ASSERT_TRUE(of_medium.answer(described(medium + print_line('8'), print_line('7')), party(2, kMust, false)));
  ASSERT_TRUE(of_session.answer(described(medium, print_line('7')), party(2, kMust, false)));
  EXPECT_THAT(of_medium.negotiated()->dtls->remote, testing::SizeIs(1));
  EXPECT_EQ(of_medium.negotiated()->dtls->remote[0].bytes[0], 0x88);
  EXPECT_EQ(of_session.negotiated()->dtls->remote[0].bytes[0], 0x77);
}

TEST(DtlsAssociation, StaysWhenNothingOfItChanges) {
  Session a(1), b(2);
  ASSERT_TRUE(a.accept_answer(*b.answer(a.make_offer(party(1, kMust, true)), party(2, kMust, true))));
  const auto of_a = a.negotiated()->dtls, of_b = b.negotiated()->dtls;
  // B holds: it offers with fresh names at hand, and with actpass (RFC 8842 section 5.5).
  LocalAudio again = party(2, kMust, true, 'x');
  again.direction = Direction::SendOnly;
  const std::string offer = b.make_offer(again);
  EXPECT_THAT(offer, HasSubstr("a=setup:actpass\r\n"));
  const auto answer = a.answer(offer, party(1, kMust, true, 'y'));
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, HasSubstr("a=setup:passive\r\n")) << "its role";
  ASSERT_TRUE(b.accept_answer(*answer));
  EXPECT_EQ(a.negotiated()->dtls, of_a);
  EXPECT_EQ(b.negotiated()->dtls, of_b);
}

TEST(DtlsAssociation, AnotherNameIsAnotherAssociation) {
  Session a(1), b(2);
  ASSERT_TRUE(a.accept_answer(*b.answer(a.make_offer(party(1, kMust, true)), party(2, kMust, true))));
  const auto of_a = *a.negotiated()->dtls, of_b = *b.negotiated()->dtls;
  LocalAudio renewed = party(1, kMust, true, 'x');
  renewed.renew_keys = true;
  const std::string refused = a.make_offer(renewed);
  EXPECT_THAT(refused, HasSubstr("a=tls-id:" + std::string(24, 'x')));
  EXPECT_THAT(refused, HasSubstr("a=ice-ufrag:BBBBBBBB\r\n")) << "ICE goes on";
  a.rollback();
  EXPECT_THAT(a.make_offer(party(1, kMust, true, 'z')), HasSubstr("a=tls-id:" + of_a.local_id)) << "it never was";
  a.rollback();
  const auto answer = b.answer(a.make_offer(renewed), party(2, kMust, true, 'y'));
  ASSERT_TRUE(answer && a.accept_answer(*answer));
  EXPECT_NE(*a.negotiated()->dtls, of_a);
  EXPECT_NE(*b.negotiated()->dtls, of_b);
  EXPECT_EQ(a.negotiated()->dtls->remote_id, std::string(24, 'y'));
  EXPECT_EQ(b.negotiated()->dtls->remote_id, std::string(24, 'x'));
}

TEST(DtlsAssociation, AnotherFingerprintIsAnotherAndItsSetupToo) {
  Session b(2);
  const std::string first = described(kTls + print_line('7') + "a=setup:actpass\r\n");
  ASSERT_TRUE(b.answer(first, party(2, kMust, false)));
  const auto terms = *b.negotiated()->dtls;
  ASSERT_TRUE(b.answer(first, party(2, kMust, false, 'x')));
  EXPECT_EQ(*b.negotiated()->dtls, terms);
  ASSERT_TRUE(b.answer(described(kTls + print_line('8') + "a=setup:actpass\r\n"), party(2, kMust, false)));
  EXPECT_NE(*b.negotiated()->dtls, terms);
  const auto second = *b.negotiated()->dtls;
  ASSERT_TRUE(b.answer(described(kTls + print_line('8') + "a=setup:active\r\n"), party(2, kMust, false)));
  EXPECT_NE(*b.negotiated()->dtls, second);
}

// RFC 8842 §5.3: whoever speaks of another association has another name for it, and its roles are open again.
TEST(DtlsAssociation, AnotherFingerprintUnderTheSameNameHasAnotherNameOfOurs) {
  Session b(2);
  const std::string id = "a=tls-id:" + std::string(24, 'q') + "\r\n";
  ASSERT_TRUE(b.answer(described(kTls + print_line('7') + id + "a=setup:active\r\n"), party(2, kMust, false, 'x')));
  EXPECT_EQ(b.negotiated()->dtls->role, Setup::Passive);
  EXPECT_EQ(b.negotiated()->dtls->local_id, std::string(24, 'x'));
  ASSERT_TRUE(b.answer(described(kTls + print_line('8') + id + "a=setup:actpass\r\n"), party(2, kMust, false, 'y')));
  EXPECT_EQ(b.negotiated()->dtls->role, Setup::Active);
  EXPECT_EQ(b.negotiated()->dtls->local_id, std::string(24, 'y'));
}

// Baresip 1.0 answers "active" to whoever offers, also when the other side has been the active one so far.
TEST(DtlsAssociation, APeerWithoutNamesKeepsItWhateverRoleItSays) {
  Session b(2);
  ASSERT_TRUE(b.answer(described(kTls + print_line('7') + "a=setup:actpass\r\n"), party(2, kMust, true)));
  const auto terms = *b.negotiated()->dtls;
  EXPECT_EQ(terms.role, Setup::Active);
  (void)b.make_offer(party(2, kMust, true));
  ASSERT_TRUE(b.accept_answer(described(kTls + print_line('7') + "a=setup:active\r\n")));
  EXPECT_EQ(*b.negotiated()->dtls, terms);
}

// What Chromium offers, shortened: no candidate yet, one stream in a bundle, lines that are not for us.
const std::string kBrowser =
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 126\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:8hhY\r\n"
    "a=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=ice-options:trickle\r\n" +
    print_line('7') +
    "a=setup:actpass\r\na=mid:0\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=sendrecv\r\n"
    "a=msid:- d5\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n"
    "a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:126 telephone-event/8000\r\n"
    "a=ssrc:1 cname:x\r\n";

TEST(DtlsIce, ABrowserIsAnsweredByALiteAgent) {
  Session b(2);
  const auto answer =
      b.answer(described(kBrowser, "a=group:BUNDLE 0\r\na=extmap-allow-mixed\r\n"), party(2, kOptional, false));
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, HasSubstr("a=group:BUNDLE 0\r\na=ice-lite\r\nm=audio 4004 UDP/TLS/RTP/SAVPF 0 126\r\n"));
  for (const char* line : {"a=mid:0\r\n", "a=rtcp-mux\r\n", "a=setup:active\r\n", "a=ice-ufrag:CCCCCCCC\r\n",
                           "a=sendrecv\r\n", "a=candidate:1 1 UDP 2130706431 192.0.2.2 4004 typ host\r\n"})
    EXPECT_THAT(*answer, HasSubstr(line));
  EXPECT_THAT(*answer, Not(HasSubstr("extmap")));
  const auto negotiated = *b.negotiated();
  EXPECT_FALSE(negotiated.on_hold_by_remote) << "c=0.0.0.0 of an ICE agent is no hold";
  ASSERT_TRUE(negotiated.ice);
  EXPECT_EQ(negotiated.ice->local_ufrag, "CCCCCCCC");
  EXPECT_EQ(negotiated.ice->remote_ufrag, "8hhY");
  EXPECT_EQ(negotiated.ice->remote_password, "asd88fgpdd777uzjYhagZg");
  // The names stay in what follows, unless the browser begins anew.
  const std::string again = described(kBrowser, "a=group:BUNDLE 0\r\n");
  EXPECT_THAT(*b.answer(again, party(2, kOptional, false, 'x')), HasSubstr("a=ice-ufrag:CCCCCCCC\r\n"));
  std::string restarted = again;
  restarted.replace(restarted.find("8hhY"), 4, "9iiZ");
  EXPECT_THAT(*b.answer(restarted, party(2, kOptional, false, 'y')), HasSubstr("a=ice-ufrag:yyyyyyyy\r\n"));
  EXPECT_EQ(b.negotiated()->ice->remote_ufrag, "9iiZ");
  EXPECT_EQ(*b.negotiated()->dtls, *negotiated.dtls) << "which is no new association (RFC 8842 section 3.2)";
  // Chromium takes no offer that leaves the bundle, or has another profile than before. The row only allows DTLS.
  const std::string ours = b.make_offer(party(2, kOptional, false));
  EXPECT_THAT(ours, HasSubstr("a=group:BUNDLE 0\r\na=ice-lite\r\nm=audio 4004 UDP/TLS/RTP/SAVPF 0 126\r\n"));
  EXPECT_THAT(ours, HasSubstr("a=setup:actpass\r\n"));
  EXPECT_THAT(ours, Not(HasSubstr("a=crypto")));
  EXPECT_TRUE(b.accept_answer(described(
      "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=setup:passive\r\n" +
      print_line('7'))));
  EXPECT_EQ(*b.negotiated()->dtls, *negotiated.dtls);
  EXPECT_THAT(b.make_offer(party(2, kOptional, true, 'x')), HasSubstr("a=ice-ufrag:yyyyyyyy\r\n"));
}

TEST(DtlsIce, AStreamThatWasNotTheBundlesFirstStandsAlone) {
  Session b(2);
  const auto answer =
      b.answer(described("m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\n" + kBrowser, "a=group:BUNDLE v 0\r\n"),
               party(2, kOptional, false));
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, HasSubstr("m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\n"));
  EXPECT_THAT(*answer, Not(HasSubstr("a=group")));
}

TEST(DtlsOff, SaysNothingOfIt) {
  Session b(2);
  EXPECT_FALSE(b.answer(described(kBrowser), party(2, kOff, false)));
  EXPECT_FALSE(b.answer(described(kBrowser), party(2, kMust, std::nullopt)));
}

}  // namespace
}  // namespace offhook::sdp
