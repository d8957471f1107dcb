// The client's side of digest against a server that asks in every way the RFCs allow: algorithms, qop, several
// challenges, several realms, stale nonces, Authentication-Info. RFC 3261 §22, RFC 7616, RFC 8760.
#include "sip/digest.hpp"

#include "sip/header/authentication_info.hpp"
#include "sip/header/numbers.hpp"
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using sip::HeaderId;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Answers each request by what the test has planned; keeps what it got.
class Server : public Peer {
 public:
  struct Step {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> fields;
  };

  explicit Server(World& w) : Peer(w, "R", 200) {
    world.users["registrar"] = this;
    on_request = [this](transaction::RequestReceived& e) { answer(e); };
  }
  // What is asked for next; when the steps are used up, everything is taken.
  void ask(int status, std::vector<std::string> challenges) {
    Step step{status, {}};
    for (auto& text : challenges)
      step.fields.emplace_back(status == 401 ? "WWW-Authenticate" : "Proxy-Authenticate", std::move(text));
    steps.push_back(std::move(step));
  }
  [[nodiscard]] std::vector<sip::Credentials> credentials(std::size_t request,
                                                          HeaderId kind = HeaderId::Authorization) const {
    std::vector<sip::Credentials> out;
    if (request >= got.size()) {
      ADD_FAILURE() << "only " << got.size() << " requests came";
      return out;
    }
    for (const std::string_view value : got[request].values(kind))
      if (auto parsed = sip::Credentials::parse(value)) out.push_back(std::move(*parsed));
    return out;
  }
  // Is it what somebody with that password says to request number `request`?
  [[nodiscard]] bool is_right(const sip::Credentials& c, std::size_t request) const {
    return sip::verify(c, sip::ha1(c.algorithm, "1001", c.realm, "secret"), got[request].method_text(),
                       got[request].body());
  }

  std::deque<Step> steps;
  std::vector<sip::Message> got;
  std::function<void(sip::Builder&)> on_200;

 private:
  void answer(const transaction::RequestReceived& e) {
    if (e.request.method() == sip::Method::Ack) return;
    got.push_back(e.request);
    Step step;
    if (!steps.empty()) {
      step = std::move(steps.front());
      steps.pop_front();
    }
    auto response = sip::Builder::response(e.request, step.status, "r");
    for (const auto& [field, text] : step.fields) response.add(field, text);
    if (step.status == 200) {
      if (const auto contact = e.request.top(HeaderId::Contact))
        response.add(HeaderId::Contact, std::string(*contact) + ";expires=60");
      if (on_200) on_200(response);
    }
    transactions.respond(world.now().mono, e.id, response.build());
  }
};

struct Rig {
  Rig() : a(world, "A", 1, settings()), r(world) {}
  static Account settings() {
    Account out = account("1001");
    out.password = "secret";
    return out;
  }
  void run() {
    a.act([&] { a.ua.register_account(world.now(), a.account_id); });
    world.run_for(seconds(1));
  }
  [[nodiscard]] bool registered() const { return a.ua.is_registered(a.account_id); }
  World world;
  Agent a;
  Server r;
};

std::string challenge(std::string_view realm, std::string_view nonce, std::string_view more) {
  return "Digest realm=\"" + std::string(realm) + "\", nonce=\"" + std::string(nonce) + "\"" + std::string(more);
}

struct Form {
  const char* algorithm;
  const char* qop;
};
class DigestForm : public testing::TestWithParam<Form> {};

TEST_P(DigestForm, IsAnswered) {
  Rig rig;
  const auto& [algorithm, qop] = GetParam();
  rig.r.ask(401, {challenge("a", "n1", std::string(", opaque=\"o, \\\"p\\\"\", algorithm=") + algorithm + qop)});
  rig.run();
  ASSERT_TRUE(rig.registered());
  rig.world.run_for(minutes(2));
  ASSERT_GE(rig.r.got.size(), 4U);
  for (std::size_t i = 1; i < rig.r.got.size(); ++i) {
    const auto all = rig.r.credentials(i);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_TRUE(rig.r.is_right(all[0], i)) << i;
    EXPECT_EQ(all[0].opaque, "o, \"p\"");
    EXPECT_EQ(all[0].username, "1001");
    EXPECT_EQ(all[0].nonce, "n1");
    if (all[0].qop != sip::Qop::None) {
      EXPECT_EQ(all[0].nc, i);
    }
    if (sip::is_session(all[0].algorithm)) {
      EXPECT_EQ(all[0].cnonce, rig.r.credentials(1)[0].cnonce);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(All, DigestForm,
                         testing::Values(Form{"MD5", ""}, Form{"MD5", ", qop=\"auth\""},
                                         Form{"MD5", ", qop=\"auth-int\""}, Form{"MD5-sess", ", qop=auth"},
                                         Form{"SHA-256", ", qop=\"auth-int, auth\""},
                                         Form{"SHA-256-sess", ", qop=\"auth-int\""},
                                         Form{"SHA-512-256", ", qop=\"auth,auth-int\""},
                                         Form{"SHA-512-256-sess", ", qop=\"auth\""}, Form{"SHA-512-256", ""}));

// RFC 8760 §2.4.
TEST(DigestClient, AnswersTheTopmostChallengeItKnows) {
  struct Case {
    std::vector<std::string> fields;
    const char* nonce;
  };
  const Case cases[]{
      {{challenge("a", "1", ", algorithm=SHA-512-256"), challenge("a", "2", ", algorithm=MD5")}, "1"},
      {{challenge("a", "1", ""), challenge("a", "2", ", algorithm=SHA-256")}, "1"},
      {{challenge("a", "1", ", algorithm=SHA-3"), challenge("a", "2", ", qop=\"auth-conf\""), challenge("a", "3", "")},
       "3"},
      {{"Basic realm=\"a\"", "NTLM", challenge("a", "1", "")}, "1"},
      {{challenge("a", "1", ", algorithm=AKAv1-MD5") + ", " + challenge("a", "2", ", algorithm=SHA-256") +
        ", Basic realm=\"b\""},
       "2"},
  };
  for (const auto& [fields, nonce] : cases) {
    Rig rig;
    rig.r.ask(401, fields);
    rig.run();
    EXPECT_TRUE(rig.registered());
    const auto all = rig.r.credentials(1);
    ASSERT_EQ(all.size(), 1U) << fields[0];
    EXPECT_EQ(all[0].nonce, nonce);
    EXPECT_TRUE(rig.r.is_right(all[0], 1));
  }
}

TEST(DigestClient, GivesUpWhenItKnowsNone) {
  Rig rig;
  rig.r.ask(401, {"Basic realm=\"a\"", challenge("a", "1", ", algorithm=SHA-3"), "Digest realm=\"a\", nonce=\"x"});
  rig.run();
  EXPECT_EQ(rig.a.last<Unregistered>().status, 401);
  EXPECT_EQ(rig.r.got.size(), 1U);
}

TEST(DigestClient, HidesItsNameWhereItIsAskedTo) {
  Rig rig;
  rig.r.ask(401, {challenge("a", "1", ", algorithm=SHA-256, qop=\"auth\", userhash=true, charset=UTF-8")});
  rig.run();
  const auto all = rig.r.credentials(1);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all[0].userhash);
  EXPECT_EQ(all[0].username, sip::hash_hex(sip::DigestAlgorithm::Sha256, "1001:a"));
  EXPECT_TRUE(rig.r.is_right(all[0], 1));
}

// RFC 3665 §3.3: one proxy after the other asks.
TEST(DigestClient, KeepsTheCredentialsOfEachRealm) {
  Rig rig;
  rig.r.ask(407, {challenge("one", "1", ", qop=\"auth\"")});
  rig.r.ask(407, {challenge("two", "2", ", algorithm=SHA-256, qop=\"auth\"")});
  rig.r.ask(401, {challenge("three", "3", "")});
  rig.run();
  ASSERT_TRUE(rig.registered());
  rig.world.run_for(seconds(40));
  ASSERT_GE(rig.r.got.size(), 5U);
  const auto nonces = [&](std::size_t request, HeaderId kind) {
    std::vector<std::string> out;
    for (const auto& c : rig.r.credentials(request, kind)) {
      EXPECT_TRUE(rig.r.is_right(c, request));
      out.push_back(c.nonce + " " + std::to_string(c.nc.value_or(0)));
    }
    return out;
  };
  EXPECT_THAT(nonces(1, HeaderId::ProxyAuthorization), ElementsAre("1 1"));
  EXPECT_THAT(nonces(2, HeaderId::ProxyAuthorization), ElementsAre("1 2", "2 1"));
  EXPECT_THAT(nonces(3, HeaderId::ProxyAuthorization), ElementsAre("1 3", "2 2"));
  EXPECT_THAT(nonces(3, HeaderId::Authorization), ElementsAre("3 0"));
  EXPECT_THAT(nonces(4, HeaderId::ProxyAuthorization), ElementsAre("1 4", "2 3"));
  EXPECT_THAT(nonces(4, HeaderId::Authorization), ElementsAre("3 0"));
}

// A fork brings the challenges of all its branches at once (§22.3).
TEST(DigestClient, AnswersAllRealmsOfOneResponse) {
  Rig rig;
  rig.r.ask(407, {challenge("one", "1", ""),
                  challenge("two", "2", "") + ", " + challenge("one", "x", ", algorithm=SHA-256")});
  rig.run();
  const auto all = rig.r.credentials(1, HeaderId::ProxyAuthorization);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].nonce, "1");
  EXPECT_EQ(all[1].nonce, "2");
}

TEST(DigestClient, AStaleNonceIsReplacedWithoutAskingAnybody) {
  Rig rig;
  rig.r.ask(401, {challenge("a", "1", ", qop=\"auth\"")});
  rig.r.ask(401, {challenge("a", "2", ", qop=\"auth\", stale=TRUE")});
  rig.run();
  EXPECT_TRUE(rig.registered());
  EXPECT_EQ(rig.r.credentials(2)[0].nonce, "2");
  EXPECT_EQ(rig.r.credentials(2)[0].nc, 1U);
}

// RFC 3665 §2.5.
TEST(DigestClient, AWrongPasswordIsSaidOnceAndNotRemembered) {
  Rig rig;
  for (int i = 0; i < 4; ++i) rig.r.ask(401, {challenge("a", std::to_string(i), ", qop=\"auth\"")});
  rig.run();
  EXPECT_EQ(rig.a.last<Unregistered>().status, 401);
  EXPECT_EQ(rig.r.got.size(), 2U);
  rig.world.run_for(seconds(31));
  ASSERT_EQ(rig.r.got.size(), 4U);
  EXPECT_EQ(rig.r.credentials(2).size(), 0U) << "what was refused is not offered again";
}

// The 200 as a server with our password writes it.
std::string information(const Server& server, std::size_t request, std::string_view password, std::string_view more) {
  const std::string value(*server.got[request].find(HeaderId::Authorization));
  const auto read = sip::CredentialsView::parse(value).and_then(sip::DigestResponse::read);
  EXPECT_TRUE(read);
  sip::Hasher hasher;
  std::string key = sip::ha1(read->algorithm, "1001", "a", password);
  if (sip::is_session(read->algorithm))
    key = sip::session_key(hasher, read->algorithm, key, read->text.nonce, read->text.cnonce).text();
  const std::string proof = sip::response_digest(hasher, *read, key, "", "").text();
  return "qop=" + std::string(read->text.qop) + ", rspauth=\"" + proof + "\", cnonce=\"" +
         std::string(read->text.cnonce) + "\", nc=" + std::string(read->text.nc) + std::string(more);
}

TEST(DigestClient, TakesTheNextNonceFromAServerThatProvesItself) {
  for (const auto* form : {", qop=\"auth\"", ", qop=\"auth-int\", algorithm=SHA-256"}) {
    Rig rig;
    rig.r.ask(401, {challenge("a", "1", form)});
    rig.r.on_200 = [&](sip::Builder& ok) {
      ok.add("Authentication-Info", information(rig.r, rig.r.got.size() - 1, "secret",
                                                ", nextnonce=\"next" + std::to_string(rig.r.got.size()) + '"'));
    };
    rig.run();
    EXPECT_TRUE(rig.registered());
    rig.world.run_for(minutes(2));
    ASSERT_GE(rig.r.got.size(), 4U);
    EXPECT_EQ(rig.r.credentials(1)[0].nonce, "1");
    for (std::size_t i = 2; i < rig.r.got.size(); ++i) {
      const auto c = rig.r.credentials(i).at(0);
      EXPECT_EQ(c.nonce, "next" + std::to_string(i));
      EXPECT_EQ(c.nc, 1U);
      EXPECT_TRUE(rig.r.is_right(c, i));
    }
  }
}

TEST(DigestClient, DoesNotBelieveAServerThatDoesNotKnowThePassword) {
  for (const auto* form : {", qop=\"auth\"", ", qop=\"auth\", algorithm=MD5-sess"}) {
    Rig rig;
    rig.r.ask(401, {challenge("a", "1", form)});
    rig.r.on_200 = [&](sip::Builder& ok) {
      ok.add("Authentication-Info", information(rig.r, rig.r.got.size() - 1, "guess", ", nextnonce=\"theirs\""));
    };
    rig.run();
    EXPECT_FALSE(rig.registered());
    EXPECT_EQ(rig.a.last<Unregistered>().reason, "Server Not Authentic");
    rig.world.run_for(seconds(31));
    EXPECT_THAT(std::string(rig.r.got.back().bytes()), Not(HasSubstr("theirs")));
  }
}

TEST(DigestClient, InformationThatFitsNoCredentialsIsPassedOver) {
  for (const auto* info :
       {"nextnonce=\"x", "nextnonce=\"x\", cnonce=\"not ours\"", "", "rspauth=\"00\", cnonce=\"not ours\""}) {
    Rig rig;
    rig.r.ask(401, {challenge("a", "1", ", qop=\"auth\"")});
    rig.r.on_200 = [&](sip::Builder& ok) { ok.add("Authentication-Info", info); };
    rig.run();
    EXPECT_TRUE(rig.registered()) << info;
    rig.world.run_for(seconds(40));
    EXPECT_EQ(rig.r.credentials(2).at(0).nonce, "1");
    EXPECT_EQ(rig.r.credentials(2).at(0).nc, 2U);
  }
}

TEST(DigestClient, TakesTheNextNonceOfAProxyWithoutQop) {
  Rig rig;
  rig.r.ask(407, {challenge("a", "1", "")});
  rig.r.on_200 = [](sip::Builder& ok) { ok.add("Proxy-Authentication-Info", "nextnonce=\"2\""); };
  rig.run();
  rig.world.run_for(seconds(40));
  EXPECT_EQ(rig.r.credentials(2, HeaderId::ProxyAuthorization).at(0).nonce, "2");
}

TEST(DigestClient, IntegrityCoversTheOfferOfACall) {
  Rig rig;
  rig.world.users["peer"] = &rig.r;
  rig.r.ask(407, {challenge("a", "1", ", algorithm=SHA-256, qop=\"auth-int\"")});
  rig.r.on_200 = [](sip::Builder& ok) { ok.body("application/sdp", kSdp); };
  (void)rig.a.call("peer");
  rig.world.run_for(seconds(1));
  ASSERT_EQ(rig.a.all<CallEstablished>().size(), 1U);
  const auto all = rig.r.credentials(1, HeaderId::ProxyAuthorization);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].qop, sip::Qop::AuthInt);
  EXPECT_THAT(std::string(rig.r.got[1].body()), HasSubstr("m=audio"));
  EXPECT_TRUE(rig.r.is_right(all[0], 1));
}

}  // namespace
}  // namespace offhook::ua::test
