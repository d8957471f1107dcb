// The registrar: RFC 3261 §10.3, §22, RFC 3327, and what the store's answer decides.
#include "harness.hpp"
#include "registrar/contacts.hpp"
#include "sip/header/contact.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

const Endpoint kAlice = party(11);
const Endpoint kBob = party(12);

Config with_digest() {
  Config config = World::default_config();
  config.authenticate = true;
  return config;
}

Draft reg(std::string_view contact, std::uint32_t cseq = 1) {
  Draft draft;
  draft.method = "REGISTER";
  draft.uri = "sip:example.test";
  draft.to = "<sip:1001@example.test>";
  draft.call_id = "reg";
  draft.cseq = cseq;
  draft.branch = "z9hG4bKr" + std::to_string(cseq);
  if (!contact.empty()) draft.headers.push_back("Contact: " + std::string(contact));
  return draft;
}

std::vector<std::string> contacts(const sip::Message& response) {
  std::vector<std::string> out;
  for (const auto contact : response.values(HeaderId::Contact)) out.emplace_back(contact);
  return out;
}

TEST(Registrar, AddsABindingAndListsItWithItsExpiry) {
  World world;
  const auto ok = world.register_user("1001", kAlice, "<sip:1001@192.0.2.11:5060;line=a>;expires=600;q=0.7");
  EXPECT_EQ(ok.status(), 200);
  EXPECT_EQ(contacts(ok), std::vector<std::string>{"<sip:1001@192.0.2.11:5060;line=a>;expires=600;q=0.700"});
  EXPECT_EQ(value(ok, HeaderId::Date), "Sat, 13 Nov 2010 23:29:00 GMT");
  ASSERT_EQ(world.core->bindings(world.now.wall).size(), 1U);
  EXPECT_EQ(world.core->bindings(world.now.wall)[0].aor, "sip:1001@example.test");
  EXPECT_EQ(world.core->counters().registered, 1U);

  world.advance(seconds(100));
  EXPECT_EQ(contacts(world.register_user("1001", kAlice, "")),
            std::vector<std::string>{"<sip:1001@192.0.2.11:5060;line=a>;expires=500;q=0.700"});
}

TEST(Registrar, ExpiryComesFromContactThenHeaderThenDefaultAndIsCapped) {
  World world;
  const auto expires = [](const sip::Message& ok) {
    return sip::Contact::parse(*ok.top(HeaderId::Contact))->expires();
  };
  EXPECT_EQ(expires(world.register_user("1001", kAlice, "<sip:a@192.0.2.11>;expires=90", {"Expires: 120"})), 90U);
  EXPECT_EQ(expires(world.register_user("1001", kAlice, "<sip:a@192.0.2.11>", {"Expires: 120"})), 120U);
  EXPECT_EQ(expires(world.register_user("1001", kAlice, "<sip:a@192.0.2.11>")), 3600U);
  EXPECT_EQ(expires(world.register_user("1001", kAlice, "<sip:a@192.0.2.11>", {"Expires: 100000"})), 7200U);
}

TEST(Registrar, TooShortAnExpiryIs423WithMinExpires) {
  World world;
  const auto answer = world.register_user("1001", kAlice, "<sip:a@192.0.2.11>;expires=59");
  EXPECT_EQ(answer.status(), 423);
  EXPECT_EQ(value(answer, HeaderId::MinExpires), "60");
  EXPECT_EQ(world.core->binding_count(), 0U);
  EXPECT_TRUE(world.writes.empty());
}

TEST(Registrar, ZeroRemovesThatContactAndStarAllOfThem) {
  World world;
  world.register_party("1001", kAlice);
  world.register_party("1001", kBob);
  EXPECT_EQ(world.core->binding_count(), 2U);
  EXPECT_EQ(contacts(world.register_user("1001", kAlice, "<sip:1001@192.0.2.11:5060>;expires=0")).size(), 1U);
  EXPECT_EQ(world.core->binding_count(), 1U);
  const auto ok = world.register_user("1001", kAlice, "*", {"Expires: 0"});
  EXPECT_EQ(ok.status(), 200);
  EXPECT_TRUE(contacts(ok).empty());
  EXPECT_EQ(world.core->binding_count(), 0U);
  EXPECT_TRUE(world.writes.back().remove.at(0).contact.empty());
}

TEST(Registrar, StarNeedsExpiresZeroAndStandsAlone) {
  World world;
  world.register_party("1001", kAlice);
  EXPECT_EQ(world.register_user("1001", kAlice, "*").status(), 400);
  EXPECT_EQ(world.register_user("1001", kAlice, "*", {"Expires: 10"}).status(), 400);
  EXPECT_EQ(world.register_user("1001", kAlice, "*, <sip:a@192.0.2.11>", {"Expires: 0"}).status(), 400);
  EXPECT_EQ(world.core->binding_count(), 1U);
}

TEST(Registrar, AnOlderCSeqOfTheSameCallIdChangesNothing) {
  World world;
  world.send(kAlice, reg("<sip:a@192.0.2.11>;expires=600", 5));
  world.expect(kAlice, 200);
  auto old = reg("<sip:a@192.0.2.11>;expires=0", 4);
  world.send(kAlice, old);
  world.expect(kAlice, 500);
  old = reg("*", 5);
  old.branch = "z9hG4bKstar";
  old.headers.push_back("Expires: 0");
  world.send(kAlice, old);
  world.expect(kAlice, 500);
  EXPECT_EQ(world.core->binding_count(), 1U);
  // Another Call-ID (the phone was restarted) may.
  auto fresh = reg("<sip:a@192.0.2.11>;expires=0", 1);
  fresh.call_id = "other";
  world.send(kAlice, fresh);
  world.expect(kAlice, 200);
  EXPECT_EQ(world.core->binding_count(), 0U);
}

TEST(Registrar, AnEqualUriReplacesTheBindingHoweverItIsWritten) {
  World world;
  world.register_user("1001", kAlice, "<sip:a@Host.Example:5070;transport=udp>");
  const auto ok = world.register_user("1001", kAlice, "<sip:%61@host.example:5070;transport=UDP>");
  EXPECT_EQ(contacts(ok).size(), 1U);
  EXPECT_EQ(world.core->binding_count(), 1U);
  EXPECT_EQ(world.writes.back().remove.at(0).contact, "sip:a@Host.Example:5070;transport=udp");
  EXPECT_EQ(world.writes.back().put.at(0).contact, "sip:%61@host.example:5070;transport=UDP");
}

TEST(Registrar, OneRequestNeverPutsAndRemovesTheSameContact) {
  World world;
  world.register_user("1001", kAlice, "<sip:a@192.0.2.11>");
  world.register_user("1001", kAlice, "<sip:a@192.0.2.11>;expires=0, <sip:a@192.0.2.11>;expires=700");
  EXPECT_TRUE(world.writes.back().remove.empty());
  EXPECT_EQ(world.writes.back().put.size(), 1U);
  EXPECT_EQ(world.core->binding_count(), 1U);
}

TEST(Registrar, MoreContactsThanAllowedAre403) {
  Config config = World::default_config();
  config.max_contacts = 2;
  World world(config);
  EXPECT_EQ(world.register_user("1001", kAlice, "<sip:a@192.0.2.11>, <sip:b@192.0.2.11>").status(), 200);
  EXPECT_EQ(world.register_user("1001", kAlice, "<sip:c@192.0.2.11>").status(), 403);
  EXPECT_EQ(world.register_user("1001", kAlice, "<sip:a@192.0.2.11>").status(), 200);
  EXPECT_EQ(world.register_user("1001", kAlice, "<sip:a@192.0.2.11>;expires=0, <sip:c@192.0.2.11>").status(), 200);
}

TEST(Registrar, BrokenContactsAre400) {
  World world;
  world.send(kAlice, reg("<sip:a@192.0.2.11"));
  world.expect(kAlice, 400);
  EXPECT_EQ(world.core->binding_count(), 0U);
}

TEST(Registrar, AnExtensionItDoesNotKnowIs420) {
  World world;
  const auto answer = world.register_user("1001", kAlice, "<sip:a@192.0.2.11>", {"Require: path, gruu, outbound, foo"});
  EXPECT_EQ(answer.status(), 420);
  EXPECT_EQ(value(answer, HeaderId::Unsupported), "foo");
}

TEST(Registrar, PathIsKeptAndSaidBack) {
  World world;
  const auto ok =
      world.register_user("1001", kAlice, "<sip:a@192.0.2.11>",
                          {"Supported: path", "Path: <sip:edge1.example;lr>", "Path: <sip:edge2.example;lr>"});
  EXPECT_EQ(ok.count(HeaderId::Path), 2U);
  EXPECT_EQ(world.writes.at(0).put.at(0).path, "<sip:edge1.example;lr>, <sip:edge2.example;lr>");
}

TEST(Registrar, APathThatThePhoneDoesNotKnowOfIsRefusedUnlessPermitted) {
  World world;
  const auto refusal = world.register_user("1001", kAlice, "<sip:a@192.0.2.11>", {"Path: <sip:edge1.example;lr>"});
  EXPECT_EQ(refusal.status(), 420);
  EXPECT_EQ(value(refusal, HeaderId::Unsupported), "path");
  EXPECT_EQ(world.core->binding_count(), 0U);
  Config config = World::default_config();
  config.strict_path = false;
  World lenient(config);
  EXPECT_EQ(lenient.register_user("1001", kAlice, "<sip:a@192.0.2.11>", {"Path: <sip:edge1.example;lr>"}).status(),
            200);
  EXPECT_EQ(lenient.core->bindings(lenient.now.wall).at(0).path, "<sip:edge1.example;lr>");
}

TEST(Registrar, ServiceRoutesAreSaidInTheirOrder) {
  Config config = World::default_config();
  config.service_route = {"<sip:p1.example.test;lr>", "<sip:p2.example.test;lr>"};
  World world(config);
  const auto routes = [](const sip::Message& message) {
    std::vector<std::string> out;
    for (const auto route : message.values(HeaderId::ServiceRoute)) out.emplace_back(route);
    return out;
  };
  EXPECT_EQ(routes(world.register_user("1001", kAlice, "<sip:a@192.0.2.11>")), config.service_route);
  EXPECT_EQ(routes(world.register_user("1001", kAlice, "")), config.service_route) << "a query is told too";
  EXPECT_TRUE(routes(world.register_user("1001", kAlice, "<sip:a@192.0.2.11>;expires=1")).empty());
}

TEST(Registrar, ARequestCountsAsAWholeOrNotAtAll) {
  World world;
  world.register_user("1001", kAlice, "<sip:a@192.0.2.11>");
  world.writes.clear();
  for (const char* contacts :
       {"<sip:b@192.0.2.11>, <sip:c@192.0.2.11>;expires=5",
        "<sip:a@192.0.2.11>;expires=0, <sip:c@192.0.2.11>;expires=5", "<sip:b@192.0.2.11>, <sip:@@>"})
    EXPECT_GE(world.register_user("1001", kAlice, contacts).status(), 400) << contacts;
  // One of two is older than what is there.
  world.send(kAlice, reg("<sip:d@192.0.2.11>", 9));
  world.expect(kAlice, 200);
  world.writes.clear();
  auto late = reg("<sip:e@192.0.2.11>, <sip:d@192.0.2.11>", 8);
  world.send(kAlice, late);
  world.expect(kAlice, 500);
  EXPECT_TRUE(world.writes.empty());
  EXPECT_EQ(world.core->binding_count(), 2U);
}

TEST(Registrar, WhatIsTooLongToBeKeptIs400) {
  World world;
  EXPECT_EQ(world.register_user("1001", kAlice, "<sip:" + std::string(1100, 'a') + "@192.0.2.11>").status(), 400);
  EXPECT_EQ(world
                .register_user("1001", kAlice, "<sip:a@192.0.2.11>",
                               {"Supported: path", "Path: <sip:" + std::string(5000, 'e') + ".example;lr>"})
                .status(),
            400);
  EXPECT_EQ(world.core->binding_count(), 0U);
}

TEST(Registrar, BindingsExpireInMemoryAndThenInTheStore) {
  World world;
  world.register_user("1001", kAlice, "<sip:a@192.0.2.11>;expires=60, <sip:b@192.0.2.11>;expires=120");
  world.register_user("1002", kBob, "<sip:a@192.0.2.12>;expires=60");
  world.writes.clear();
  world.advance(seconds(59));
  EXPECT_EQ(world.core->binding_count(), 3U);
  world.advance(seconds(2));
  EXPECT_EQ(world.core->binding_count(), 1U);
  ASSERT_EQ(world.writes.size(), 1U) << "what expires in one second goes in one batch";
  EXPECT_EQ(world.writes[0].remove.size(), 2U);
  world.advance(seconds(60));
  EXPECT_EQ(world.core->binding_count(), 0U);
  EXPECT_FALSE(world.core->deadline().has_value());
}

TEST(Registrar, TheAnswerLeavesAfterTheStoreHasIt) {
  World world;
  world.hold_store = true;
  world.send(kAlice, reg("<sip:a@192.0.2.11>"));
  world.send(kAlice, reg("<sip:a@192.0.2.11>"));  // retransmission
  EXPECT_TRUE(world.quiet(kAlice));
  EXPECT_EQ(world.writes.size(), 1U);
  EXPECT_EQ(world.core->binding_count(), 0U);
  world.release_store(true);
  world.expect(kAlice, 200);
  EXPECT_EQ(world.core->binding_count(), 1U);
  world.expect_clean();
}

TEST(Registrar, WhatIsNotStoredIsNotAcknowledgedAndNotUsed) {
  World world;
  world.store_ok = false;
  const auto answer = world.register_user("1001", kAlice, "<sip:a@192.0.2.11>");
  EXPECT_EQ(answer.status(), 500);
  EXPECT_FALSE(value(answer, HeaderId::RetryAfter).empty());
  EXPECT_EQ(world.core->binding_count(), 0U);
  EXPECT_EQ(world.core->counters().store_failures, 1U);
  world.store_ok = true;
  world.register_party("1001", kAlice);
  world.store_ok = false;
  EXPECT_EQ(world.register_user("1001", kAlice, "*", {"Expires: 0"}).status(), 500);
  EXPECT_EQ(world.core->binding_count(), 1U) << "a removal that was not stored did not happen";
}

TEST(Registrar, RequestsOfOneAddressWaitForEachOther) {
  World world;
  world.hold_store = true;
  world.send(kAlice, reg("<sip:a@192.0.2.11>", 1));
  world.send(kAlice, reg("<sip:b@192.0.2.11>", 2));
  world.send(kAlice, reg("", 3));
  EXPECT_EQ(world.writes.size(), 1U);
  world.release_store(true);
  EXPECT_EQ(contacts(world.expect(kAlice, 200)).size(), 1U);
  EXPECT_EQ(world.writes.size(), 2U);
  world.release_store(false);
  world.expect(kAlice, 500);
  EXPECT_EQ(contacts(world.expect(kAlice, 200)).size(), 1U);
}

TEST(Registrar, ARefreshUnderWayIsNotUndoneByExpiry) {
  World world;
  world.send(kAlice, reg("<sip:a@192.0.2.11>;expires=60", 1));
  world.advance(seconds(59));
  world.hold_store = true;
  world.writes.clear();
  world.send(kAlice, reg("<sip:a@192.0.2.11>;expires=60", 2));
  world.advance(seconds(5));
  world.hold_store = false;
  world.release_store(true);
  world.advance(seconds(1));
  EXPECT_EQ(world.core->binding_count(), 1U);
  ASSERT_EQ(world.writes.size(), 1U) << "no removal after the refresh";
  EXPECT_TRUE(world.writes[0].remove.empty());
}

TEST(Registrar, TheRemovalOfAnExpiredBindingNeverFollowsItsReturn) {
  World world;
  world.send(kAlice, reg("<sip:a@192.0.2.11>;expires=60", 1));
  world.writes.clear();
  world.now.mono += seconds(61);
  world.now.wall += seconds(61);
  world.core->wake(world.now);  // expires; nobody asks for writes yet
  EXPECT_EQ(world.core->binding_count(), 0U);
  world.send(kAlice, reg("<sip:a@192.0.2.11>;expires=60", 2));
  ASSERT_EQ(world.writes.size(), 2U);
  EXPECT_EQ(world.writes[0].remove.size(), 1U);
  EXPECT_EQ(world.writes[1].put.size(), 1U);
  EXPECT_LT(world.writes[0].id, world.writes[1].id);
}

TEST(Registrar, LoadedBindingsCountAndExpiredOnesAreCleared) {
  World world;
  Binding live{"sip:1001@example.test", "sip:a@192.0.2.11", "c", 1, world.now.wall + seconds(100), 1000, "", "", ""};
  Binding dead = live;
  dead.contact = "sip:b@192.0.2.11";
  dead.expires = world.now.wall - seconds(1);
  world.core->load(world.now, {live, dead});
  EXPECT_EQ(world.core->binding_count(), 1U);
  world.advance(seconds(0));
  ASSERT_EQ(world.writes.size(), 1U);
  EXPECT_EQ(world.writes[0].remove.at(0).contact, "sip:b@192.0.2.11");
  world.advance(seconds(101));
  EXPECT_EQ(world.core->binding_count(), 0U);
}

TEST(Registrar, AllDomainsAndSocketsAreOneAddressOfRecord) {
  Config config = World::default_config();
  config.domains.push_back("192.0.2.1");
  World world(config);
  auto draft = reg("<sip:a@192.0.2.11>");
  draft.uri = "sip:192.0.2.1";
  draft.to = "<sip:1001@192.0.2.1:5060>";
  world.send(kAlice, draft);
  world.expect(kAlice, 200);
  EXPECT_EQ(world.core->bindings(world.now.wall).at(0).aor, "sip:1001@example.test");
  draft.to = "<sip:1001@elsewhere.example>";
  draft.cseq = 2;
  draft.branch += "2";
  world.send(kAlice, draft);
  world.expect(kAlice, 404);
}

TEST(Registrar, AToThatIsNoSipAddressIs400) {
  World world;
  auto draft = reg("<sip:a@192.0.2.11>");
  draft.to = "isbn:2983792873";
  world.send(kAlice, draft);
  const auto answer = world.expect(kAlice, 400);
  EXPECT_EQ(answer.reason(), "To Is Not A SIP URI");
  EXPECT_EQ(world.core->binding_count(), 0U);
}

TEST(RegistrarDigest, ChallengesWithTheStrongerAlgorithmFirst) {
  World world(with_digest());
  world.send(kAlice, reg("<sip:a@192.0.2.11>"));
  const auto challenge = world.expect(kAlice, 401);
  ASSERT_EQ(challenge.count(HeaderId::WwwAuthenticate), 2U);
  EXPECT_NE(value(challenge, HeaderId::WwwAuthenticate).find("SHA-256"), std::string::npos);
  EXPECT_EQ(world.core->binding_count(), 0U);
}

TEST(RegistrarDigest, OffersAndAcceptsWhatIsConfigured) {
  auto config = with_digest();
  config.digest = {sip::DigestAlgorithm::Md5};
  World world(config);
  auto draft = reg("<sip:a@192.0.2.11>");
  world.send(kAlice, draft);
  const auto refusal = world.expect(kAlice, 401);
  ASSERT_EQ(refusal.count(HeaderId::WwwAuthenticate), 1U);
  auto challenge = *sip::Challenge::parse(value(refusal, HeaderId::WwwAuthenticate));
  EXPECT_EQ(challenge.algorithm, sip::DigestAlgorithm::Md5);

  const auto plain = draft.headers;
  const auto answer_with = [&](sip::DigestAlgorithm algorithm, unsigned cseq, int status) {
    challenge.algorithm = algorithm;
    const auto ha1 = sip::ha1(algorithm, "1001", challenge.realm, "secret-1001");
    draft.headers = plain;
    draft.headers.push_back(
        "Authorization: " +
        sip::answer_challenge(challenge, "1001", ha1, {draft.method, draft.uri}, "cnonce", 1).text());
    draft.cseq = cseq;
    draft.branch = "z9hG4bKdigest" + std::to_string(cseq);
    world.send(kAlice, draft);
    world.expect(kAlice, status);
  };
  answer_with(sip::DigestAlgorithm::Sha256, 2, 401);
  answer_with(sip::DigestAlgorithm::Md5, 3, 200);
}

struct DigestCase {
  const char* name;
  sip::DigestAlgorithm algorithm;
  const char* user;
  const char* password;
  Duration delay;
  int status;
  bool stale;
};

class RegistrarDigestCase : public testing::TestWithParam<DigestCase> {};

TEST_P(RegistrarDigestCase, Answers) {
  const auto& c = GetParam();
  World world(with_digest());
  auto draft = reg("<sip:a@192.0.2.11>");
  world.send(kAlice, draft);
  const auto challenge = world.expect(kAlice, 401);
  world.advance(c.delay);
  draft.headers.push_back("Authorization: " + World::credentials(challenge, draft, c.user, c.password, 1, c.algorithm));
  draft.cseq = 2;
  draft.branch = "z9hG4bKr2";
  world.send(kAlice, draft);
  const auto answer = world.expect(kAlice, c.status);
  EXPECT_EQ(world.core->binding_count(), c.status == 200 ? 1U : 0U);
  if (c.status == 401) {
    EXPECT_EQ(sip::Challenge::parse(value(answer, HeaderId::WwwAuthenticate))->stale, c.stale);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RegistrarDigestCase,
    testing::Values(
        DigestCase{"Sha256", sip::DigestAlgorithm::Sha256, "1001", "secret-1001", seconds(1), 200, false},
        DigestCase{"Md5", sip::DigestAlgorithm::Md5, "1001", "secret-1001", seconds(1), 200, false},
        DigestCase{"WrongPassword", sip::DigestAlgorithm::Md5, "1001", "guess", seconds(1), 401, false},
        DigestCase{"UnknownUser", sip::DigestAlgorithm::Md5, "9999", "guess", seconds(1), 401, false},
        DigestCase{"AnotherUser", sip::DigestAlgorithm::Sha256, "1002", "secret-1002", seconds(1), 403, false},
        DigestCase{"StaleNonce", sip::DigestAlgorithm::Sha256, "1001", "secret-1001", seconds(400), 401, true},
        DigestCase{"StaleNonceWrongPassword", sip::DigestAlgorithm::Sha256, "1001", "guess", seconds(400), 401, false}),
    [](const auto& i) { return i.param.name; });

TEST(RegistrarDigest, AReplayedCountIsRefusedAndAFreshOneAccepted) {
  World world(with_digest());
  auto draft = reg("<sip:a@192.0.2.11>");
  world.send(kAlice, draft);
  const auto challenge = world.expect(kAlice, 401);
  const auto attempt = [&](std::uint32_t cseq, std::uint32_t nc) {
    auto next = reg("<sip:a@192.0.2.11>", cseq);
    next.headers.push_back("Authorization: " + World::credentials(challenge, next, "1001", "secret-1001", nc));
    world.send(kAlice, next);
    return world.take(kAlice).status();
  };
  EXPECT_EQ(attempt(2, 1), 200);
  EXPECT_EQ(attempt(3, 1), 401);
  EXPECT_EQ(attempt(4, 3), 200);
  EXPECT_EQ(attempt(5, 2), 200) << "out of order, but not used before";
  EXPECT_EQ(attempt(6, 2), 401);
}

TEST(RegistrarDigest, ANonceOfAnotherRunIsStaleForWhoKnowsThePassword) {
  World world(with_digest());
  auto draft = reg("<sip:a@192.0.2.11>");
  sip::Challenge forged;
  forged.realm = kDomain;
  forged.nonce = "made-elsewhere";
  forged.qop_auth = true;
  draft.headers.push_back("Authorization: " + sip::answer_challenge(forged, "1001",
                                                                    make_user("1001", "secret-1001", kDomain).ha1.at(0),
                                                                    {"REGISTER", draft.uri}, "c", 1)
                                                  .text());
  world.send(kAlice, draft);
  EXPECT_TRUE(sip::Challenge::parse(value(world.expect(kAlice, 401), HeaderId::WwwAuthenticate))->stale);
}

TEST(ReceivedFrom, SeesANatByContactAndVia) {
  const auto received = [](std::string via, std::string contact, const Endpoint& source) {
    Draft draft;
    draft.via = std::move(via);
    const auto message = sip::Message::parse(draft.text(source));
    return received_from(*message, *sip::Uri::parse(contact), source);
  };
  const Endpoint nat{IpAddress::v4(203, 0, 113, 9), 40000};
  const std::string inside = "SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK1";
  EXPECT_EQ(received(inside, "sip:a@10.0.0.5:5060", nat), "203.0.113.9:40000");
  EXPECT_EQ(received(inside, "sip:a@203.0.113.9:40000", nat), "");
  EXPECT_EQ(received("SIP/2.0/UDP 203.0.113.9:40000;branch=z9hG4bK1", "sip:a@10.0.0.5:5060", nat), "")
      << "another machine's contact";
  EXPECT_EQ(received("SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1, " + inside, "sip:a@10.0.0.5:5060", nat), "")
      << "behind another proxy";
}

}  // namespace
}  // namespace offhook::proxy::test
