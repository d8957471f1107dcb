// The typed attributes: crypto (RFC 4568), rtcp (3605), rtcp-fb (4585), ICE (8839), DTLS (8122, 4145), grouping (5888,
// 5576, 8285, 8830). Each: what must parse and is written as it was read, and what must not.
#include <gmock/gmock.h>

#include <array>
#include <string>

#include "sdp/crypto.hpp"
#include "sdp/dtls.hpp"
#include "sdp/grouping.hpp"
#include "sdp/ice.hpp"
#include "sdp/rtcp.hpp"

namespace offhook::sdp {
namespace {
using testing::ElementsAre;

constexpr std::string_view kKey = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";  // 30 bytes

TEST(Crypto, IsWrittenAsItWasRead) {
  for (const auto* text :
       {"1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20|1:32",
        "2 AES_CM_128_HMAC_SHA1_32 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR",
        "3 F8_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|1000|4:2 FEC_ORDER=FEC_SRTP WSH=64",
        "4 AES_CM_128_HMAC_SHA1_80 "
        "inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20|1:4;inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|"
        "2:4",
        "5 AEAD_AES_256_GCM inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^0",
        "999999999 SOMETHING_NEW inline:AAAA KDR=24 -ignorable"}) {
    const auto crypto = Crypto::parse(text);
    ASSERT_TRUE(crypto) << text << ": " << crypto.error().text;
    EXPECT_EQ(crypto->text(), text);
  }
}

TEST(Crypto, HasTagSuiteKeysLifetimeAndMki) {
  const auto crypto =
      Crypto::parse("7 aes_cm_128_hmac_sha1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^31|25:4 WSH=64 KDR=3");
  ASSERT_TRUE(crypto);
  EXPECT_EQ(crypto->tag, 7U);
  EXPECT_EQ(crypto->suite, CryptoSuite::AES_CM_128_HMAC_SHA1_80);
  EXPECT_EQ(crypto->keys.front(), (CryptoKey{kKey, std::uint64_t{1} << 31U, "25", 4}));
  EXPECT_THAT(crypto->session_parameters, ElementsAre("WSH=64", "KDR=3"));
}

TEST(Crypto, RefusesWhatIsMalformed) {
  const std::string key = " inline:" + std::string(kKey);
  for (const std::string& bad :
       {std::string(), "x AES_CM_128_HMAC_SHA1_80" + key, "1234567890 AES_CM_128_HMAC_SHA1_80" + key,
        std::string("1 AES_CM_128_HMAC_SHA1_80"), "1 AES_CM_128_HMAC_SHA1_80 other:" + std::string(kKey),
        std::string("1 AES_CM_128_HMAC_SHA1_80 inline:"), std::string("1 AES_CM_128_HMAC_SHA1_80 inline:a*b"),
        "1 AES_CM_128_HMAC_SHA1_80" + key + "|0", "1 AES_CM_128_HMAC_SHA1_80" + key + "|2^49",
        "1 AES_CM_128_HMAC_SHA1_80" + key + "|2^20|2^20", "1 AES_CM_128_HMAC_SHA1_80" + key + "|1:0",
        "1 AES_CM_128_HMAC_SHA1_80" + key + "|1:129", "1 AES_CM_128_HMAC_SHA1_80" + key + "|x:4",
        "1 AES_CM_128_HMAC_SHA1_80" + key + "|1:4|2^20", "1 AES_CM_128_HMAC_SHA1_80" + key + ";"})
    EXPECT_FALSE(Crypto::parse(bad)) << bad;
  EXPECT_EQ(Crypto::parse("1 AES_CM_128_HMAC_SHA1_80 inline:a*b", 50).error().offset, 76U);
}

TEST(Crypto, TakesNoKeyThatItCannotDoJusticeTo) {
  const std::string line = "1 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(kKey);
  EXPECT_TRUE(Crypto::parse(line)->usable_key());
  for (const char* good : {"|2^31", "|2^31|1:4", "|255:1", " WSH=128", " -FUTURE=1", " UNENCRYPTED_SRTP"}) {
    const std::string text = line + good;
    EXPECT_TRUE(Crypto::parse(text)->usable_key()) << text;
  }
  for (const char* bad : {"|256:1", "|01:4", " UNAUTHENTICATED_SRTP", " KDR=1", " FEC_KEY=inline:x", " FUTURE=1"}) {
    const std::string text = line + bad;
    EXPECT_FALSE(Crypto::parse(text)->usable_key()) << text;
  }
  EXPECT_FALSE(Crypto::parse("1 NEW inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR")->usable_key());
  EXPECT_FALSE(Crypto::parse("1 AES_256_CM_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR")->usable_key())
      << "30 bytes where 46 belong";
  const std::string two = line + "|1:4;inline:" + std::string(kKey) + "|2:4";
  EXPECT_FALSE(Crypto::parse(two)->usable_key()) << "which of them?";
}

TEST(Crypto, KeySaysWhatItsLineSays) {
  const std::string text = "1 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(kKey) + "|2^20|66051:4 UNENCRYPTED_SRTCP";
  const auto key = Crypto::parse(text)->usable_key();
  ASSERT_TRUE(key);
  EXPECT_EQ(key->material.base64(), kKey);
  EXPECT_EQ(key->lifetime, 1U << 20U);
  EXPECT_FALSE(key->unencrypted_rtp);
  EXPECT_TRUE(key->unencrypted_rtcp);
  EXPECT_EQ(key->mki_bytes(), std::string("\0\1\2\3", 4)) << "the number, most significant byte first";
  EXPECT_EQ(crypto_text(1, CryptoSuite::AES_CM_128_HMAC_SHA1_80, *key), text);
}

TEST(Crypto, MkiHasTheLengthThatItSays) {
  SrtpKey key;
  EXPECT_EQ(key.mki_bytes(), "");
  key.mki = "256";
  key.mki_length = 1;
  EXPECT_FALSE(key.mki_bytes());
  key.mki_length = 128;
  EXPECT_EQ(key.mki_bytes(), std::string(126, '\0') + std::string("\1\0", 2));
  key.mki = std::string(309, '9');
  EXPECT_FALSE(key.mki_bytes());
}

TEST(KeyMaterial, IsBase64OfEveryLength) {
  for (std::size_t n = 1; n <= 46; ++n) {
    std::array<std::uint8_t, 46> bytes{};
    for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + n);
    const auto key = KeyMaterial::of({bytes.data(), n});
    EXPECT_EQ(key.base64().size(), (n + 2) / 3 * 4);
    EXPECT_EQ(KeyMaterial::from_base64(key.base64()), key);
  }
  EXPECT_EQ(KeyMaterial::from_base64(kKey)->base64(), kKey);
  constexpr std::array<std::uint8_t, 3> kMan{'M', 'a', 'n'};
  EXPECT_EQ(KeyMaterial::of(kMan).base64(), "TWFu");
  for (const auto* bad : {"", "A", "=", "A===", "AA=A", "A A="}) EXPECT_FALSE(KeyMaterial::from_base64(bad)) << bad;
  EXPECT_FALSE(KeyMaterial::from_base64(std::string(64, 'A')));
}

TEST(CryptoSuite, NamesGoBothWays) {
  for (int i = 1; i <= static_cast<int>(CryptoSuite::AEAD_AES_256_GCM); ++i) {
    const auto suite = static_cast<CryptoSuite>(i);
    EXPECT_EQ(parse_crypto_suite(crypto_suite_text(suite)), suite);
    EXPECT_GE(key_size(suite), 28U);
  }
  EXPECT_EQ(parse_crypto_suite(""), CryptoSuite::Unknown);
}

TEST(Rtcp, HasAPortAndPerhapsAnAddress) {
  for (const auto* text : {"53020", "53020 IN IP4 126.16.64.4", "53020 IN IP6 2001:2345:6789:abcd:ef01:2345:6789:abcd"})
    EXPECT_EQ(Rtcp::parse(text)->text(), text);
  for (const auto* bad : {"", "x", "70000", "1 IN", "1 IN IP4"}) EXPECT_FALSE(Rtcp::parse(bad)) << bad;
}

TEST(Rtcp, StandsAboveRtpUnlessItSaysWhere) {
  const std::string text =
      "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nm=audio 4000 RTP/AVP 0\nm=audio 4000 RTP/AVP 0\na=rtcp:9\n"
      "m=audio 4000 RTP/AVP 0\na=rtcp:9 IN IP4 192.0.2.9\nm=audio 65535 RTP/AVP 0\n";
  const auto d = parse(text);
  ASSERT_TRUE(d);
  const Endpoint rtp{IpAddress::v4(192, 0, 2, 1), 4000};
  EXPECT_EQ(rtcp_endpoint(d->media()[0], rtp).text(), "192.0.2.1:4001");
  EXPECT_EQ(rtcp_endpoint(d->media()[1], rtp).text(), "192.0.2.1:9");
  EXPECT_EQ(rtcp_endpoint(d->media()[2], rtp).text(), "192.0.2.9:9");
  EXPECT_EQ(rtcp_endpoint(d->media()[3], {rtp.address, 65'535}).port, 0);
}

TEST(RtcpFeedback, IsForOnePayloadTypeOrAll) {
  EXPECT_EQ(*RtcpFeedback::parse("* nack pli"), (RtcpFeedback{std::nullopt, "nack", "pli"}));
  EXPECT_EQ(*RtcpFeedback::parse("96 ccm fir"), (RtcpFeedback{std::uint8_t{96}, "ccm", "fir"}));
  for (const auto* bad : {"", "*", "128 nack", "x nack"}) EXPECT_FALSE(RtcpFeedback::parse(bad)) << bad;
}

TEST(Candidate, IsWrittenAsItWasRead) {
  for (const auto* text : {"1 1 UDP 2130706431 203.0.113.141 8998 typ host",
                           "2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998",
                           "3 2 TCP 1 2001:db8::1 9 typ host tcptype active generation 0",
                           "abc+/ 256 udp 1 x.local 0 typ relay raddr 0.0.0.0 rport 0 network-id 1"}) {
    const auto candidate = Candidate::parse(text);
    ASSERT_TRUE(candidate) << text;
    EXPECT_EQ(candidate->text(), text);
  }
  for (const auto* bad : {"", "1 0 UDP 1 a 1 typ host", "1 257 UDP 1 a 1 typ host", "1 1 UDP 0 a 1 typ host",
                          "1 1 UDP 2147483648 a 1 typ host", "1 1 UDP 1 a x typ host", "1 1 UDP 1 a 1 type host",
                          "1 1 UDP 1 a 1 typ", "1 1 UDP 1 a 1 typ host raddr", "1 1 UDP 1 a 1 typ host rport x",
                          "1 1 UDP 1 a 1 typ host one", "a:b 1 UDP 1 a 1 typ host"})
    EXPECT_FALSE(Candidate::parse(bad)) << bad;
}

TEST(IceCredentials, ComeFromTheMediumOrTheSession) {
  const std::string text =
      "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\na=ice-ufrag:8hhY\na=ice-pwd:asd88fgpdd777uzjYhagZg\n"
      "m=audio 4000 RTP/AVP 0\nm=audio 4002 RTP/AVP 0\na=ice-ufrag:other\nm=audio 4002 RTP/AVP 0\na=ice-pwd:short\n";
  const auto d = parse(text);
  EXPECT_EQ(ice_credentials(*d, d->media()[0])->ufrag, "8hhY");
  EXPECT_EQ(ice_credentials(*d, d->media()[1]), (IceCredentials{"other", "asd88fgpdd777uzjYhagZg"}));
  EXPECT_FALSE(ice_credentials(*d, d->media()[2]));
  EXPECT_FALSE(is_ice_ufrag("abc") || is_ice_ufrag("ab c") || is_ice_ufrag(std::string(257, 'a')));
}

TEST(Fingerprint, IsAHashAndItsBytes) {
  constexpr std::string_view kSha1 = "sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB";
  const auto fingerprint = Fingerprint::parse(kSha1);
  ASSERT_TRUE(fingerprint);
  EXPECT_EQ(fingerprint->bytes.size(), 20U);
  EXPECT_EQ(fingerprint->text(), kSha1);
  EXPECT_TRUE(
      fingerprint->matches(*Fingerprint::parse("SHA-1 4a:ad:b9:b1:3f:82:18:3b:54:02:12:df:3e:5d:49:6b:19:e5:7c:ab")));
  EXPECT_FALSE(
      fingerprint->matches(*Fingerprint::parse("SHA-1 4b:ad:b9:b1:3f:82:18:3b:54:02:12:df:3e:5d:49:6b:19:e5:7c:ab")));
  EXPECT_TRUE(Fingerprint::parse("new-hash 00:01"));
  for (const auto* bad : {"", "sha-1", "sha-1 00", "x 0", "x 00:", "x 000", "x 00-01", "x 0g", "x 00:0"})
    EXPECT_FALSE(Fingerprint::parse(bad)) << bad;
}

TEST(Setup, AnswersAreTheOtherRole) {
  for (const auto setup : {Setup::Active, Setup::Passive, Setup::ActPass, Setup::HoldConn})
    EXPECT_EQ(parse_setup(setup_text(setup)), setup);
  EXPECT_FALSE(parse_setup("both"));
  EXPECT_EQ(answer_setup(Setup::Active), Setup::Passive);
  EXPECT_EQ(answer_setup(Setup::Passive), Setup::Active);
  EXPECT_EQ(answer_setup(Setup::ActPass), Setup::Active);
  EXPECT_EQ(answer_setup(Setup::HoldConn), Setup::HoldConn);
  EXPECT_EQ(parse_new_connection("new"), true);
  EXPECT_EQ(parse_new_connection("existing"), false);
  EXPECT_FALSE(parse_new_connection("maybe"));
}

TEST(Grouping, FindsTheMediaOfAGroup) {
  const std::string text =
      "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\na=group:BUNDLE 0 v\nm=audio 4000 RTP/AVP 0\na=mid:0\n"
      "m=video 4002 RTP/AVP 31\na=mid:v\n";
  const auto d = parse(text);
  const auto group = Group::parse(d->session().attribute("group")->value);
  ASSERT_TRUE(group);
  EXPECT_EQ(group->semantics, "BUNDLE");
  EXPECT_THAT(group->mids, ElementsAre("0", "v"));
  EXPECT_EQ(media_of_mid(*d, "v")->type, "video");
  EXPECT_FALSE(media_of_mid(*d, "w"));
  EXPECT_FALSE(Group::parse(""));
}

TEST(Grouping, SourcesExtensionsAndStreams) {
  EXPECT_EQ(*Ssrc::parse("314159 cname:user@example.com"), (Ssrc{314159, "cname", "user@example.com"}));
  EXPECT_EQ(*Ssrc::parse("1 flag"), (Ssrc{1, "flag", ""}));
  for (const auto* bad : {"", "x cname:y", "1", "1 ", "4294967296 a:b"}) EXPECT_FALSE(Ssrc::parse(bad)) << bad;
  EXPECT_EQ(*ExtMap::parse("2/sendrecv http://example.com/082005/ext.htm#xmeta short"),
            (ExtMap{2, Direction::SendRecv, "http://example.com/082005/ext.htm#xmeta", "short"}));
  for (const auto* bad : {"", "0 urn:x", "1", "1/both urn:x", "x urn:x"}) EXPECT_FALSE(ExtMap::parse(bad)) << bad;
  EXPECT_EQ(*Msid::parse("stream track"), (Msid{"stream", "track"}));
  EXPECT_FALSE(Msid::parse(" "));
}

}  // namespace
}  // namespace offhook::sdp
