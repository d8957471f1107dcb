// Digest against the RFCs' own examples, and what the parsers refuse.
#include <gtest/gtest.h>

#include "sip/digest.hpp"
#include "sip/header/authentication_info.hpp"

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
        "Digest realm=\"a\", nonce=\"b\", algorithm=SHA-1", "Digest realm=\"a\", nonce=\"b\", algorithm=\"\"",
        "Digest realm=\"a\", nonce=\"b\", qop=\"auth-conf\"", "Digest realm=\"a\", nonce",
        "Digest realm=\"a\", nonce=\"\"", "Digest realm=\"a\", nonce=\"b\", realm=\"c\"",
        "Digest realm=\"a\", nonce=\"b\", Basic realm=\"c\"", "Digestrealm=\"a\", nonce=\"b\""})
    EXPECT_FALSE(Challenge::parse(text)) << text;
}

TEST(Challenge, allOfAFieldInTheirOrder) {
  struct Case {
    std::string_view field;
    std::vector<std::string> nonces;
  };
  const Case cases[]{
      {"Digest realm=\"r\", nonce=\"1\", algorithm=SHA-256, Digest realm=\"r\", nonce=\"2\"", {"1", "2"}},
      {"Basic realm=\"r\", Digest realm=\"r\", nonce=\"1\"", {"1"}},
      {"Digest realm=\"r\", nonce=\"1\", Basic realm=\"r\"", {"1"}},
      {"Negotiate YIIB/+==, NTLM , Digest realm=\"r\", nonce=\"1\"", {"1"}},
      {"AKAv1-MD5 realm=\"a, Digest realm\", nonce=\"x\",\r\n Digest\r\n realm=\"r, Digest\",nonce=\"1, 2\"", {"1, 2"}},
      {"Digest realm=\"r\", nonce=\"x\", algorithm=AKAv1-MD5, Digest realm=\"r\", nonce=\"1\"", {"1"}},
      {"Digest realm=\"r\", nonce=x y, Digest realm=\"r\", nonce=\"1\"", {"1"}},
      {"Digest realm=\"r\", nonce=\"1\", Digest realm=\"r\", nonce=\"2", {"1"}},
      {"Digest, Digest realm=\"r\",nonce=1,", {"1"}},
      {",, Digest realm=\"r\",nonce=1,,Digest nonce=2 , realm=\"\"", {"1", "2"}},
      {"", {}},
      {"Basic", {}},
      {"Digest realm=\"\\", {}},
  };
  for (const auto& [field, nonces] : cases) {
    std::vector<std::string> found;
    for (const Challenge& challenge : Challenge::parse_all(field)) found.push_back(challenge.nonce);
    EXPECT_EQ(found, nonces) << field;
  }
}

TEST(Challenge, seesEveryParameter) {
  const auto challenge = Challenge::parse(
      "Digest realm=\"a\", domain=\"sip:a sip:b\", nonce=\"n\\\"\\\\\", opaque=\"o\", stale=\"TRUE\", "
      "algorithm=\"sha-512-256-SESS\","
      " qop=auth-int, charset=utf-8, userhash=\"true\", next=thing");
  ASSERT_TRUE(challenge) << challenge.error().text;
  EXPECT_EQ(challenge->domain, "sip:a sip:b");
  EXPECT_EQ(challenge->nonce, "n\"\\");
  EXPECT_EQ(challenge->algorithm, DigestAlgorithm::Sha512_256Sess);
  EXPECT_TRUE(challenge->stale && challenge->qop_auth_int && !challenge->qop_auth && challenge->utf8 &&
              challenge->userhash);
  const auto again = Challenge::parse(challenge->text());
  ASSERT_TRUE(again) << challenge->text();
  EXPECT_EQ(again->text(), challenge->text());
  EXPECT_EQ(again->nonce, challenge->nonce);
}

// Computed with another implementation of the hashes.
TEST(Digest, everyAlgorithmAndQop) {
  struct Case {
    std::string_view algorithm, qop, response, rspauth;
  };
  const Case cases[]{
      {"MD5", "auth", "d842aeb901c6e474dad4af7f84c64e56", "03845a0d37a5119e8b6b10cb2b61665d"},
      {"MD5", "auth-int", "e833d715555b5db557637b4de4a0c03e", "c702c2733542a7745caa955e55d28e78"},
      {"SHA-256", "auth", "6beb7b2bfe7a50d425314e7961c7f01bcd8afed8bf5c87c2f5479d1dca2d498f",
       "f6101aff24b3fd2b6bcab31d08459a77aaa3a5abe64388101ad4c2c1e95bb19f"},
      {"SHA-256", "auth-int", "6512bebd93efa04d8f84514e0414e67871aabe3f3b8e5f552e7afb3c2c492718",
       "1a8a74a9310ffa1f0f3fda1c0e23406795ae009679e7b080320998346c84288d"},
      {"SHA-512-256", "auth", "ff36f0111fa81b909a997021f3a040d2f75674daead33f422a33dbdc6966897e",
       "0907af016c02cca0bc1e3220066efbcbb7db98b56c934e0115c8a06b72ff5966"},
      {"SHA-512-256", "auth-int", "9bf56347c5d105d30b8ee3bdec3ee15368cb6054075f93aa4f1e03ed825d0930",
       "49c55ebcd7313229b52b301c3a409356c5646dbc5b3a1cc1b34215a91a057e9e"},
      {"MD5-sess", "auth", "6cd0cf072b432d52a4a77f23849a0e4b", "8ca8bee75e0bf3fd249532c164325b6d"},
      {"MD5-sess", "auth-int", "90fea1e63fd1ddce2e590f873f5383a5", "3dc46bcff8c97a2ca6681ea937e09292"},
      {"SHA-256-sess", "auth", "989c59a9d2e78eba01b2a3bfb19be08e22adb5d229579775dbdf5f5ab4fa980c",
       "42d183b7e2ba46cbfb7e8040531878e87ceea00c7acaeaa3dcf1bc22b95b0eb4"},
      {"SHA-256-sess", "auth-int", "3bed58eb27620717d813169a6130da5acbb1ec15ff7e3797b1184d5104be1453",
       "3c4e57fa465d71417a124b642b577d8e08b42ca6473e33ca458e2c275f63df11"},
      {"SHA-512-256-sess", "auth", "38b80e2aee2756c7ac8bc072101ab8943971625973b3b010af6825713ac03617",
       "a8293c29ac17c54f15d3ea8e4ec39cd2b6d84166a50d7aca51814c42537f3173"},
      {"SHA-512-256-sess", "auth-int", "b64817fae72b39f8b79c7376720eeb4cd8dd49fb3dd9b5365ca700a3c383711d",
       "b5ada457e9be43f12bd840397767360efaa6f9023d46c2ae2b2af303bc0888e1"},
  };
  for (const auto& [name, qop, response, rspauth] : cases) {
    const auto challenge = Challenge::parse(
        "Digest realm=\"biloxi.example.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", algorithm=" +
        std::string(name) + ", qop=\"" + std::string(qop) + '"');
    ASSERT_TRUE(challenge) << name;
    const std::string key = ha1(challenge->algorithm, "bob", challenge->realm, "zanzibar");
    const RequestFacts request{"INVITE", "sip:bob@biloxi.example.com", "v=0\r\n"};
    const Credentials answer = answer_challenge(*challenge, "bob", key, request, "0a4f113b", 1);
    EXPECT_EQ(answer.response, response) << name << ' ' << qop;
    EXPECT_TRUE(verify(answer, key, "INVITE", "v=0\r\n"));
    EXPECT_EQ(verify(answer, key, "INVITE", "v=1\r\n"), qop == "auth");

    // What the server reads of it, and what it proves in turn.
    const std::string text = answer.text();
    const auto read = CredentialsView::parse(text).and_then(DigestResponse::read);
    ASSERT_TRUE(read) << text;
    Hasher hasher;
    const std::string a1 = is_session(read->algorithm)
                               ? session_key(hasher, read->algorithm, key, read->text.nonce, read->text.cnonce).text()
                               : key;
    EXPECT_EQ(response_digest(hasher, *read, a1, "INVITE", "v=0\r\n").text(), response);
    EXPECT_EQ(response_digest(hasher, *read, a1, "", "").text(), rspauth) << name << ' ' << qop;
  }
}

// RFC 7616 §3.9.2, with the user name and response of its erratum 4897: those printed there are of SHA-512 cut in half.
TEST(Digest, answersTheExampleWithAHashedUser) {
  const auto challenge = Challenge::parse(
      "Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256,"
      " nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", "
      "opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\","
      " charset=UTF-8, userhash=true");
  ASSERT_TRUE(challenge);
  const std::string user = "J\xC3\xA4s\xC3\xB8n Doe";
  const std::string key = ha1(challenge->algorithm, user, challenge->realm, "Secret, or not?");
  const Credentials answer =
      answer_challenge(*challenge, user, key, {"GET", "/doe.json"}, "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v", 1);
  EXPECT_TRUE(answer.userhash);
  EXPECT_EQ(answer.username, "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b");
  EXPECT_EQ(answer.response, "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5");
  const auto received = Credentials::parse(answer.text());
  ASSERT_TRUE(received);
  EXPECT_TRUE(received->userhash);
  EXPECT_EQ(received->username, answer.username);
  EXPECT_EQ(received->opaque, challenge->opaque);

  const auto extended = Credentials::parse(
      "Digest username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, realm=\"api@example.org\", uri=\"/doe.json\", "
      "algorithm=SHA-512-256,"
      " nonce=\"n\", nc=00000001, cnonce=\"c\", qop=auth, response=\"ae\", userhash=false");
  ASSERT_TRUE(extended);
  EXPECT_EQ(extended->username, user);
}

// RFC 8760 §2.6: a message without a body has the hash of the empty string.
TEST(Digest, theHashOfNoBody) {
  EXPECT_EQ(hash_hex(DigestAlgorithm::Sha256, ""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, hashesWhatStandsBetweenQuotesWithoutItsEscapes) {
  const Challenge challenge{"a \"realm\"", "n\\\"n", "", DigestAlgorithm::Sha256, true};
  const std::string key = ha1(challenge.algorithm, "u\"u", challenge.realm, "p");
  const Credentials answer = answer_challenge(challenge, "u\"u", key, {"INVITE", "sip:a"}, "c\\", 1);
  const std::string text = answer.text();
  const auto read = CredentialsView::parse(text).and_then(DigestResponse::read);
  ASSERT_TRUE(read) << text;
  EXPECT_EQ(read->username(), "u\"u");
  Hasher hasher;
  EXPECT_EQ(response_digest(hasher, *read, key, "INVITE", "").text(), answer.response);
}

TEST(Hasher, takesPiecesOfAnySize) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>('a' + i % 26);
  for (const auto algorithm : {DigestAlgorithm::Md5, DigestAlgorithm::Sha256, DigestAlgorithm::Sha512_256}) {
    Hasher hasher;
    for (const std::size_t piece : {1U, 7U, 255U, 256U, 257U, 1000U}) {
      hasher.begin(algorithm);
      for (std::size_t at = 0; at < text.size(); at += piece) hasher.add(std::string_view(text).substr(at, piece));
      EXPECT_EQ(hasher.end().text(), hash_hex(algorithm, text)) << piece;
    }
    Hasher moved = std::move(hasher);
    EXPECT_EQ(moved.hash(algorithm, "a", "b").text(), hash_hex(algorithm, "a:b"));
    moved.begin(algorithm);
    EXPECT_EQ(moved.add_unescaped("\\a\\\"b\\").end().text(), hash_hex(algorithm, "a\"b\\"));
  }
}

TEST(SameDigest, takesHexInAnyCaseAndNothingElse) {
  EXPECT_TRUE(same_digest("00ff", "00FF"));
  EXPECT_FALSE(same_digest("00ff", "00fe"));
  EXPECT_FALSE(same_digest("00ff", "00ff0"));
  EXPECT_FALSE(same_digest("00ff", ""));
  EXPECT_FALSE(same_digest("", ""));
  EXPECT_FALSE(same_digest(std::string(65, '0'), std::string(65, '0')));
}

TEST(Credentials, refuse) {
  const std::string good = "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:a\", response=\"00\"";
  EXPECT_TRUE(Credentials::parse(good));
  EXPECT_EQ(Credentials::parse(good + ", qop=auth, cnonce=\"c\", nc=0000000A")->nc, 10);
  for (const auto* more : {", qop=\"auth\", cnonce=\"c\", nc=\"00000001\"", ", qop=auth-int, cnonce=c, nc=1", ", nc=x",
                           ", algorithm=\"md5\"", ", algorithm=MD5-sess, cnonce=c", ", userhash=true"})
    EXPECT_TRUE(Credentials::parse(good + more)) << more;
  for (const auto* more :
       {", qop=auth", ", qop=auth, nc=00000001", ", qop=auth, cnonce=\"\", nc=00000001", ", qop=auth, cnonce=\"c\"",
        ", qop=auth, cnonce=\"c\", nc=", ", qop=auth, cnonce=\"c\", nc=x", ", qop=auth, cnonce=\"c\", nc=100000000",
        ", qop=auth, cnonce=\"c\", nc=-1", ", qop=auth-conf, cnonce=\"c\", nc=00000001",
        ", qop=\"\", cnonce=\"c\", nc=00000001", ", algorithm=none", ", algorithm=MD5-sess", ", userhash=perhaps",
        ", username*=UTF-8''u", ", realm=\"r\"", ", Digest a=b"})
    EXPECT_FALSE(Credentials::parse(good + more)) << more;
  for (const auto* without :
       {"Digest realm=\"r\", nonce=\"n\", uri=\"sip:a\", response=\"00\"",
        "Digest username=\"u\", nonce=\"n\", uri=\"sip:a\", response=\"00\"",
        "Digest username=\"u\", realm=\"r\", uri=\"sip:a\", response=\"00\"",
        "Digest username=\"u\", realm=\"r\", nonce=\"n\", response=\"00\"",
        "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:a\"",
        "Digest username*=UTF-8''u, userhash=true, realm=\"r\", nonce=\"n\", uri=\"sip:a\", response=\"00\""})
    EXPECT_FALSE(Credentials::parse(without)) << without;
}

TEST(AuthenticationInfo, goesThereAndBack) {
  AuthenticationInfo info;
  info.qop = "auth";
  info.rspauth = "6629fae4";
  info.cnonce = "0a4f113b";
  info.nc = "00000001";
  info.nextnonce = "47364c23";
  const std::string text = info.text();
  EXPECT_EQ(text, R"(qop=auth, rspauth="6629fae4", cnonce="0a4f113b", nc=00000001, nextnonce="47364c23")");
  const auto back = AuthenticationInfo::parse(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->text(), text);
  // RFC 3261 §20.6
  EXPECT_EQ(AuthenticationInfo::parse("nextnonce=\"47364c23432d2e131a5fb210812c\"")->nextnonce,
            "47364c23432d2e131a5fb210812c");
  EXPECT_TRUE(AuthenticationInfo::parse(""));
  for (const auto* bad : {"nextnonce", "nextnonce=\"a", "nc=1, nc=2", "Digest nc=1"})
    EXPECT_FALSE(AuthenticationInfo::parse(bad)) << bad;
}

TEST(Hasher, remembersWhatIsPublic) {
  Hasher hasher;
  const auto hash = [&](DigestAlgorithm algorithm, std::string_view text) {
    hasher.begin(algorithm);
    const HexDigest out = hasher.add(text).end_of_public();
    return out.text();
  };
  const std::string longer(97, 'x'), longest(1000, 'y');
  for (int round = 0; round < 2; ++round)
    for (const std::string& text : {std::string("REGISTER:sip:a"), std::string("REGISTER:sip:b"), std::string(),
                                    std::string(96, 'x'), longer, longest})
      for (const auto algorithm : {DigestAlgorithm::Md5, DigestAlgorithm::Sha256, DigestAlgorithm::Sha512_256})
        for (int again = 0; again < 2; ++again)
          EXPECT_EQ(hash(algorithm, text), hash_hex(algorithm, text)) << text << round << again;
  // What is hashed in between is not mixed up with it.
  const std::string first = hash(DigestAlgorithm::Md5, "A2");
  EXPECT_EQ(hasher.hash(DigestAlgorithm::Md5, "A1").text(), hash_hex(DigestAlgorithm::Md5, "A1"));
  EXPECT_EQ(hash(DigestAlgorithm::Md5, "A2"), first);
}

TEST(NonceMaker, knowsItsOwn) {
  const NonceMaker maker("secret");
  const std::string nonce = maker.make(0x1234567890abcdef, 42);
  EXPECT_EQ(nonce.size(), NonceMaker::kLength);
  // As OpenSSL's SIPHASH has it, with the first half of SHA-256 of the secret for its key.
  EXPECT_EQ(nonce, "1234567890abcdef000000000000002add07ef8d4c0f5f06a605202ad59b531a");
  EXPECT_EQ(maker.check(nonce), (NonceMaker::Nonce{0x1234567890abcdef, 42}));
  EXPECT_EQ(NonceMaker("secret").check(nonce), maker.check(nonce));
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
