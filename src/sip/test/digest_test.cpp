// Digest against the RFCs' own examples, and what the parsers refuse.
#include <gtest/gtest.h>

#include "sip/digest.hpp"

namespace offhook::sip {
namespace {

// RFC 7616 §3.9.1
constexpr std::string_view kNonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
constexpr std::string_view kCnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

Challenge http_challenge(std::string_view algorithm) {
  const auto challenge = Challenge::parse(
      "Digest\r\n realm=\"http-auth@example.org\",\r\n qop=\"auth, auth-int\", algorithm=" + std::string(algorithm) +
      ", nonce=\"" + std::string(kNonce) + "\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"");
  EXPECT_TRUE(challenge);
  return *challenge;
}

Credentials http_answer(const Challenge& challenge) {
  const std::string key = ha1(challenge.algorithm, "Mufasa", challenge.realm, "Circle of Life");
  return answer_challenge(challenge, "Mufasa", key, {"GET", "/dir/index.html"}, kCnonce, 1);
}

TEST(Hashes, areTheStandardsOwn) {
  EXPECT_EQ(hash_hex(DigestAlgorithm::Md5, ""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hash_hex(DigestAlgorithm::Sha256, "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash_hex(DigestAlgorithm::Sha512_256, "abc"),
            "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
  EXPECT_EQ(nonce_count_text(0x1f), "0000001f");
}

TEST(Digest, answersTheExampleWithMd5) {
  EXPECT_EQ(http_answer(http_challenge("MD5")).response, "8ca523f5e9506fed4657c9700eebdbec");
}

TEST(Digest, answersTheExampleWithSha256) {
  EXPECT_EQ(http_answer(http_challenge("SHA-256")).response,
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

TEST(Digest, answersTheExampleOfRfc2617) {
  const auto challenge = Challenge::parse(
      "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\","
      " opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");
  ASSERT_TRUE(challenge);
  const std::string key = ha1(DigestAlgorithm::Md5, "Mufasa", challenge->realm, "Circle Of Life");
  const Credentials answer = answer_challenge(*challenge, "Mufasa", key, {"GET", "/dir/index.html"}, "0a4f113b", 1);
  EXPECT_EQ(answer.response, "6629fae49393a05397450978507c4ef1");
  EXPECT_EQ(answer.opaque, "5ccc069c403ebaf9f0171e9517f40e41");
}

TEST(Digest, answersWithoutQopAsRfc2069Did) {
  const auto challenge = Challenge::parse("Digest realm=\"r\", nonce=\"n\"");
  ASSERT_TRUE(challenge);
  const Credentials answer = answer_challenge(*challenge, "u", "key", {"REGISTER", "sip:r"}, "unused", 5);
  EXPECT_EQ(answer.response,
            hash_hex(DigestAlgorithm::Md5, "key:n:" + hash_hex(DigestAlgorithm::Md5, "REGISTER:sip:r")));
  EXPECT_EQ(answer.nc, std::nullopt);
  EXPECT_EQ(answer.cnonce, "");
}

TEST(Digest, verifiesWhatTheClientWroteAndNothingElse) {
  for (const auto* algorithm : {"MD5", "SHA-256", "SHA-512-256"}) {
    const Challenge challenge = http_challenge(algorithm);
    const auto received = Credentials::parse(http_answer(challenge).text());
    ASSERT_TRUE(received) << received.error().text;
    const std::string key = ha1(challenge.algorithm, "Mufasa", challenge.realm, "Circle of Life");
    EXPECT_TRUE(verify(*received, key, "GET"));
    EXPECT_FALSE(verify(*received, key, "PUT"));
    EXPECT_FALSE(verify(*received, ha1(challenge.algorithm, "Mufasa", challenge.realm, "other"), "GET"));
    Credentials changed = *received;
    changed.uri = "/other";
    EXPECT_FALSE(verify(changed, key, "GET"));
    changed = *received;
    changed.nc = 2;
    EXPECT_FALSE(verify(changed, key, "GET"));
    changed = *received;
    changed.response.pop_back();
    EXPECT_FALSE(verify(changed, key, "GET"));
  }
}

TEST(Challenge, goesThereAndBack) {
  const Challenge challenge{"a \"realm\"", "nonce", "opaque", DigestAlgorithm::Sha512_256, true, true};
  EXPECT_EQ(
      challenge.text(),
      R"(Digest realm="a \"realm\"", nonce="nonce", opaque="opaque", algorithm=SHA-512-256, qop="auth", stale=true)");
  const auto back = Challenge::parse(challenge.text());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->realm, challenge.realm);
  EXPECT_EQ(back->opaque, "opaque");
  EXPECT_EQ(back->algorithm, DigestAlgorithm::Sha512_256);
  EXPECT_TRUE(back->qop_auth);
  EXPECT_TRUE(back->stale);
}

TEST(Challenge, takesTheExampleOfRfc3665) {
  const auto challenge = Challenge::parse(
      "Digest realm=\"atlanta.example.com\", qop=\"auth\",\r\n nonce=\"ea9c8e88df84f1cec4341ae6cbe5a359\",\r\n "
      "opaque=\"\", stale=FALSE, algorithm=MD5");
  ASSERT_TRUE(challenge);
  EXPECT_EQ(challenge->realm, "atlanta.example.com");
  EXPECT_TRUE(challenge->qop_auth);
  EXPECT_FALSE(challenge->stale);
}

TEST(Challenge, refuses) {
  for (const auto* text :
       {"", "Digest", "Basic realm=\"a\"", "NoOneKnowsThisScheme opaque-data=here", "Digest realm=\"a\"",
        "Digest nonce=\"a\"", "Digest realm=\"a\", nonce=\"b", "Digest realm=\"a\" nonce=\"b\"",
        "Digest realm=\"a\", nonce=\"b\", algorithm=SHA-1", "Digest realm=\"a\", nonce=\"b\", algorithm=MD5-sess",
        "Digest realm=\"a\", nonce=\"b\", qop=\"auth-int\"", "Digest realm=\"a\", nonce",
        "Digestrealm=\"a\", nonce=\"b\""})
    EXPECT_FALSE(Challenge::parse(text)) << text;
}

TEST(Credentials, refuse) {
  const std::string good = "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:a\", response=\"00\"";
  EXPECT_TRUE(Credentials::parse(good));
  EXPECT_TRUE(Credentials::parse(good + ", qop=auth, cnonce=\"c\", nc=0000000A"));
  EXPECT_EQ(Credentials::parse(good + ", qop=auth, cnonce=\"c\", nc=0000000A")->nc, 10);
  for (const auto* more :
       {", qop=auth", ", qop=auth-int, nc=00000001", ", nc=x", ", nc=", ", algorithm=none", ", nc=100000000"})
    EXPECT_FALSE(Credentials::parse(good + more)) << more;
  EXPECT_FALSE(Credentials::parse("Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:a\""));
  EXPECT_FALSE(Credentials::parse("Digest username=\"u\", nonce=\"n\", uri=\"sip:a\", response=\"00\""));
}

TEST(NonceMaker, knowsItsOwn) {
  const NonceMaker maker("secret");
  const std::string nonce = maker.make(0x1234567890abcdef, 42);
  EXPECT_EQ(maker.check(nonce), 0x1234567890abcdef);
  EXPECT_NE(maker.make(1, 1), maker.make(1, 2));
  EXPECT_EQ(NonceMaker("other").check(nonce), std::nullopt);
  for (std::size_t i = 0; i < nonce.size(); ++i) {
    std::string forged = nonce;
    forged[i] = forged[i] == '0' ? '1' : '0';
    EXPECT_EQ(maker.check(forged), std::nullopt) << i;
  }
  EXPECT_EQ(maker.check(""), std::nullopt);
  EXPECT_EQ(maker.check(nonce + "0"), std::nullopt);
}

}  // namespace
}  // namespace offhook::sip
