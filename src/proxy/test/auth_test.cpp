// Digest at the registrar and at the proxy, in every form that the RFCs have, and what an attacker tries. RFC 3261 §22,
// RFC 7616, RFC 8760.
#include "auth/replay_window.hpp"
#include "harness.hpp"
#include "sip/header/authentication_info.hpp"

namespace offhook::proxy::test {
namespace {

using sip::DigestAlgorithm;
using sip::HeaderId;

const Endpoint kAlice = party(11);

Config with_digest(std::vector<DigestAlgorithm> algorithms = {DigestAlgorithm::Sha256, DigestAlgorithm::Md5}) {
  auto config = World::default_config();
  config.authenticate = true;
  config.digest = std::move(algorithms);
  return config;
}

// A client that registers 1001, and lets a test bend each request.
class Client {
 public:
  explicit Client(Config config) : world(std::move(config)) {}

  Draft request() {
    Draft draft;
    draft.method = "REGISTER";
    draft.uri = "sip:example.test";
    draft.from = "<sip:1001@example.test>;tag=r";
    draft.to = "<sip:1001@example.test>";
    draft.cseq = ++cseq_;
    draft.branch = "z9hG4bKauth" + std::to_string(cseq_);
    draft.headers = {"Contact: <sip:1001@192.0.2.11>"};
    return draft;
  }
  sip::Message send(Draft draft, const std::string& credentials) {
    if (!credentials.empty()) draft.headers.push_back("Authorization: " + credentials);
    world.send(kAlice, draft);
    return world.take(kAlice);
  }
  // The first challenge of a request without credentials.
  sip::Challenge challenge() { return challenge_of(send(request(), "")); }
  static sip::Challenge challenge_of(const sip::Message& response) {
    EXPECT_EQ(response.status(), 401) << response.bytes();
    return sip::Challenge::parse(value(response, HeaderId::WwwAuthenticate)).value_or(sip::Challenge{});
  }
  sip::Credentials answer(const sip::Challenge& challenge, std::uint32_t nc = 1, std::string_view cnonce = "c0") {
    const std::string ha1 = sip::ha1(challenge.algorithm, user, challenge.realm, password);
    return sip::answer_challenge(challenge, user, ha1, {"REGISTER", "sip:example.test"}, cnonce, nc);
  }
  sip::Message attempt(const sip::Challenge& challenge, std::uint32_t nc = 1, std::string_view cnonce = "c0") {
    return send(request(), answer(challenge, nc, cnonce).text());
  }

  World world;
  std::string user = "1001", password = "secret-1001";

 private:
  std::uint32_t cseq_ = 0;
};

class EveryAlgorithm : public testing::TestWithParam<DigestAlgorithm> {};

TEST_P(EveryAlgorithm, IsOfferedWithBothQopsAndTaken) {
  auto config = with_digest({GetParam()});
  config.qop = {sip::Qop::Auth, sip::Qop::AuthInt};
  Client client(config);
  auto challenge = client.challenge();
  EXPECT_EQ(challenge.algorithm, GetParam());
  EXPECT_TRUE(challenge.qop_auth && challenge.qop_auth_int && challenge.utf8 && !challenge.userhash);
  EXPECT_EQ(client.attempt(challenge).status(), 200);
  challenge.qop_auth = false;
  EXPECT_EQ(client.attempt(challenge, 2).status(), 200);
  client.password = "guess";
  EXPECT_EQ(client.attempt(challenge, 3).status(), 401);
}
INSTANTIATE_TEST_SUITE_P(All, EveryAlgorithm,
                         testing::Values(DigestAlgorithm::Md5, DigestAlgorithm::Sha256, DigestAlgorithm::Sha512_256,
                                         DigestAlgorithm::Md5Sess, DigestAlgorithm::Sha256Sess,
                                         DigestAlgorithm::Sha512_256Sess));

TEST(Auth, EachAlgorithmIsOfferedOnceInItsOrder) {
  Client client(with_digest({DigestAlgorithm::Sha512_256, DigestAlgorithm::Md5, DigestAlgorithm::Sha512_256}));
  const auto refusal = client.send(client.request(), "");
  std::vector<DigestAlgorithm> offered;
  for (const std::string_view field : refusal.values(HeaderId::WwwAuthenticate))
    offered.push_back(sip::Challenge::parse(field)->algorithm);
  EXPECT_EQ(offered, (std::vector{DigestAlgorithm::Sha512_256, DigestAlgorithm::Md5}));
}

TEST(Auth, IntegrityCoversTheBody) {
  auto config = with_digest();
  config.qop = {sip::Qop::AuthInt};
  Client client(config);
  auto challenge = client.challenge();
  EXPECT_FALSE(challenge.qop_auth);
  auto weaker = challenge;
  weaker.qop_auth = true;
  EXPECT_EQ(client.attempt(weaker).status(), 401);
  weaker.qop_auth = weaker.qop_auth_int = false;
  EXPECT_EQ(client.attempt(weaker).status(), 401);
  const std::string ha1 = sip::ha1(challenge.algorithm, "1001", challenge.realm, "secret-1001");
  const auto with_body = [&](std::string_view signed_body, std::string sent_body, std::uint32_t nc) {
    auto draft = client.request();
    draft.body = std::move(sent_body);
    return client.send(
        draft,
        sip::answer_challenge(challenge, "1001", ha1, {"REGISTER", "sip:example.test", signed_body}, "c", nc).text());
  };
  EXPECT_EQ(with_body("hello", "hellO", 1).status(), 401);
  const auto ok = with_body("hello", "hello", 1);
  EXPECT_EQ(ok.status(), 200);
  // The server proves itself in turn, over the empty body of its 200.
  const std::string field = value(ok, HeaderId::AuthenticationInfo);
  const auto info = sip::AuthenticationInfo::parse(field);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->qop, "auth-int");
  EXPECT_EQ(info->nc, "00000001");
  const std::string a2 =
      sip::hash_hex(challenge.algorithm, ":sip:example.test:" + sip::hash_hex(challenge.algorithm, std::string_view{}));
  EXPECT_EQ(info->rspauth,
            sip::hash_hex(challenge.algorithm, ha1 + ":" + challenge.nonce + ":00000001:c:auth-int:" + a2));
}

TEST(Auth, WithoutQopANonceIsGoodOnceAndTheNextOneComesAlong) {
  Client client(with_digest());
  auto challenge = client.challenge();
  challenge.qop_auth = false;
  const auto ok = client.attempt(challenge);
  ASSERT_EQ(ok.status(), 200);
  EXPECT_TRUE(Client::challenge_of(client.attempt(challenge)).stale);
  const std::string field = value(ok, HeaderId::AuthenticationInfo);
  const auto info = sip::AuthenticationInfo::parse(field);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->rspauth.data(), nullptr);
  challenge.nonce = info->nextnonce;
  EXPECT_EQ(client.attempt(challenge).status(), 200);
}

TEST(Auth, ANonceGetsItsSuccessorBeforeItEnds) {
  Client client(with_digest());
  auto challenge = client.challenge();
  EXPECT_EQ(client.attempt(challenge, 1).count(HeaderId::AuthenticationInfo), 0U);
  // For an hour, a phone that takes what it is given is never challenged again.
  for (std::uint32_t nc = 2, minute = 0; minute < 60; ++minute, ++nc) {
    client.world.advance(minutes(1));
    const auto ok = client.attempt(challenge, nc);
    ASSERT_EQ(ok.status(), 200) << minute;
    const auto field = ok.find(HeaderId::AuthenticationInfo);
    if (!field) continue;
    const auto info = sip::AuthenticationInfo::parse(*field);
    ASSERT_TRUE(info);
    EXPECT_EQ(info->cnonce, "c0");
    EXPECT_EQ(info->qop, "auth");
    challenge.nonce = info->nextnonce;
    nc = 0;
  }
  EXPECT_EQ(client.world.core->counters().challenges, 1U);
}

TEST(Auth, WhoWaitsForTheStoreIsToldSomethingToo) {
  auto config = with_digest();
  config.qop = {sip::Qop::AuthInt};  // asks for the proof each time
  Client client(config);
  const auto challenge = client.challenge();
  client.world.hold_store = true;
  for (const std::uint32_t nc : {1U, 2U}) {
    Draft draft = client.request();
    draft.headers.push_back("Authorization: " + client.answer(challenge, nc).text());
    client.world.send(kAlice, draft);
  }
  for (const char* which : {"under way", "waiting for that one"}) {
    client.world.release_store(true);
    const auto ok = client.world.take(kAlice);
    ASSERT_EQ(ok.status(), 200) << which;
    EXPECT_EQ(ok.count(HeaderId::AuthenticationInfo), 1U) << which;
  }
}

// Alice asks the proxy to forward a MESSAGE to Bob, who answers it.
class Forwarded {
 public:
  explicit Forwarded(Config config) : world(std::move(config)) {
    world.register_user("1002", kBob, "<sip:1002@192.0.2.12>");
    world.forget_all();
  }
  Draft request() {
    Draft draft;
    draft.method = "MESSAGE";
    draft.cseq = ++cseq_;
    draft.branch = "z9hG4bKforwarded" + std::to_string(cseq_);
    return draft;
  }
  sip::Challenge challenge() {
    world.send(kAlice, request());
    return sip::Challenge::parse(value(world.expect(kAlice, 407), HeaderId::ProxyAuthenticate))
        .value_or(sip::Challenge{});
  }
  // What Alice gets when Bob answers that with `body` and `headers`.
  sip::Message answered(const sip::Challenge& challenge, std::uint32_t nc, std::string_view body = {}, int status = 200,
                        std::vector<std::string> headers = {}) {
    auto draft = request();
    const std::string ha1 = sip::ha1(challenge.algorithm, "1001", challenge.realm, "secret-1001");
    const auto credentials = sip::answer_challenge(challenge, "1001", ha1, {"MESSAGE", draft.uri}, "c0", nc);
    draft.headers = {"Proxy-Authorization: " + credentials.text()};
    world.send(kAlice, draft);
    auto reply = World::response(world.expect(kBob, "MESSAGE"), status, kBob, std::move(headers));
    const std::string_view empty = "Content-Length: 0\r\n\r\n";
    reply.resize(reply.size() - empty.size());
    reply += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
    world.send(kBob, reply);
    return world.expect(kAlice, status);
  }
  // Its Proxy-Authentication-Info fields.
  static std::vector<std::string> information(const sip::Message& response) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < response.header_count(); ++i)
      if (response.header(i).name == "Proxy-Authentication-Info") out.emplace_back(response.header(i).value);
    return out;
  }

  World world;

 private:
  static constexpr Endpoint kBob{IpAddress::v4(192, 0, 2, 12), 5060};
  std::uint32_t cseq_ = 0;
};

TEST(Auth, RegistrationsAloneMayBeChallenged) {
  auto config = with_digest();
  config.authenticate_calls = false;
  Client client(config);
  client.challenge();
  Draft call;
  call.method = "MESSAGE";
  client.world.send(kAlice, call);
  client.world.expect(kAlice, 480);  // 1002 is not registered; it was not asked who calls
}

TEST(Auth, CallsAloneMayBeChallenged) {
  auto config = with_digest();
  config.authenticate_registrations = false;
  Forwarded alice(config);  // its registration of Bob has no credentials
  const auto challenge = alice.challenge();
  EXPECT_EQ(alice.answered(challenge, 1).status(), 200);
  Client client(config);
  EXPECT_EQ(client.send(client.request(), "").status(), 200);
}

TEST(Auth, TheProxyGivesTheNextNonceWithA2xx) {
  Forwarded alice(with_digest());
  auto challenge = alice.challenge();
  EXPECT_TRUE(Forwarded::information(alice.answered(challenge, 1)).empty()) << "nothing to say";
  std::size_t renewed = 0;
  for (std::uint32_t nc = 2, minute = 0; minute < 50; ++minute, ++nc) {
    alice.world.advance(minutes(1));
    // Another proxy behind ours has a word with its own client only.
    const auto ok = alice.answered(challenge, nc, {}, 200, {"Proxy-Authentication-Info: cnonce=\"x\""});
    const auto fields = Forwarded::information(ok);
    ASSERT_GE(fields.size(), 1U);
    EXPECT_EQ(fields[0], "cnonce=\"x\"");
    EXPECT_EQ(ok.count(HeaderId::AuthenticationInfo), 0U);
    if (fields.size() == 1) continue;
    const auto info = sip::AuthenticationInfo::parse(fields[1]);
    ASSERT_TRUE(info);
    EXPECT_EQ(info->cnonce, "c0");
    challenge.nonce = info->nextnonce;
    nc = 0;
    ++renewed;
  }
  EXPECT_GT(renewed, 5U);
}

TEST(Auth, TheProxyProvesItselfOverTheBodyThatItForwards) {
  auto config = with_digest();
  config.qop = {sip::Qop::AuthInt};
  Forwarded alice(config);
  const auto challenge = alice.challenge();
  EXPECT_TRUE(Forwarded::information(alice.answered(challenge, 1, "busy", 486)).empty()) << "a 2xx says it";
  const auto fields = Forwarded::information(alice.answered(challenge, 2, "hello"));
  ASSERT_EQ(fields.size(), 1U);
  const auto info = sip::AuthenticationInfo::parse(fields[0]);
  ASSERT_TRUE(info);
  const std::string ha1 = sip::ha1(challenge.algorithm, "1001", challenge.realm, "secret-1001");
  const std::string a2 = sip::hash_hex(
      challenge.algorithm, ":sip:1002@example.test:" + sip::hash_hex(challenge.algorithm, std::string_view("hello")));
  EXPECT_EQ(info->rspauth,
            sip::hash_hex(challenge.algorithm, ha1 + ":" + challenge.nonce + ":00000002:c0:auth-int:" + a2));
}

TEST(Auth, ASessionIsBoundToItsFirstCnonce) {
  Client client(with_digest({DigestAlgorithm::Sha256Sess}));
  const auto challenge = client.challenge();
  ASSERT_EQ(client.attempt(challenge, 1, "first").status(), 200);
  EXPECT_EQ(client.attempt(challenge, 2, "first").status(), 200);
  EXPECT_EQ(client.attempt(challenge, 3, "a new key for each").status(), 200);
  // As the RFC has it: another cnonce, and the key of the first.
  auto credentials = client.answer(challenge, 4, "other");
  sip::Hasher hasher;
  const std::string ha1 = sip::ha1(DigestAlgorithm::Sha256, "1001", kDomain, "secret-1001");
  const std::string key = sip::session_key(hasher, DigestAlgorithm::Sha256Sess, ha1, challenge.nonce, "first").text();
  const std::string text = credentials.text();
  const auto read = sip::CredentialsView::parse(text).and_then(sip::DigestResponse::read);
  credentials.response = sip::response_digest(hasher, *read, key, "REGISTER", "").text();
  EXPECT_EQ(client.send(client.request(), credentials.text()).status(), 200);
  // Its key does not outlive the nonce.
  client.world.advance(seconds(200));
  EXPECT_EQ(client.attempt(challenge, 5, "first").count(HeaderId::AuthenticationInfo), 0U);
}

TEST(Auth, UsersAreFoundByTheirHash) {
  for (const auto algorithm : {DigestAlgorithm::Md5, DigestAlgorithm::Sha256, DigestAlgorithm::Sha512_256Sess}) {
    auto config = with_digest({algorithm});
    config.userhash = true;
    Client client(config);
    const auto challenge = client.challenge();
    EXPECT_TRUE(challenge.userhash);
    auto credentials = client.answer(challenge);
    EXPECT_TRUE(credentials.userhash);
    EXPECT_EQ(credentials.text().find("1001"), std::string::npos);
    EXPECT_EQ(client.send(client.request(), credentials.text()).status(), 200);
    // In clear is fine too; the hash of nobody is not, nor a hash that is called a name.
    auto clear = challenge;
    clear.userhash = false;
    EXPECT_EQ(client.attempt(clear, 2).status(), 200);
    client.user = "9999";
    EXPECT_EQ(client.attempt(challenge, 3).status(), 401);
    credentials.userhash = false;
    EXPECT_EQ(client.send(client.request(), credentials.text()).status(), 401);
  }
  // Where it was not offered.
  Client client(with_digest());
  auto challenge = client.challenge();
  challenge.userhash = true;
  EXPECT_EQ(client.attempt(challenge).status(), 401);
}

TEST(Auth, AUserComesInByTheHashesThatAreKnown) {
  auto config = with_digest();
  config.users.front().ha1.at(sip::hash_index(DigestAlgorithm::Sha256)).clear();
  Client client(config);
  const auto refusal = client.send(client.request(), "");
  EXPECT_EQ(refusal.count(HeaderId::WwwAuthenticate), 2U) << "nobody learns whom we know how";
  auto challenge = Client::challenge_of(refusal);
  EXPECT_EQ(client.attempt(challenge).status(), 401);
  // An empty HA1 is not a password.
  sip::Credentials forged = sip::answer_challenge(challenge, "1001", "", {"REGISTER", "sip:example.test"}, "c", 1);
  EXPECT_EQ(client.send(client.request(), forged.text()).status(), 401);
  challenge.algorithm = DigestAlgorithm::Md5;
  EXPECT_EQ(client.attempt(challenge).status(), 200);
}

TEST(Auth, AnswersDoNotTellWhichUsersThereAre) {
  Client known(with_digest()), unknown(with_digest());
  known.password = unknown.password = "guess";
  unknown.user = "9999";
  const auto a = known.attempt(known.challenge()), b = unknown.attempt(unknown.challenge());
  EXPECT_EQ(a.bytes(), b.bytes());
}

TEST(Auth, AReplayIsRefusedAsLongAsItsNonceLives) {
  Client client(with_digest());
  const auto challenge = client.challenge();
  const std::string overheard = client.answer(challenge).text();
  ASSERT_EQ(client.send(client.request(), overheard).status(), 200);
  for (const auto wait : {milliseconds(0), milliseconds(1000), milliseconds(299500), milliseconds(700)}) {
    client.world.advance(wait);
    EXPECT_TRUE(Client::challenge_of(client.send(client.request(), overheard)).stale) << wait.count();
  }
}

TEST(Auth, AReplayWithAnotherMethodOrCountIsNoCredential) {
  Client client(with_digest());
  const auto challenge = client.challenge();
  auto credentials = client.answer(challenge);
  credentials.nc = 2;
  EXPECT_FALSE(Client::challenge_of(client.send(client.request(), credentials.text())).stale);
  Draft invite;
  invite.headers = {"Proxy-Authorization: " + client.answer(challenge).text()};
  client.world.send(kAlice, invite);
  const auto refusal = client.world.expect(kAlice, 407);
  EXPECT_FALSE(sip::Challenge::parse(value(refusal, HeaderId::ProxyAuthenticate))->stale);
}

TEST(Auth, MalformedCredentialsAreABadRequest) {
  Client client(with_digest());
  const auto challenge = client.challenge();
  const std::string good = client.answer(challenge).text();
  const auto without = [&](std::string_view part) {
    std::string out = good;
    const auto at = out.find(part);
    EXPECT_NE(at, std::string::npos) << part;
    return out.replace(at, out.find(',', at) == std::string::npos ? std::string::npos : out.find(',', at) - at, "x=y");
  };
  for (const auto* part : {"username=", "nonce=", "uri=", "response=", "cnonce=", "nc="})
    EXPECT_EQ(client.send(client.request(), without(part)).status(), 400) << part;
  // What is not for us, or cannot be read at all, is as if it were not there.
  for (const auto& text :
       {without("realm="), std::string("Basic dTpw"), good + ", realm=\"x\"", good + "\"", std::string("Digest")})
    EXPECT_EQ(client.send(client.request(), text).status(), 401) << text;
  EXPECT_EQ(client.world.core->counters().bad_credentials, 6U);
  // RFC 8760 §2.7: nothing to answer yet.
  EXPECT_EQ(
      client
          .send(client.request(),
                "Digest username=\"1001\", realm=\"example.test\", nonce=\"\", uri=\"sip:example.test\", response=\"\"")
          .status(),
      401);
  EXPECT_EQ(client.world.core->counters().bad_credentials, 6U);
  EXPECT_EQ(client.send(client.request(), good).status(), 200);
}

TEST(Auth, TakesQuotesThatBadPeersAdd) {
  Client client(with_digest({DigestAlgorithm::Md5}));
  std::string text = client.answer(client.challenge()).text();
  for (const auto* value : {"algorithm=MD5", "qop=auth", "nc=00000001"}) {
    const auto at = text.find(value), equals = text.find('=', at) + 1;
    text.insert(at + std::string_view(value).size(), "\"").insert(equals, "\"");
  }
  EXPECT_NE(text.find("nc=\"00000001\""), std::string::npos);
  EXPECT_EQ(client.send(client.request(), text).status(), 200);
}

TEST(Auth, TheRightOneOfSeveralCredentialsCounts) {
  Client client(with_digest());
  const auto challenge = client.challenge();
  auto draft = client.request();
  auto wrong = client.answer(challenge);
  wrong.response.front() = wrong.response.front() == '0' ? '1' : '0';
  auto elsewhere = client.answer(challenge);
  elsewhere.realm = "elsewhere";
  draft.headers.push_back("Authorization: " + elsewhere.text());
  draft.headers.push_back("Authorization: " + wrong.text());
  draft.headers.push_back("Proxy-Authorization: " + client.answer(challenge).text());
  EXPECT_EQ(client.send(draft, client.answer(challenge).text()).status(), 200);
}

struct UriCase {
  const char* name;
  const char* digest_uri;
  int status;
};
class DigestUri : public testing::TestWithParam<UriCase> {};

// RFC 8760 §2.6 number 6.
TEST_P(DigestUri, IsTheRequestUriOrOneThatWeServe) {
  Client client(with_digest());
  const auto challenge = client.challenge();
  const std::string ha1 = sip::ha1(challenge.algorithm, "1001", challenge.realm, "secret-1001");
  const auto credentials = sip::answer_challenge(challenge, "1001", ha1, {"REGISTER", GetParam().digest_uri}, "c", 1);
  EXPECT_EQ(client.send(client.request(), credentials.text()).status(), GetParam().status);
}
INSTANTIATE_TEST_SUITE_P(
    All, DigestUri,
    testing::Values(UriCase{"Same", "sip:example.test", 200}, UriCase{"Equivalent", "SIP:EXAMPLE.test", 200},
                    UriCase{"OurSocket", "sip:192.0.2.1:5060", 200}, UriCase{"OurUser", "sip:1001@example.test", 200},
                    UriCase{"Elsewhere", "sip:elsewhere.example", 400}, UriCase{"NoUri", "example.test", 400}),
    [](const auto& i) { return i.param.name; });

// RFC 3261 §22.1.
TEST(Auth, CancelIsNotChallenged) {
  Client client(with_digest());
  World& world = client.world;
  client.attempt(client.challenge());
  Draft invite;
  invite.uri = "sip:1001@example.test";
  world.send(kAlice, invite);
  const auto challenge = world.expect(kAlice, 407);
  Draft ack = invite;
  ack.method = "ACK";
  ack.to = value(challenge, HeaderId::To);
  world.send(kAlice, ack);
  invite.cseq = 2;
  invite.branch += "b";
  invite.headers = {"Proxy-Authorization: " + World::credentials(challenge, invite, "1001", "secret-1001")};
  world.send(kAlice, invite);
  world.expect(kAlice, 100);
  world.expect(kAlice, "INVITE");
  Draft cancel = invite;
  cancel.method = "CANCEL";
  cancel.headers.clear();
  world.send(kAlice, cancel);
  world.expect(kAlice, 200);
}

}  // namespace
}  // namespace offhook::proxy::test
