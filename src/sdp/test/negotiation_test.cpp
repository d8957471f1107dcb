// What two sides agree on beside codecs: keys (RFC 4568), RTCP (3605, 5761), payload types (3264 §8.3.2), addresses
// (6157), slots of streams (3264 §8), lines that are carried as they are.
#include <gmock/gmock.h>

#include "sdp/offer_answer.hpp"
#include "sdp/session_description.hpp"

namespace offhook::sdp {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

LocalAudio party(std::uint8_t host) {
  return {{IpAddress::v4(192, 0, 2, host), static_cast<std::uint16_t>(4000 + 2 * host)},
          {pcmu(), pcma(), telephone_event()},
          Direction::SendRecv,
          milliseconds(20),
          false};
}
std::string described(std::string_view media, std::string_view connection = "IN IP4 203.0.113.5") {
  return "v=0\r\no=x 1 1 IN IP4 203.0.113.5\r\ns=-\r\nc=" + std::string(connection) + "\r\nt=0 0\r\n" +
         std::string(media);
}

LocalCrypto key(CryptoSuite suite, std::uint8_t seed) {
  std::array<std::uint8_t, 46> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(seed + i);
  return {suite, KeyMaterial::of({bytes.data(), key_size(suite)})};
}
constexpr auto k80 = CryptoSuite::AES_CM_128_HMAC_SHA1_80, k32 = CryptoSuite::AES_CM_128_HMAC_SHA1_32,
               k256 = CryptoSuite::AES_256_CM_HMAC_SHA1_80;
LocalAudio secured(std::uint8_t host, Srtp srtp, std::vector<CryptoSuite> suites) {
  LocalAudio out = party(host);
  out.srtp = srtp;
  for (const auto suite : suites)
    out.crypto.push_back(key(suite, static_cast<std::uint8_t>(host * 10 + out.crypto.size())));
  return out;
}

struct SrtpCase {
  Srtp offerer, answerer;
  bool agreed, keys;
};
class SrtpModes : public testing::TestWithParam<SrtpCase> {};
TEST_P(SrtpModes, AgreeOrNotOnKeys) {
  const auto& c = GetParam();
  Session a(1), b(2);
  const auto offer = a.make_offer(secured(1, c.offerer, {k32, k80}));
  EXPECT_THAT(offer, HasSubstr(c.offerer == Srtp::Mandatory ? " RTP/SAVP " : " RTP/AVP "));
  EXPECT_EQ(offer.find("a=crypto:") != std::string::npos, c.offerer != Srtp::Off);
  const auto answer = b.answer(offer, secured(2, c.answerer, {k32, k80}));
  ASSERT_EQ(answer.has_value(), c.agreed);
  if (!answer) return;
  ASSERT_TRUE(a.accept_answer(*answer));
  ASSERT_EQ(a.negotiated()->srtp.has_value(), c.keys);
  ASSERT_EQ(b.negotiated()->srtp.has_value(), c.keys);
  if (!c.keys) return;
  EXPECT_EQ(a.negotiated()->srtp->suite, k80) << "the strongest, not the first";
  EXPECT_EQ(a.negotiated()->srtp->local, b.negotiated()->srtp->remote);
  EXPECT_EQ(a.negotiated()->srtp->remote, b.negotiated()->srtp->local);
  EXPECT_NE(a.negotiated()->srtp->local, a.negotiated()->srtp->remote);
  EXPECT_THAT(*answer, HasSubstr("a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:"));
}
INSTANTIATE_TEST_SUITE_P(Table, SrtpModes,
                         testing::Values(SrtpCase{Srtp::Off, Srtp::Off, true, false},
                                         SrtpCase{Srtp::Off, Srtp::Optional, true, false},
                                         SrtpCase{Srtp::Off, Srtp::Mandatory, false, false},
                                         SrtpCase{Srtp::Optional, Srtp::Off, true, false},
                                         SrtpCase{Srtp::Optional, Srtp::Optional, true, true},
                                         SrtpCase{Srtp::Optional, Srtp::Mandatory, true, true},
                                         SrtpCase{Srtp::Mandatory, Srtp::Off, false, false},
                                         SrtpCase{Srtp::Mandatory, Srtp::Optional, true, true},
                                         SrtpCase{Srtp::Mandatory, Srtp::Mandatory, true, true}));

TEST(SrtpAnswer, MustBeOfAnOfferedTagAndItsSuite) {
  const std::string good = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";
  Session a(1);
  (void)a.make_offer(secured(1, Srtp::Mandatory, {k80, k32}));
  const auto answered = [&](const std::string& crypto, const char* profile = "RTP/SAVP") {
    Session copy = a;
    return copy.accept_answer(described("m=audio 4000 " + std::string(profile) + " 0\r\n" + crypto)).has_value();
  };
  EXPECT_TRUE(answered("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + good + "\r\n"));
  EXPECT_FALSE(answered("a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:" + good + "\r\n"));
  EXPECT_FALSE(answered("a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:" + good + "\r\n"));
  EXPECT_FALSE(answered("a=crypto:0 AES_CM_128_HMAC_SHA1_80 inline:" + good + "\r\n"));
  EXPECT_FALSE(answered("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA\r\n"));
  EXPECT_FALSE(answered(""));
  EXPECT_FALSE(answered("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + good + "\r\n", "RTP/AVP"));
}

TEST(SrtpOffer, OfNoCommonSuiteIsRefusedOrPlain) {
  const std::string offer = Session(1).make_offer(secured(1, Srtp::Optional, {k256}));
  Session optional(2), mandatory(3);
  ASSERT_TRUE(optional.answer(offer, secured(2, Srtp::Optional, {k80})));
  EXPECT_FALSE(optional.negotiated()->srtp);
  EXPECT_FALSE(mandatory.answer(offer, secured(3, Srtp::Mandatory, {k80})));
}

TEST(SrtpOffer, SecondStreamIsTakenWhereTheFirstIsNotForUs) {
  Session b(2);
  const auto answer =
      b.answer(described("m=audio 4000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 "
                         "inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR\r\nm=audio 4002 RTP/AVP 0\r\n"),
               party(2));
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, HasSubstr("m=audio 0 RTP/SAVP 0\r\nm=audio 4004 RTP/AVP 0\r\n"));
}

TEST(SrtpOffer, StreamWithKeysGoesBeforeAPlainOne) {
  const std::string offer = described(
      "m=audio 4000 RTP/AVP 0\r\nm=audio 4002 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 "
      "inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR\r\n");
  Session b(2);
  const auto answer = b.answer(offer, secured(2, Srtp::Optional, {k80}));
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, HasSubstr("m=audio 0 RTP/AVP 0\r\nm=audio 4004 RTP/SAVP 0\r\na=crypto:1 "));
  EXPECT_TRUE(b.negotiated()->srtp);
  const auto plain = Session(3).answer(offer, party(3));
  ASSERT_TRUE(plain);
  EXPECT_THAT(*plain, HasSubstr("m=audio 4006 RTP/AVP 0\r\n"));
}

TEST(SrtpOffer, NamesOnlySuitesThatAreToBeOffered) {
  LocalAudio local = secured(1, Srtp::Optional, {k256, k80, k32});
  local.crypto[0].offered = false;
  Session a(1), b(2);
  const std::string offer = a.make_offer(local);
  EXPECT_THAT(offer, Not(HasSubstr("AES_256")));
  EXPECT_THAT(offer, HasSubstr("a=crypto:1 AES_CM_128_HMAC_SHA1_80 "));
  ASSERT_TRUE(a.accept_answer(*b.answer(offer, secured(2, Srtp::Optional, {k256, k32}))));
  EXPECT_EQ(a.negotiated()->srtp->suite, k32);
  EXPECT_EQ(a.negotiated()->srtp->local, b.negotiated()->srtp->remote);
  Session c(3), d(4);  // but it is taken where the other offers it
  ASSERT_TRUE(d.answer(c.make_offer(secured(3, Srtp::Optional, {k256})), local));
  EXPECT_EQ(d.negotiated()->srtp->suite, k256);
}

TEST(SrtpAnswer, KeepsOurKeyAsLongAsTheOfferKeepsTheirs) {
  Session a(1), b(2);
  const auto exchange = [&](std::uint8_t ours, std::uint8_t theirs, bool renew = false) {
    LocalAudio alice = party(1), bob = party(2);
    alice.srtp = bob.srtp = Srtp::Optional;
    alice.crypto = {key(k80, ours)};
    bob.crypto = {key(k80, theirs)};
    alice.renew_keys = renew;
    return a.accept_answer(*b.answer(a.make_offer(alice), bob)).has_value();
  };
  ASSERT_TRUE(exchange(10, 20));
  const auto first = b.negotiated()->srtp;
  ASSERT_TRUE(exchange(15, 30)) << "drawn anew, but not wanted";
  EXPECT_EQ(b.negotiated()->srtp, first) << "a refresh changes nothing";
  EXPECT_EQ(a.negotiated()->srtp->remote, first->local);
  ASSERT_TRUE(exchange(40, 50, true));
  EXPECT_EQ(b.negotiated()->srtp->local.material, key(k80, 50).key.material);
  EXPECT_EQ(b.negotiated()->srtp->remote.material, key(k80, 40).key.material);
}

TEST(SrtpAnswer, MirrorsTheMkiAndWhatIsLeftInTheClearOnlyByConsent) {
  const std::string line =
      "m=audio 4000 RTP/SAVP 0\r\na=crypto:7 AES_CM_128_HMAC_SHA1_80 "
      "inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20|5:2";
  Session b(2);
  LocalAudio bob = secured(2, Srtp::Optional, {k80});
  bob.crypto[0].key.lifetime = 1U << 30U;
  const auto answer = b.answer(described(line + "\r\n"), bob);
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, HasSubstr("|2^30|5:2\r\n"));
  EXPECT_EQ(b.negotiated()->srtp->remote.mki_bytes(), std::string("\0\5", 2));
  EXPECT_EQ(b.negotiated()->srtp->remote.lifetime, 1U << 20U);

  const std::string open = described(line + " UNENCRYPTED_SRTP\r\n");
  EXPECT_FALSE(Session(3).answer(open, secured(3, Srtp::Optional, {k80})));
  LocalAudio willing = secured(4, Srtp::Optional, {k80});
  willing.crypto[0].key.unencrypted_rtp = willing.crypto[0].key.unencrypted_rtcp = true;
  Session d(4);
  const auto agreed = d.answer(open, willing);
  ASSERT_TRUE(agreed);
  EXPECT_THAT(*agreed, HasSubstr(" UNENCRYPTED_SRTP\r\n"));
  EXPECT_TRUE(d.negotiated()->srtp->local.unencrypted_rtp);
  EXPECT_FALSE(d.negotiated()->srtp->local.unencrypted_rtcp) << "not asked for";
  // Who has offered to leave audio open must hear yes.
  Session e(5), f(6);
  const std::string offer = e.make_offer(willing);
  std::string reply = *f.answer(offer, willing);
  EXPECT_TRUE(Session(e).accept_answer(reply));
  reply.erase(reply.find(" UNENCRYPTED_SRTP"), 17);
  EXPECT_FALSE(e.accept_answer(reply));
}

TEST(RtcpMux, IsAgreedByBothOrNot) {
  for (const bool at_a : {false, true}) {
    for (const bool at_b : {false, true}) {
      Session a(1), b(2);
      auto alice = party(1), bob = party(2);
      alice.rtcp_mux = at_a;
      bob.rtcp_mux = at_b;
      const auto answer = b.answer(a.make_offer(alice), bob);
      ASSERT_TRUE(answer && a.accept_answer(*answer));
      EXPECT_EQ(answer->find("a=rtcp-mux") != std::string::npos, at_a && at_b);
      EXPECT_EQ(a.negotiated()->rtcp_mux, at_a && at_b);
      EXPECT_EQ(b.negotiated()->rtcp_mux, at_a && at_b);
      EXPECT_EQ(a.negotiated()->remote_rtcp.port, bob.rtp.port + (at_a && at_b ? 0 : 1));
    }
  }
}

TEST(RtcpPort, IsWrittenWhereItIsNotTheNext) {
  Session a(1), b(2);
  auto alice = party(1), bob = party(2);
  alice.rtcp = Endpoint{alice.rtp.address, 5001};
  bob.rtcp = Endpoint{IpAddress::v4(192, 0, 2, 99), 5003};
  const std::string offer = a.make_offer(alice);
  EXPECT_THAT(offer, HasSubstr("a=rtcp:5001\r\n"));
  const auto answer = b.answer(offer, bob);
  ASSERT_TRUE(answer && a.accept_answer(*answer));
  EXPECT_THAT(*answer, HasSubstr("a=rtcp:5003 IN IP4 192.0.2.99\r\n"));
  EXPECT_EQ(a.negotiated()->remote_rtcp.text(), "192.0.2.99:5003");
  EXPECT_EQ(b.negotiated()->remote_rtcp.text(), "192.0.2.1:5001");
}

// RFC 3264 §8.3.2: once 101 has meant telephone-event here, it means nothing else.
TEST(PayloadTypes, KeepTheirMeaningForTheWholeSession) {
  Session a(1);
  LocalAudio local = party(1);
  (void)a.make_offer(local);
  ASSERT_TRUE(a.accept_answer(described("m=audio 4000 RTP/AVP 0\r\n")));
  local.codecs = {pcmu(), Codec{101, "opus", 48000, 2, ""}};
  const std::string changed = a.make_offer(local);
  EXPECT_THAT(changed, HasSubstr("RTP/AVP 0 96\r\n"));
  EXPECT_THAT(changed, HasSubstr("a=rtpmap:96 opus/48000/2\r\n"));
  ASSERT_TRUE(a.accept_answer(described("m=audio 4000 RTP/AVP 0\r\n")));
  local.codecs = {pcmu(), telephone_event(97), Codec{120, "opus", 48000, 2, ""}};
  EXPECT_THAT(a.make_offer(local), HasSubstr("RTP/AVP 0 101 96\r\n")) << "both come back with their old numbers";
}

// The peer gives a number another meaning than it had with us: we receive by one of our own, and send by theirs.
TEST(PayloadTypes, OfAnOfferThatWouldChangeAMeaningAreAnsweredWithOurOwn) {
  Session a(1);
  LocalAudio local = party(1);
  local.codecs = {pcmu(), telephone_event(101), Codec{96, "opus", 48000, 2, ""}};
  (void)a.make_offer(local);
  ASSERT_TRUE(a.accept_answer(described("m=audio 4000 RTP/AVP 0\r\n")));
  const auto answer = a.answer(
      described("m=audio 4000 RTP/AVP 0 96 101\r\na=rtpmap:96 telephone-event/8000\r\na=rtpmap:101 opus/48000/2\r\n"),
      local);
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, HasSubstr("RTP/AVP 0 101 96\r\n"));
  EXPECT_EQ(a.negotiated()->telephone_event_payload, 96);
  EXPECT_EQ(a.negotiated()->telephone_event_receive_payload, 101);
  EXPECT_EQ(a.negotiated()->codecs.back().payload_type, 101);
  EXPECT_THAT(a.negotiated()->receive_payloads, ElementsAre(0, 96));
}

TEST(PayloadTypes, ThatDifferInTheTwoDirections) {
  Session a(1);
  (void)a.make_offer(party(1));
  ASSERT_TRUE(a.accept_answer(described("m=audio 4000 RTP/AVP 8 97\r\na=rtpmap:97 telephone-event/8000\r\n")));
  EXPECT_EQ(a.negotiated()->telephone_event_payload, 97);
  EXPECT_EQ(a.negotiated()->telephone_event_receive_payload, 101);
}

TEST(PayloadTypes, WornOutByThePeerStillGiveAnAnswer) {
  Session b(2);
  for (int p = 0; p < 128; ++p) {
    const std::string number = std::to_string(p);
    const auto answer =
        b.answer(described("m=audio 4000 RTP/AVP " + number + " 0\r\na=rtpmap:" + number + " PCMA/8000\r\n"), party(2));
    ASSERT_TRUE(answer) << p;
    EXPECT_TRUE(parse(*answer)) << *answer;
  }
}

TEST(PacketTime, IsNotAboveThePeersMost) {
  const auto ptime = [](const char* lines) {
    Session b(2);
    EXPECT_TRUE(b.answer(described("m=audio 4000 RTP/AVP 0\r\n" + std::string(lines)), party(2)));
    return b.negotiated()->ptime;
  };
  EXPECT_EQ(ptime(""), milliseconds(20));
  EXPECT_EQ(ptime("a=ptime:30\r\n"), milliseconds(30));
  EXPECT_EQ(ptime("a=ptime:40\r\na=maxptime:30\r\n"), milliseconds(30));
  EXPECT_EQ(ptime("a=maxptime:10\r\n"), milliseconds(10));
  EXPECT_EQ(ptime("a=maxptime:150\r\n"), milliseconds(20));
  EXPECT_EQ(ptime("a=ptime:x\r\na=maxptime:0\r\n"), milliseconds(20));
}

// RFC 6157: a stream of the other IP version is none for us, and another one of the same offer may be.
TEST(AddressFamily, TheStreamOfOursIsTaken) {
  const std::string mixed =
      described("m=audio 4000 RTP/AVP 0\r\nc=IN IP6 2001:db8::9\r\nm=audio 4002 RTP/AVP 0\r\nc=IN IP4 203.0.113.9\r\n");
  Session v4(1), v6(2);
  ASSERT_TRUE(v4.answer(mixed, party(1)));
  EXPECT_EQ(v4.negotiated()->remote.text(), "203.0.113.9:4002");
  auto local = party(2);
  local.rtp.address = *IpAddress::parse("2001:db8::2");
  const auto answer = v6.answer(mixed, local);
  ASSERT_TRUE(answer);
  EXPECT_EQ(v6.negotiated()->remote.text(), "[2001:db8::9]:4000");
  EXPECT_THAT(*answer, HasSubstr("o=- 2 1 IN IP6 2001:db8::2\r\n"));
  EXPECT_FALSE(Session(3).answer(described("m=audio 4000 RTP/AVP 0\r\n"), local));
}

TEST(AddressFamily, IsNotAskedOfHoldNorOfASideThatHasNoAddressYet) {
  Session a(1), b(2);
  auto local = party(1);
  local.rtp.address = *IpAddress::parse("2001:db8::2");
  ASSERT_TRUE(a.answer(described("m=audio 4000 RTP/AVP 0\r\n", "IN IP4 0.0.0.0"), local));
  LocalAudio ringing = party(2);
  ringing.rtp = {};
  EXPECT_TRUE(b.receive_offer(described("m=audio 4000 RTP/AVP 0\r\n", "IN IP6 2001:db8::1"), ringing));
  EXPECT_FALSE(b.answer(party(2)));
  EXPECT_EQ(b.state(), Session::State::OfferReceived);
}

TEST(Multicast, IsNoCall) {
  EXPECT_FALSE(Session(1).answer(described("m=audio 4000 RTP/AVP 0\r\n", "IN IP4 233.252.0.1/127"), party(1)));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  const auto d = parse(text);
  for (const Media& m : d->media()) out.push_back(std::string(m.type) + ' ' + std::to_string(m.port));
  return out;
}

TEST(Slots, StayThroughTheSessionAndADisabledOneIsUsedAgain) {
  Session b(2);
  ASSERT_TRUE(b.answer(described("m=video 5000 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 0\r\n"), party(2)));
  // The peer disables the audio, and adds a third stream.
  ASSERT_TRUE(
      b.answer(described("m=video 5000 RTP/AVP 31\r\nm=audio 0 RTP/AVP 0\r\nm=text 6000 RTP/AVP 98\r\n"), party(2)));
  EXPECT_FALSE(b.negotiated());
  const std::string offer = b.make_offer(party(2));
  EXPECT_THAT(lines_of(offer), ElementsAre("video 0", "audio 4004", "text 0"));
  ASSERT_TRUE(b.accept_answer(described("m=video 0 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 0\r\nm=text 0 RTP/AVP 98\r\n")));
  EXPECT_TRUE(b.negotiated());
  EXPECT_EQ(b.make_offer(party(2)), offer) << "nothing changed: the same version";
}

TEST(Slots, OfARefusedOfferAreForgotten) {
  Session b(2);
  ASSERT_TRUE(b.answer(described("m=video 5000 RTP/AVP 31\r\nm=audio 0 RTP/AVP 0\r\n"), party(2)));
  ASSERT_THAT(lines_of(b.make_offer(party(2))), ElementsAre("video 0", "audio 4004"));
  b.rollback();
  Session empty(3);
  ASSERT_TRUE(empty.answer(described(""), party(3)));
  ASSERT_THAT(lines_of(empty.make_offer(party(3))), ElementsAre("audio 4006"));
  empty.rollback();
  ASSERT_TRUE(empty.answer(described(""), party(3)));
  EXPECT_THAT(lines_of(empty.local_description()), ElementsAre());
}

// ICE, fingerprints, groups and what nobody knows pass in both directions: ours as given, theirs for who asks.
TEST(Carried, LinesThatAreNotOurs) {
  Session a(1), b(2);
  LocalAudio alice = party(1);
  alice.attributes =
      "a=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=candidate:1 1 UDP 2130706431 192.0.2.1 4002 typ "
      "host\r\n"
      "a=unknown:x y z\r\n";
  const std::string offer = a.make_offer(alice);
  EXPECT_THAT(offer, testing::EndsWith(alice.attributes));
  const auto answer = b.answer(offer, party(2));
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, Not(HasSubstr("candidate")));
  EXPECT_EQ(b.remote_description(), offer);
}

TEST(Carried, MidsAreAnsweredAndNoGroupMeansNoBundle) {
  Session b(2);
  const auto answer = b.answer(
      described("a=group:BUNDLE a v\r\nm=audio 4000 RTP/AVP 0\r\na=mid:a\r\nm=video 4000 RTP/AVP 31\r\na=mid:v\r\n"),
      party(2));
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, HasSubstr("a=mid:a\r\n"));
  EXPECT_THAT(*answer, HasSubstr("m=video 0 RTP/AVP 31\r\na=mid:v\r\n"));
  EXPECT_THAT(*answer, Not(HasSubstr("group")));
}

}  // namespace
}  // namespace offhook::sdp
