// Registration against a registrar that asks for digest, raises expires, refuses or is silent. RFC 3261 §10.2, §22.
#include "sip/digest.hpp"
#include "sip/header/contact.hpp"
#include "sip/header/numbers.hpp"
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using sip::HeaderId;
using testing::HasSubstr;

class Registrar : public Peer {
 public:
  explicit Registrar(World& w) : Peer(w, "R", 200) {
    world.users["registrar"] = this;
    on_request = [this](transaction::RequestReceived& e) { answer(e); };
  }

  int force = 0;        // a status for every REGISTER
  int challenge = 401;  // 0: no digest
  std::uint32_t minimum = 0, grant = 3600;
  int uses_per_nonce = 1000;  // then it is stale
  std::string extra_contact;
  bool contact_in_200 = true;
  std::vector<std::uint32_t> asked;   // Expires of the requests taken
  std::vector<std::uint32_t> counts;  // nc of credentials
  int challenges_sent = 0;

 private:
  void answer(const transaction::RequestReceived& e) {
    const auto& request = e.request;
    const auto reply = [&](sip::Builder builder) { transactions.respond(world.now().mono, e.id, builder.build()); };
    if (force != 0) return reply(sip::Builder::response(request, force, "r"));
    if (challenge != 0 && !authorized(request)) return reply(demand(request));
    const std::uint32_t wanted = sip::expires(request).value_or(0);
    if (wanted != 0 && wanted < minimum)
      return reply(sip::Builder::response(request, 423, "r").add(HeaderId::MinExpires, std::to_string(minimum)));
    asked.push_back(wanted);
    auto ok = sip::Builder::response(request, 200, "r");
    if (!extra_contact.empty()) ok.add(HeaderId::Contact, extra_contact);
    if (wanted != 0 && contact_in_200)
      ok.add(HeaderId::Contact,
             std::string(*request.top(HeaderId::Contact)) + ";expires=" + std::to_string(std::min(grant, wanted)));
    reply(std::move(ok));
  }

  bool authorized(const sip::Message& request) {
    stale_ = false;
    const auto value = request.find(challenge == 401 ? HeaderId::Authorization : HeaderId::ProxyAuthorization);
    if (!value) return false;
    const auto credentials = sip::Credentials::parse(*value);
    if (!credentials) return false;
    counts.push_back(credentials->nc.value_or(0));
    const std::string ha1 = sip::ha1(sip::DigestAlgorithm::Md5, "1001", "test", "secret");
    if (!sip::verify(*credentials, ha1, "REGISTER")) return false;
    stale_ = credentials->nonce != nonce_ || ++uses_ > uses_per_nonce;
    return !stale_;
  }

  sip::Builder demand(const sip::Message& request) {
    nonce_ = "n" + std::to_string(++challenges_sent);
    uses_ = 0;
    sip::Challenge asked_for{"test", nonce_, "", sip::DigestAlgorithm::Md5, true, stale_};
    auto out = sip::Builder::response(request, challenge, "r");
    return out.add(challenge == 401 ? HeaderId::WwwAuthenticate : HeaderId::ProxyAuthenticate, asked_for.text());
  }

  std::string nonce_;
  int uses_ = 0;
  bool stale_ = false;
};

Account with_password(std::string password) {
  Account out = account("1001");
  out.password = std::move(password);
  return out;
}

struct Rig {
  explicit Rig(Account settings = with_password("secret")) : a(world, "A", 1, std::move(settings)), r(world) {}
  void register_account() {
    a.act([&] { a.ua.register_account(world.now(), a.account_id); });
  }
  void unregister_account() {
    a.act([&] { a.ua.unregister_account(world.now(), a.account_id); });
  }
  World world;
  Agent a;
  Registrar r;
};

class Challenged : public testing::TestWithParam<int> {};

TEST_P(Challenged, AnswersWithDigest) {
  Rig rig;
  rig.r.challenge = GetParam();
  rig.register_account();
  rig.world.run_for(seconds(1));
  EXPECT_TRUE(rig.a.ua.is_registered(rig.a.account_id));
  EXPECT_EQ(rig.a.last<Registered>().expires, seconds(3600));
  EXPECT_EQ(rig.world.count("A>R REGISTER"), 2U);
  EXPECT_THAT(rig.world.last("A>R REGISTER"), HasSubstr("CSeq: 2 REGISTER\r\n"));
}
INSTANTIATE_TEST_SUITE_P(Statuses, Challenged, testing::Values(401, 407));

TEST(Register, CarriesTheGuidesFields) {
  Rig rig;
  rig.r.challenge = 0;
  rig.register_account();
  rig.world.run_for(seconds(1));
  const std::string request = rig.world.last("A>R REGISTER");
  EXPECT_THAT(request, HasSubstr("REGISTER sip:example.test SIP/2.0\r\n"));
  EXPECT_THAT(request, HasSubstr("To: <sip:1001@example.test>\r\n"));
  EXPECT_THAT(request, HasSubstr("Expires: 3600\r\n"));
  EXPECT_THAT(request, HasSubstr("Allow-Events: refer\r\n"));
}

TEST(Register, RefreshesForADayWithOneCallIdAndCountsTheNonce) {
  Rig rig;
  rig.register_account();
  rig.world.run_for(std::chrono::hours(24));
  EXPECT_TRUE(rig.a.ua.is_registered(rig.a.account_id));
  EXPECT_EQ(rig.a.all<Registered>().size(), 1U);
  EXPECT_EQ(rig.a.all<Unregistered>().size(), 0U);
  EXPECT_GE(rig.r.asked.size(), 24U);
  EXPECT_LE(rig.r.asked.size(), 33U);
  EXPECT_EQ(rig.r.challenges_sent, 1);
  for (std::size_t i = 0; i < rig.r.counts.size(); ++i) EXPECT_EQ(rig.r.counts[i], i + 1);
}

TEST(Register, TakesANewNonceWhenTheOldOneIsStale) {
  Rig rig;
  rig.r.uses_per_nonce = 2;
  rig.register_account();
  rig.world.run_for(std::chrono::hours(8));
  EXPECT_TRUE(rig.a.ua.is_registered(rig.a.account_id));
  EXPECT_EQ(rig.a.all<Unregistered>().size(), 0U);
  EXPECT_GT(rig.r.challenges_sent, 2);
}

TEST(Register, ShortTimesAreRefreshedAtTheirHalf) {
  Rig rig;
  rig.r.grant = 60;
  rig.register_account();
  rig.world.run_for(minutes(10));
  EXPECT_EQ(rig.a.last<Registered>().expires, seconds(60));
  EXPECT_NEAR(static_cast<double>(rig.r.asked.size()), 20, 2);
}

TEST(Register, ReadsItsOwnContactAmongOthers) {
  Rig rig;
  rig.r.extra_contact = "<sip:1001@10.0.0.77>;expires=17";
  rig.r.grant = 120;
  rig.register_account();
  rig.world.run_for(seconds(1));
  EXPECT_EQ(rig.a.last<Registered>().expires, seconds(120));
}

TEST(Register, WithoutContactInTheAnswerTakesWhatItAskedFor) {
  Rig rig;
  rig.r.contact_in_200 = false;
  rig.register_account();
  rig.world.run_for(seconds(1));
  EXPECT_EQ(rig.a.last<Registered>().expires, seconds(3600));
}

TEST(Register, RaisesItsExpiresAfter423) {
  Rig rig;
  rig.r.minimum = 7200;
  rig.r.grant = 7200;
  rig.register_account();
  rig.world.run_for(seconds(1));
  EXPECT_EQ(rig.a.last<Registered>().expires, seconds(7200));
  EXPECT_THAT(rig.r.asked, testing::ElementsAre(7200U));
}

TEST(Register, WrongPasswordIsTriedOnceEachInterval) {
  Rig rig(with_password("wrong"));
  rig.register_account();
  rig.world.run_for(seconds(29));
  EXPECT_EQ(rig.world.count("A>R REGISTER"), 2U);
  EXPECT_EQ(rig.a.last<Unregistered>().status, 401);
  EXPECT_TRUE(rig.a.last<Unregistered>().will_retry);
  rig.world.run_for(minutes(5));
  EXPECT_LE(rig.world.count("A>R REGISTER"), 2U + 2U * 10U);
  EXPECT_FALSE(rig.a.ua.is_registered(rig.a.account_id));
}

TEST(Register, WithoutPasswordDoesNotAnswerAChallenge) {
  Rig rig(with_password(""));
  rig.register_account();
  rig.world.run_for(seconds(1));
  EXPECT_EQ(rig.world.count("A>R REGISTER"), 1U);
  EXPECT_EQ(rig.a.last<Unregistered>().status, 401);
}

TEST(Register, RefusedIsToldAndTriedAgainAfterTheInterval) {
  Rig rig;
  rig.r.force = 403;
  rig.register_account();
  rig.world.run_for(seconds(1));
  EXPECT_EQ(rig.a.last<Unregistered>().status, 403);
  EXPECT_EQ(rig.a.last<Unregistered>().reason, "Forbidden");
  rig.r.force = 0;
  rig.world.run_for(seconds(31));
  EXPECT_TRUE(rig.a.ua.is_registered(rig.a.account_id));
}

TEST(Register, WithoutIntervalIsNotTriedAgain) {
  Account settings = with_password("secret");
  settings.retry_interval = seconds(0);
  Rig rig(settings);
  rig.r.force = 403;
  rig.register_account();
  EXPECT_TRUE(rig.world.settle());
  EXPECT_FALSE(rig.a.last<Unregistered>().will_retry);
  EXPECT_EQ(rig.world.count("A>R REGISTER"), 1U);
}

TEST(Register, SilentRegistrarIsATimeout) {
  Rig rig;
  rig.world.filter = [](const std::string&) { return false; };
  rig.register_account();
  rig.world.run_for(seconds(33));
  EXPECT_EQ(rig.a.last<Unregistered>().status, 408);
  EXPECT_EQ(rig.a.ua.counts().registrations, 0U);
  rig.world.filter = nullptr;
  rig.world.run_for(seconds(31));
  EXPECT_TRUE(rig.a.ua.is_registered(rig.a.account_id));
  EXPECT_EQ(rig.a.ua.counts().registrations, 1U);
}

TEST(Unregister, TakesTheBindingAwayAndStops) {
  Rig rig;
  rig.register_account();
  rig.world.run_for(seconds(1));
  rig.unregister_account();
  EXPECT_TRUE(rig.world.settle());
  EXPECT_EQ(rig.r.asked.back(), 0U);
  EXPECT_EQ(rig.a.last<Unregistered>().status, 0);
  EXPECT_FALSE(rig.a.ua.is_registered(rig.a.account_id));
  rig.a.expect_clean();
  EXPECT_EQ(rig.a.ua.counts().registrations, 0U);
}

TEST(Unregister, WhileRegisteringWaitsForTheAnswer) {
  Rig rig;
  rig.register_account();
  rig.unregister_account();
  EXPECT_TRUE(rig.world.settle());
  EXPECT_THAT(rig.r.asked, testing::ElementsAre(3600U, 0U));
  EXPECT_EQ(rig.a.last<Unregistered>().status, 0);
}

TEST(Unregister, FollowedByRegisterEndsRegistered) {
  Rig rig;
  rig.register_account();
  rig.world.run_for(seconds(1));
  rig.unregister_account();
  rig.register_account();
  rig.world.run_for(seconds(1));
  EXPECT_TRUE(rig.a.ua.is_registered(rig.a.account_id));
}

TEST(Unregister, OfANeverRegisteredAccountSaysSo) {
  Rig rig;
  rig.unregister_account();
  EXPECT_EQ(rig.a.last<Unregistered>().status, 0);
  EXPECT_EQ(rig.world.count("REGISTER"), 0U);
}

}  // namespace
}  // namespace offhook::ua::test
