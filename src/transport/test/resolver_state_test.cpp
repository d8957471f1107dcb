#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "desk.hpp"

namespace offhook::transport {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(Resolver, AnswersHoldForTheirTtl) {
  Desk desk;
  desk.zone["SRV _sip._udp.example.com"] = srv({{0, 0, 5080, "a.example.com"}}, seconds(60));
  desk.zone["A a.example.com"] = addresses({"192.0.2.1"}, seconds(20));
  const auto first = desk.locate("sip:u@example.com;transport=udp", policy());
  EXPECT_EQ(first.ttl, seconds(20));
  desk.asked.clear();
  desk.pass(seconds(19));
  EXPECT_FALSE(desk.resolver.locate(desk.now, *sip::Uri::parse("sip:u@example.com;transport=udp"), policy()).pending);
  EXPECT_THAT(desk.asked, IsEmpty());
  desk.pass(seconds(1));
  desk.zone["A a.example.com"] = addresses({"192.0.2.2"});
  EXPECT_EQ(desk.targets("sip:u@example.com;transport=udp", policy()), "UDP 192.0.2.2:5080");
  EXPECT_THAT(desk.asked, ElementsAre("A a.example.com"));
}

TEST(Resolver, NegativeAnswersHoldAsTheSoaSaysElseHalfAMinute) {
  Desk desk;
  EXPECT_EQ(desk.targets("sip:u@gone.example:5060", policy()), "no such server");
  desk.zone["A gone.example"] = addresses({"192.0.2.1"});
  desk.pass(seconds(29));
  EXPECT_EQ(desk.targets("sip:u@gone.example:5060", policy()), "no such server");
  desk.pass(seconds(1));
  EXPECT_EQ(desk.targets("sip:u@gone.example:5060", policy()), "UDP 192.0.2.1:5060");
  desk.zone["A soa.example"] = {dns::Outcome::NoData, {}, seconds(100), {}};
  EXPECT_EQ(desk.targets("sip:u@soa.example:5060", policy()), "no such server");
  desk.asked.clear();
  desk.pass(seconds(99));
  EXPECT_EQ(desk.targets("sip:u@soa.example:5060", policy()), "no such server");
  EXPECT_THAT(desk.asked, IsEmpty());
  desk.pass(seconds(1));
  EXPECT_EQ(desk.targets("sip:u@soa.example:5060", policy()), "no such server");
  EXPECT_THAT(desk.asked, ElementsAre("A soa.example"));
}

TEST(Resolver, CacheThatIsNotWantedIsNotUsed) {
  Desk desk;
  desk.zone["A example.com"] = addresses({"192.0.2.9"});
  auto never = policy();
  never->cache = CacheUse::Never;
  EXPECT_EQ(desk.targets("sip:u@example.com:5060", never), "UDP 192.0.2.9:5060");
  EXPECT_EQ(desk.targets("sip:u@example.com:5060", never), "UDP 192.0.2.9:5060");
  EXPECT_THAT(desk.asked, ElementsAre("A example.com", "A example.com"));
}

TEST(Resolver, AdditionalAddressesAreKeptWhenAskedFor) {
  Desk desk;
  auto answer = srv({{0, 0, 5080, "a.example.com"}});
  answer.additional.push_back({"A.example.com.", dns::Type::A, std::vector{IpAddress::v4(192, 0, 2, 1)}, seconds(60)});
  desk.zone["SRV _sip._udp.example.com"] = answer;
  auto gather = policy();
  gather->cache = CacheUse::UseAndGather;
  EXPECT_EQ(desk.targets("sip:u@example.com;transport=udp", gather), "UDP 192.0.2.1:5080");
  EXPECT_THAT(desk.asked, ElementsAre("SRV _sip._udp.example.com"));
  Desk other;
  other.zone = desk.zone;
  EXPECT_EQ(other.targets("sip:u@example.com;transport=udp", policy()), "no such server");
}

TEST(Resolver, StaticTableFirstOrWhereDnsHasNothing) {
  Desk desk;
  desk.zone["SRV _sip._udp.example.com"] = srv({{0, 0, 5080, "dns.example.com"}});
  desk.zone["A dns.example.com"] = addresses({"192.0.2.1"});
  auto table = policy();
  table->table = {{"example.com", dns::Naptr{1, 1, "S", "SIP+D2U", "", "_sip._udp.example.com"}, seconds(300)},
                  {"_sip._udp.example.com", dns::Srv{0, 0, 5090, "own.example.com"}, seconds(300)},
                  {"own.example.com", IpAddress::v4(192, 0, 2, 77), seconds(300)}};
  table->static_first = false;
  EXPECT_EQ(desk.targets("sip:u@example.com", table), "UDP 192.0.2.1:5080");
  auto first = std::make_shared<Policy>(*table);
  first->static_first = true;
  desk.asked.clear();
  EXPECT_EQ(desk.targets("sip:u@example.com", first), "UDP 192.0.2.77:5090");
  EXPECT_THAT(desk.asked, IsEmpty());
  Desk dead;
  dead.is_silent = true;
  EXPECT_EQ(dead.targets("sip:u@example.com", table), "UDP 192.0.2.77:5090");
  auto never = std::make_shared<Policy>(*first);
  never->cache = CacheUse::Never;
  Desk empty;
  EXPECT_EQ(empty.targets("sip:u@example.com", never), "no such server");
}

TEST(Resolver, QueriesTimeOut) {
  Desk desk;
  desk.is_silent = true;
  auto patient = policy();
  patient->query_timeout = seconds(3);
  const auto location = desk.resolver.locate(desk.now, *sip::Uri::parse("sip:u@example.com:5060"), patient);
  ASSERT_TRUE(location.pending);
  const auto question = desk.resolver.poll_question();
  ASSERT_TRUE(question);
  desk.pass(seconds(2));
  EXPECT_FALSE(desk.resolver.poll_located());
  ASSERT_TRUE(desk.resolver.deadline());
  EXPECT_LE(*desk.resolver.deadline(), desk.now.mono + seconds(1) + milliseconds(1));
  desk.pass(seconds(2));
  const auto located = desk.resolver.poll_located();
  ASSERT_TRUE(located);
  EXPECT_EQ(located->id, location.pending);
  EXPECT_EQ(located->location.error, NotLocated::DnsTimeout);
  EXPECT_EQ(desk.resolver.pending(), 0U);
  EXPECT_FALSE(desk.resolver.deadline());
  desk.resolver.answer(desk.now, question->id, addresses({"192.0.2.1"}));  // too late
  EXPECT_FALSE(desk.resolver.poll_located());
}

TEST(Resolver, OldRecordsServeWhileDnsIsDead) {
  Desk desk;
  desk.zone["A example.com"] = addresses({"192.0.2.9"}, seconds(10));
  EXPECT_EQ(desk.targets("sip:u@example.com:5060", policy()), "UDP 192.0.2.9:5060");
  desk.pass(seconds(20));
  desk.zone["A example.com"] = {dns::Outcome::ServFail, {}, {}, {}};
  EXPECT_EQ(desk.targets("sip:u@example.com:5060", policy()), "UDP 192.0.2.9:5060");
  desk.asked.clear();
  EXPECT_EQ(desk.targets("sip:u@example.com:5060", policy()), "UDP 192.0.2.9:5060");
  EXPECT_THAT(desk.asked, IsEmpty());
  desk.zone["A other.com"] = {dns::Outcome::ServFail, {}, {}, {}};
  EXPECT_EQ(desk.targets("sip:u@other.com:5060", policy()), "DNS failed");
}

TEST(Resolver, OneQuestionForAllWhoWait) {
  Desk desk;
  desk.zone["A example.com"] = addresses({"192.0.2.9"});
  const auto uri = *sip::Uri::parse("sip:u@example.com:5060");
  const auto a = desk.resolver.locate(desk.now, uri, policy());
  const auto b = desk.resolver.locate(desk.now, uri, policy());
  const auto c = desk.resolver.locate(desk.now, uri, policy());
  desk.resolver.cancel(c.pending);
  desk.answer_all();
  EXPECT_THAT(desk.asked, ElementsAre("A example.com"));
  std::vector<ResolutionId> located;
  while (const auto event = desk.resolver.poll_located()) located.push_back(event->id);
  EXPECT_THAT(located, UnorderedElementsAre(a.pending, b.pending));
  EXPECT_EQ(desk.resolver.pending(), 0U);
}

TEST(Resolver, AnAnswerMayNotMakeUsWorkWithoutEnd) {
  Desk desk;
  std::vector<dns::Srv> many;
  for (std::uint16_t i = 0; i < 500; ++i) many.push_back({i, 0, 5060, "h" + std::to_string(i) + ".example.com"});
  desk.zone["SRV _sip._udp.example.com"] = srv(many);
  std::vector<IpAddress> hosts;
  for (std::uint8_t i = 1; i < 100; ++i) hosts.push_back(IpAddress::v4(192, 0, 2, i));
  for (int i = 0; i < 500; ++i)
    desk.zone["A h" + std::to_string(i) + ".example.com"] = {dns::Outcome::NoError, hosts, seconds(60), {}};
  const auto location = desk.locate("sip:u@example.com;transport=udp", policy());
  EXPECT_LE(location.targets.size(), 32U);
  EXPECT_LE(desk.asked.size(), 20U);
}

TEST(Resolver, WrongOrEmptyAnswersAreNoAnswers) {
  Desk desk;
  desk.zone["A example.com"] = naptr({{1, 1, "s", "SIP+D2U", "", "x"}});
  EXPECT_EQ(desk.targets("sip:u@example.com:5060", policy()), "no such server");
  desk.zone["A six.com"] = addresses({"2001:db8::1"});
  EXPECT_EQ(desk.targets("sip:u@six.com:5060", policy()), "no such server");
  desk.zone["A none.com"] = addresses({});
  EXPECT_EQ(desk.targets("sip:u@none.com:5060", policy()), "no such server");
  desk.asked.clear();
  for (const char* host : {"a..b", ".a", "-", "x_y"}) (void)desk.locate(Destination{host, 5060, {}, false}, policy());
  EXPECT_THAT(desk.asked, ElementsAre("A -", "A x_y"));
  EXPECT_EQ(Desk::text_of(desk.locate(Destination{std::string(64, 'a'), 5060, {}, false}, policy())),
            "no transport in common");
}

TEST(Resolver, FailedServersGoToTheEndForAWhile) {
  Desk desk;
  add_example(desk);
  const char* uri = "sip:u@example.com;transport=tcp";
  const char* usual = "TCP 192.0.2.1:5060 TCP 192.0.2.2:5070";
  const char* turned = "TCP 192.0.2.2:5070 TCP 192.0.2.1:5060";
  const Target first{Protocol::Tcp, *Endpoint::parse("192.0.2.1:5060")};
  const Target second{Protocol::Tcp, *Endpoint::parse("192.0.2.2:5070")};
  EXPECT_EQ(desk.targets(uri, policy()), usual);
  desk.resolver.failed(desk.now, first);
  EXPECT_TRUE(desk.resolver.is_penalised(desk.now, first));
  EXPECT_EQ(desk.targets(uri, policy()), turned);
  desk.resolver.failed(desk.now, first);  // of the same moment: counts once
  desk.pass(seconds(31));
  EXPECT_EQ(desk.targets(uri, policy()), turned);
  desk.pass(seconds(1));
  EXPECT_EQ(desk.targets(uri, policy()), usual);
  desk.resolver.failed(desk.now, first);  // again: twice as long
  desk.pass(seconds(63));
  EXPECT_EQ(desk.targets(uri, policy()), turned);
  desk.pass(seconds(1));
  EXPECT_EQ(desk.targets(uri, policy()), usual);
  desk.resolver.failed(desk.now, first);
  desk.pass(seconds(1));
  desk.resolver.failed(desk.now, second);  // both: the one whose penalty ends first
  EXPECT_EQ(desk.targets(uri, policy()), turned);
  desk.resolver.succeeded(first);
  EXPECT_EQ(desk.targets(uri, policy()), usual);
}

TEST(Resolver, PenaltiesEndAtFiveMinutesAndRetryAfterIsObeyed) {
  Desk desk;
  const Target target{Protocol::Udp, *Endpoint::parse("192.0.2.1:5060")};
  for (int i = 0; i < 8; ++i) {
    desk.resolver.failed(desk.now, target);
    desk.pass(minutes(5));
    EXPECT_FALSE(desk.resolver.is_penalised(desk.now, target));
  }
  desk.resolver.failed(desk.now, target, seconds(7));
  desk.pass(seconds(6));
  EXPECT_TRUE(desk.resolver.is_penalised(desk.now, target));
  desk.pass(seconds(1));
  EXPECT_FALSE(desk.resolver.is_penalised(desk.now, target));
  desk.resolver.failed(desk.now, target, seconds(100'000'000));
  desk.pass(seconds(3600));
  EXPECT_FALSE(desk.resolver.is_penalised(desk.now, target));
}

// §5: the sent-by of a response whose connection is gone.
TEST(Resolver, ResponsesFindTheSentBy) {
  Desk desk;
  add_example(desk);
  const auto via = sip::Via::parse("SIP/2.0/TCP example.com;branch=z9hG4bKx");
  ASSERT_TRUE(via);
  EXPECT_EQ(Desk::text_of(desk.locate(*destination_of(*via), policy())), "TCP 192.0.2.1:5060 TCP 192.0.2.2:5070");
  const auto secure = sip::Via::parse("SIP/2.0/TLS example.com:5099;branch=z9hG4bKx");
  EXPECT_EQ(Desk::text_of(desk.locate(*destination_of(*secure), policy())), "TLS 192.0.2.9:5099");
  EXPECT_FALSE(destination_of(*sip::Via::parse("SIP/2.0/SCTP example.com;branch=z9hG4bKx")));
}

}  // namespace
}  // namespace offhook::transport
