// Several servers: which is asked when, what happens to a request whose server fails, and when it goes back. RFC 3263
// §4.3; guide, server redundancy.
#include "sip/header/via.hpp"
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using sip::HeaderId;

// A server that answers by its rule; 0 is silence.
class Registrar : public Peer {
 public:
  Registrar(World& w, std::string n, std::uint8_t host) : Peer(w, std::move(n), host) {
    on_request = [this](transaction::RequestReceived& e) {
      if (!e.id || status == 0) return;
      auto answer = sip::Builder::response(e.request, status, "t" + name);
      if (status == 200) answer.copy(e.request, HeaderId::Contact);
      if (retry_after > 0) answer.add("Retry-After", std::to_string(retry_after));
      transactions.respond(world.now().mono, e.id, answer.build());
    };
  }
  // Requests of that method, retransmissions not counted, since the last time.
  std::vector<sip::Message> take_all() {
    std::vector<sip::Message> out;
    for (auto& e : requests) out.push_back(std::move(e.request));
    requests.clear();
    return out;
  }
  int status = 200;
  int retry_after = 0;
};

Server server_at(std::uint8_t host, int retries = 3) {
  return {{IpAddress::v4(10, 0, 0, host).text(), 5060, transport::Protocol::Udp, false}, {}, retries};
}

struct Office {
  explicit Office(Failback mode = Failback::NewRequests, seconds timeout = seconds(3600))
      : p(world, "P", 101), q(world, "Q", 102), a(world, "A", 1, settings(mode, timeout)) {
    // Silence means that not even a 100 comes back.
    world.filter = [this](const std::string& line) {
      return !(p.status == 0 && line.starts_with("P>")) && !(q.status == 0 && line.starts_with("Q>"));
    };
  }
  static Account settings(Failback mode, seconds timeout) {
    Account out = account("1001");
    out.servers = {server_at(101), server_at(102)};
    out.failback = mode;
    out.failback_timeout = timeout;
    out.expires = seconds(120);
    return out;
  }
  void start() {
    a.act([&] { a.ua.register_account(world.now(), a.account_id); });
  }
  // Registers anew and tells who was asked with success.
  std::string renew() {
    p.requests.clear();
    q.requests.clear();
    start();
    world.run_for(seconds(20));
    if (!q.requests.empty()) return "Q";
    return p.requests.empty() ? "" : "P";
  }
  World world;
  Registrar p, q;
  Agent a;
};

std::string branch_of(const sip::Message& request) {
  return std::string(sip::Via::parse(*request.top(HeaderId::Via))->branch());
}

TEST(Failover, SilenceGoesToTheNextServerAfterTheResendsThatTheAccountAllows) {
  Office office;
  office.p.status = 0;
  office.start();
  office.world.run_for(seconds(7));
  EXPECT_TRUE(office.q.requests.empty());
  EXPECT_EQ(office.world.count("A>P REGISTER"), 4U);  // and three resends
  office.world.run_for(seconds(1));
  ASSERT_EQ(office.q.requests.size(), 1U);
  EXPECT_TRUE(office.a.ua.is_registered(office.a.account_id));
  const auto first = office.p.take_all().front(), second = office.q.take_all().front();
  EXPECT_EQ(first.call_id(), second.call_id());
  EXPECT_EQ(first.cseq(), second.cseq());
  EXPECT_EQ(first.from_tag(), second.from_tag());
  EXPECT_NE(branch_of(first), branch_of(second));
}

TEST(Failover, TheLastServerHasAllItsTime) {
  Office office;
  office.p.status = office.q.status = 0;
  office.start();
  office.world.run_for(seconds(39));
  EXPECT_TRUE(office.a.all<Unregistered>().empty());
  office.world.run_for(seconds(2));
  EXPECT_EQ(office.a.last<Unregistered>().status, 408);
}

TEST(Failover, A503GoesToTheNextServerAndIsObeyed) {
  Office office;
  office.p.status = 503;
  office.p.retry_after = 300;
  office.start();
  office.world.run_for(seconds(1));
  EXPECT_TRUE(office.a.ua.is_registered(office.a.account_id));
  EXPECT_TRUE(office.a.all<Unregistered>().empty());
  office.p.status = 200;
  office.world.run_for(seconds(200));
  EXPECT_EQ(office.renew(), "Q");
  office.world.run_for(seconds(120));
  EXPECT_EQ(office.renew(), "P");
}

TEST(Failover, WhatCannotBeReachedIsLeftAtOnce) {
  Office office;
  office.p.status = 0;
  office.start();
  office.a.transactions.unreachable(office.world.now().mono, office.a.to(office.p.local));
  office.world.run_for(seconds(1));
  EXPECT_TRUE(office.a.ua.is_registered(office.a.account_id));
  EXPECT_EQ(office.q.requests.size(), 1U);
}

TEST(Failover, OtherRefusalsAreFinal) {
  Office office;
  office.p.status = 403;
  office.start();
  office.world.run_for(seconds(1));
  EXPECT_EQ(office.a.last<Unregistered>().status, 403);
  EXPECT_TRUE(office.q.requests.empty());
}

TEST(Failover, ACallGoesToTheNextServerAndItsCancelFollows) {
  Office office;
  office.p.status = 0;
  office.q.status = 180;
  const CallId call = office.a.call("1002");
  office.world.run_for(seconds(8));
  ASSERT_EQ(office.q.requests.size(), 1U);
  EXPECT_EQ(office.p.requests.front().request.call_id(), office.q.requests.front().request.call_id());
  EXPECT_EQ(office.a.last<CallProgress>().status, 180);
  office.a.hang_up(call);
  office.world.run_for(seconds(1));
  EXPECT_GE(office.world.count("A>Q CANCEL"), 1U);
  EXPECT_EQ(office.world.count("A>P CANCEL"), 0U);
}

TEST(Failover, AServerThatRingsIsNotLeft) {
  Office office;
  office.p.status = 180;
  (void)office.a.call("1002");
  office.world.run_for(minutes(2));
  EXPECT_TRUE(office.q.requests.empty());
}

TEST(Failover, ACancelledCallGoesNowhereElse) {
  Office office;
  office.p.status = 0;
  const CallId call = office.a.call("1002");
  office.world.run_for(seconds(1));
  office.a.hang_up(call);
  office.world.run_for(minutes(2));
  EXPECT_TRUE(office.q.requests.empty());
}

// Guide, failback_mode.
TEST(Failback, NewRequestsGoBackWhenThePenaltyIsOver) {
  Office office;
  office.p.status = 0;
  office.start();
  office.world.run_for(seconds(10));
  office.p.status = 200;
  EXPECT_EQ(office.renew(), "Q");
  office.world.run_for(seconds(15));
  EXPECT_EQ(office.renew(), "P");
}

TEST(Failback, DurationKeepsTheSecondServerForThatLong) {
  Office office(Failback::Duration, seconds(200));
  office.p.status = 0;
  office.start();
  office.world.run_for(seconds(10));
  office.p.status = 200;
  office.world.run_for(seconds(100));
  EXPECT_EQ(office.renew(), "Q");
  office.world.run_for(seconds(100));
  EXPECT_EQ(office.renew(), "P");
}

TEST(Failback, DurationOfZeroWaitsForTheNextFailure) {
  Office office(Failback::Duration, seconds(0));
  office.p.status = 0;
  office.start();
  office.world.run_for(seconds(10));
  office.p.status = 200;
  office.world.run_for(std::chrono::hours(5));
  EXPECT_EQ(office.renew(), "Q");
  office.q.status = 503;
  office.start();
  office.world.run_for(seconds(1));
  office.q.status = 200;
  EXPECT_EQ(office.renew(), "P");
}

TEST(Failback, RegistrationKeepsTheSecondServerForCallsUntilTheNextRefresh) {
  Office office(Failback::Registration);
  office.p.status = 0;
  office.start();
  office.world.run_for(seconds(45));  // the penalty is over, the refresh not yet due
  office.p.status = office.q.status = 486;
  office.p.requests.clear();
  office.q.requests.clear();
  (void)office.a.call("1002");
  office.world.run_for(seconds(1));
  EXPECT_EQ(office.q.requests.size(), 1U);
  EXPECT_TRUE(office.p.requests.empty());
  office.p.status = office.q.status = 200;
  EXPECT_EQ(office.renew(), "P");
}

// A server by name: looked up, answered later.
TEST(Lookup, ARequestWaitsForItsServersName) {
  World world;
  Registrar q(world, "Q", 102);
  Account settings = account("1001");
  settings.servers = {{{"pbx.test", 5060, transport::Protocol::Udp, false}, {}, 3}};
  Agent a(world, "A", 1, settings);
  a.act([&] { a.ua.register_account(world.now(), a.account_id); });
  world.run_for(seconds(1));
  EXPECT_EQ(world.count("REGISTER"), 0U);
  while (const auto question = a.lookups.resolver.poll_question()) {
    EXPECT_EQ(question->name, "pbx.test");
    transport::dns::Answer answer{transport::dns::Outcome::NoData, {}, {}, {}};
    if (question->type == transport::dns::Type::A)
      answer = {transport::dns::Outcome::NoError, std::vector{q.local.address}, seconds(60), {}};
    a.lookups.resolver.answer(world.now(), question->id, answer);
  }
  const auto located = a.lookups.resolver.poll_located();
  ASSERT_TRUE(located);
  const auto owner = a.lookups.waiting.extract(located->id);
  ASSERT_FALSE(owner.empty());
  a.act([&] { a.ua.located(world.now(), Port::key_of(owner.mapped()), *located); });
  world.run_for(seconds(1));
  EXPECT_TRUE(a.ua.is_registered(a.account_id));
}

TEST(Lookup, ACallThatIsGivenUpBeforeItsServerIsFoundEndsQuietly) {
  World world;
  Account settings = account("1001");
  settings.servers = {{{"pbx.test", 5060, transport::Protocol::Udp, false}, {}, 3}};
  Agent a(world, "A", 1, settings);
  const CallId call = a.call("1002");
  world.run_for(seconds(1));
  a.hang_up(call);
  world.run_for(seconds(1));
  EXPECT_EQ(a.last<CallEnded>().by, EndedBy::Local);
  EXPECT_EQ(a.ua.counts().calls, 0U);
  EXPECT_EQ(world.count("INVITE"), 0U);
}

}  // namespace
}  // namespace offhook::ua::test
