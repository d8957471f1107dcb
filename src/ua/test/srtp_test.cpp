// Keys in offers and answers of calls: the three settings, forks, re-INVITEs. RFC 4568; guide
// account.X.srtp_encryption.
#include <set>

#include "world.hpp"

namespace offhook::ua::test {
namespace {

using sdp::CryptoSuite;
using sdp::Srtp;
using testing::HasSubstr;
using testing::Not;

constexpr auto k80 = CryptoSuite::AES_CM_128_HMAC_SHA1_80, k32 = CryptoSuite::AES_CM_128_HMAC_SHA1_32;

Account secured(std::string user, Srtp use, std::vector<CryptoSuite> offered = {k80, k32}) {
  Account out = account(std::move(user));
  out.srtp.use = use;
  out.srtp.offered = std::move(offered);
  return out;
}

std::optional<sdp::SrtpKeys> keys(const Agent& agent) {
  const auto negotiated = agent.last<MediaChanged>().negotiated;
  return negotiated ? negotiated->srtp : std::nullopt;
}

std::string body(const std::string& message) { return message.substr(message.find("\r\n\r\n") + 4); }

// What stands after "inline:" of each key line.
std::set<std::string> key_texts(const std::string& message) {
  std::set<std::string> out;
  for (auto at = message.find("inline:"); at != std::string::npos; at = message.find("inline:", at + 7))
    out.insert(message.substr(at + 7, message.find_first_of("|\r", at) - at - 7));
  return out;
}

struct Use {
  Srtp a, b;
  bool stands, encrypted;
};
class Settings : public testing::TestWithParam<Use> {};

TEST_P(Settings, AgreeOrRefuse) {
  const auto [of_a, of_b, stands, encrypted] = GetParam();
  Pair pair(1, secured("1001", of_a), secured("1002", of_b));
  pair.b.auto_answer = true;
  pair.from_a = pair.a.call("1002");
  pair.world.run_for(seconds(1));
  const std::string offer = pair.world.last("A>B INVITE");
  EXPECT_THAT(offer, HasSubstr(of_a == Srtp::Mandatory ? " RTP/SAVP " : " RTP/AVP "));
  EXPECT_EQ(key_texts(offer).size(), of_a == Srtp::Off ? 0U : 2U);
  if (!stands) {
    EXPECT_EQ(pair.world.count("B>A 488 INVITE"), 1U);
    EXPECT_EQ(pair.a.last<CallEnded>().status, 488);
    EXPECT_TRUE(pair.b.all<IncomingCall>().empty()) << "nobody is called for that";
  } else {
    ASSERT_EQ(keys(pair.a).has_value(), encrypted);
    ASSERT_EQ(keys(pair.b).has_value(), encrypted);
    if (encrypted) {
      EXPECT_EQ(keys(pair.a)->local, keys(pair.b)->remote);
      EXPECT_EQ(keys(pair.a)->remote, keys(pair.b)->local);
      EXPECT_NE(keys(pair.a)->local, keys(pair.a)->remote);
    }
    pair.a.hang_up(pair.from_a);
  }
  EXPECT_TRUE(pair.world.settle());
  pair.a.expect_clean();
  pair.b.expect_clean();
}
INSTANTIATE_TEST_SUITE_P(
    Table, Settings,
    testing::Values(Use{Srtp::Off, Srtp::Off, true, false}, Use{Srtp::Off, Srtp::Optional, true, false},
                    Use{Srtp::Off, Srtp::Mandatory, false, false}, Use{Srtp::Optional, Srtp::Off, true, false},
                    Use{Srtp::Optional, Srtp::Optional, true, true}, Use{Srtp::Optional, Srtp::Mandatory, true, true},
                    Use{Srtp::Mandatory, Srtp::Off, false, false}, Use{Srtp::Mandatory, Srtp::Optional, true, true},
                    Use{Srtp::Mandatory, Srtp::Mandatory, true, true}));

TEST(SrtpCall, LifetimeAndSuitesAreTheAccounts) {
  Account first = secured("1001", Srtp::Optional, {CryptoSuite::AEAD_AES_128_GCM, k80});
  first.srtp.lifetime = 20;
  first.srtp.unencrypted_rtcp = true;
  Account second = secured("1002", Srtp::Optional);
  second.srtp.lifetime = 31;
  Pair pair(1, first, second);
  pair.establish();
  const std::string offer = pair.world.last("A>B INVITE");
  EXPECT_THAT(offer, testing::ContainsRegex("a=crypto:1 AEAD_AES_128_GCM inline:[A-Za-z0-9+/]+=*\\|2\\^20\r\n"));
  EXPECT_THAT(offer, testing::ContainsRegex("a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:[^|]+\\|2\\^20 "
                                            "UNENCRYPTED_SRTCP\r\n"));
  EXPECT_THAT(pair.world.last("B>A 200 INVITE"),
              testing::ContainsRegex("a=crypto:1 AEAD_AES_128_GCM inline:[^|]+\\|2\\^31\r\n"));
  EXPECT_EQ(keys(pair.b)->suite, CryptoSuite::AEAD_AES_128_GCM) << "taken, though not offered by itself";
}

// Baresip 1.0 takes no second key in a call: from then on it hears nothing.
TEST(SrtpCall, HoldAndResumeKeepTheKeys) {
  Pair pair(1, secured("1001", Srtp::Mandatory), secured("1002", Srtp::Mandatory));
  pair.establish();
  const auto first = *keys(pair.a);
  for (Agent* holder : {&pair.a, &pair.a, &pair.b, &pair.b}) {
    const CallId id = holder == &pair.a ? pair.from_a : pair.at_b;
    if (holder->all<HoldChanged>().size() % 2 == 0)
      holder->hold(id);
    else
      holder->resume(id);
    pair.world.run_for(seconds(1));
    ASSERT_TRUE(keys(pair.a) && keys(pair.b));
    EXPECT_EQ(keys(pair.a)->local, keys(pair.b)->remote);
    EXPECT_EQ(keys(pair.a)->remote, keys(pair.b)->local);
    EXPECT_EQ(*keys(pair.a), first);
  }
  pair.a.hang_up(pair.from_a);
  EXPECT_TRUE(pair.world.settle());
}

TEST(SrtpCall, ARefreshOfTheSameOfferKeepsOurKey) {
  World world;
  Agent b(world, "B", 2, secured("1002", Srtp::Optional));
  Peer peer(world, "X", 5);
  b.auto_answer = true;
  const std::string offer =
      kSdp + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR\r\n";
  const auto invite = [&](int cseq, const std::string& text, const std::string& to_tag) {
    auto builder = peer.request("INVITE", "sip:1002@" + b.local.text(), "refreshed", cseq);
    builder.add(sip::HeaderId::Contact, "<sip:x@" + peer.local.text() + ">");
    auto message = builder.body("application/sdp", text).build();
    if (!to_tag.empty()) {
      std::string bytes{std::string_view(message.bytes())};
      const auto to = bytes.find("\r\nTo: ");
      bytes.insert(bytes.find("\r\n", to + 2), ";tag=" + to_tag);
      message = *sip::Message::parse(bytes);
    }
    peer.send(std::move(message), b.local);
    world.run_for(milliseconds(100));
  };
  invite(1, offer, "");
  ASSERT_EQ(peer.last_status(), 200);
  const auto first = key_texts(std::string(peer.responses.back().body()));
  const std::string tag(peer.responses.back().to_tag());
  ASSERT_EQ(first.size(), 1U);
  // Its ACK, so that the next INVITE finds the first one over.
  const auto plain_ack = peer.request("ACK", "sip:1002@" + b.local.text(), "refreshed", 1).build();
  std::string ack(plain_ack.bytes());
  ack.insert(ack.find("\r\n", ack.find("\r\nTo: ") + 2), ";tag=" + tag);
  peer.transactions.send_stateless(*sip::Message::parse(ack), peer.to(b.local));
  world.flush();
  world.run_for(milliseconds(100));
  invite(2, offer, tag);
  ASSERT_EQ(peer.last_status(), 200);
  EXPECT_EQ(key_texts(std::string(peer.responses.back().body())), first);
}

TEST(SrtpCall, ARedirectingServerLearnsNoKeyOfTheCall) {
  Pair pair(1, secured("1001", Srtp::Optional), secured("1002", Srtp::Optional));
  Agent c(pair.world, "C", 3, secured("1003", Srtp::Optional));
  c.auto_answer = true;
  pair.from_a = pair.a.call("1002");
  pair.world.run_for(milliseconds(2));
  pair.b.act(
      [&] { pair.b.ua.redirect(pair.world.now(), pair.b.last<IncomingCall>().call, "sip:1003@example.test", ""); });
  pair.world.run_for(seconds(1));
  const auto first = key_texts(pair.world.last("A>B INVITE")), second = key_texts(pair.world.last("A>C INVITE"));
  ASSERT_EQ(first.size(), 2U);
  ASSERT_EQ(second.size(), 2U);
  for (const auto& key : second) EXPECT_FALSE(first.contains(key));
  EXPECT_EQ(keys(pair.a)->local, keys(c)->remote);
}

TEST(SrtpCall, NewKeysComeBeforeTheOldHaveHadTheirLifetime) {
  Account first = secured("1001", Srtp::Mandatory);
  first.srtp.lifetime = 12;  // 4096 packets: 82 seconds
  Pair pair(1, first, secured("1002", Srtp::Mandatory));
  pair.establish();
  auto before = *keys(pair.a);
  for (std::size_t round = 2; round <= 4; ++round) {
    pair.world.run_for(seconds(57));
    EXPECT_EQ(pair.world.count("A>B INVITE"), round - 1) << "not too early";
    pair.world.run_for(seconds(6));
    EXPECT_EQ(pair.world.count("A>B INVITE"), round);
    const auto now = *keys(pair.a);
    EXPECT_NE(now.local, before.local);
    EXPECT_NE(now.remote, before.remote) << "theirs too: both change at once";
    EXPECT_EQ(now.local, keys(pair.b)->remote);
    before = now;
  }
  EXPECT_TRUE(pair.a.all<HoldChanged>().empty()) << "nobody has held anything";
  pair.a.hang_up(pair.from_a);
  EXPECT_TRUE(pair.world.settle());
  pair.a.expect_clean();
  pair.b.expect_clean();
}

TEST(SrtpCall, BothLifetimesEndAtOnceAndTheCallStands) {
  Account first = secured("1001", Srtp::Mandatory), second = secured("1002", Srtp::Mandatory);
  first.srtp.lifetime = second.srtp.lifetime = 10;  // 15 seconds
  Pair pair(1, first, second);
  pair.establish();
  pair.world.run_for(minutes(5));
  EXPECT_GE(pair.world.count("A>B INVITE") + pair.world.count("B>A INVITE"), 15U);
  EXPECT_EQ(keys(pair.a)->local, keys(pair.b)->remote);
  EXPECT_EQ(keys(pair.a)->remote, keys(pair.b)->local);
  EXPECT_TRUE(pair.a.all<CallEnded>().empty());
  pair.a.hold(pair.from_a);
  pair.world.run_for(seconds(10));
  EXPECT_EQ(pair.a.all<HoldChanged>().size(), 1U);
  EXPECT_TRUE(pair.a.last<HoldChanged>().held);
  pair.b.hang_up(pair.at_b);
  EXPECT_TRUE(pair.world.settle());
  pair.a.expect_clean();
  pair.b.expect_clean();
}

TEST(SrtpCall, ARefusedRenewalIsTriedAgainAndEndsNothing) {
  Account first = secured("1001", Srtp::Optional);
  first.srtp.lifetime = 12;
  World world;
  Agent a(world, "A", 1, first);
  Peer peer(world, "1002", 5);
  world.users["1002"] = &peer;
  int refused = 0;
  peer.on_request = [&](transaction::RequestReceived& event) {
    const auto& request = event.request;
    if (request.method() == sip::Method::Ack) return;
    const bool renewal = request.method() == sip::Method::Invite && !request.to_tag().empty();
    auto builder = sip::Builder::response(request, renewal ? 488 : 200, "peer");
    builder.add(sip::HeaderId::Contact, "<sip:x@" + peer.local.text() + ">");
    refused += renewal ? 1 : 0;
    if (request.method() == sip::Method::Invite && !renewal)
      builder.body("application/sdp",
                   kSdp + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR\r\n");
    peer.transactions.respond(world.now().mono, event.id, builder.build());
    world.flush();
  };
  const CallId call = a.call("1002");
  world.run_for(seconds(1));
  ASSERT_TRUE(keys(a));
  const auto first_keys = *keys(a);
  world.run_for(seconds(62));
  EXPECT_EQ(refused, 1);
  world.run_for(seconds(31));
  EXPECT_EQ(refused, 2);
  EXPECT_EQ(*keys(a), first_keys) << "the old parameters remain in place";
  EXPECT_TRUE(a.all<HoldChanged>().empty());
  EXPECT_TRUE(a.all<CallEnded>().empty());
  a.hang_up(call);
  EXPECT_TRUE(world.settle());
  a.expect_clean();
}

// RFC 4568 §7.3: the keys of an offer are known to all who were called by it.
class ForkedCall : public testing::Test {
 protected:
  // A calls; one rings, another one answers, and, `late`, the first one after it.
  void fork(bool renews, bool rings, bool late) {
    Account first = secured("1001", Srtp::Optional);
    first.srtp.renew_after_fork = renews;
    a.emplace(world, "A", 1, first);
    world.users["peer"] = &peer;
    (void)a->call("peer");
    world.run_for(milliseconds(10));
    if (rings) respond(0, 180, "one");
    respond(0, 200, "two");
    world.run_for(milliseconds(10));
    if (late) respond(0, 200, "one");
    world.run_for(milliseconds(10));
  }
  void respond(std::size_t request, int status, std::string_view tag) {
    const auto& invite = peer.requests.at(request);
    auto builder = sip::Builder::response(invite.request, status, tag);
    builder.add(sip::HeaderId::Contact, "<sip:peer@10.0.0.50>");
    if (status == 200)
      builder.body("application/sdp",
                   kSdp + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR\r\n");
    peer.transactions.respond(world.now().mono, invite.id, builder.build());
    world.flush();
  }
  [[nodiscard]] std::vector<std::size_t> invites() const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < peer.requests.size(); ++i)
      if (peer.requests[i].request.method() == sip::Method::Invite) out.push_back(i);
    return out;
  }

  World world;
  Peer peer{world, "P", 50};
  std::optional<Agent> a;
};

TEST_F(ForkedCall, GetsKeysThatOnlyWhoAnsweredKnows) {
  fork(true, true, false);
  const auto sent = invites();
  ASSERT_EQ(sent.size(), 2U);
  const auto& renewal = peer.requests[sent[1]].request;
  EXPECT_EQ(renewal.to_tag(), "two");
  const auto known = key_texts(std::string(std::string_view(peer.requests[sent[0]].request.bytes())));
  const auto fresh = key_texts(std::string(std::string_view(renewal.bytes())));
  EXPECT_FALSE(fresh.empty());
  for (const auto& key : fresh) EXPECT_FALSE(known.contains(key));
  const auto before = keys(*a);
  respond(sent[1], 200, "");
  world.run_for(milliseconds(10));
  ASSERT_TRUE(before && keys(*a));
  EXPECT_NE(keys(*a)->local, before->local);
  EXPECT_TRUE(a->all<HoldChanged>().empty());
}

TEST_F(ForkedCall, AlsoWhereTheOtherOneAnswersTooLate) {
  fork(true, false, true);
  EXPECT_EQ(invites().size(), 2U);
  EXPECT_EQ(world.count("A>P BYE"), 1U) << "to the other one";
}

TEST_F(ForkedCall, AlsoWhereAnotherOfferIsOpenAtThatMoment) {
  fork(true, false, false);
  a->hold(a->last<CallEstablished>().call);
  world.run_for(milliseconds(10));
  ASSERT_EQ(invites().size(), 2U);
  respond(0, 200, "one");
  world.run_for(milliseconds(10));
  respond(invites()[1], 200, "");
  world.run_for(milliseconds(10));
  ASSERT_EQ(invites().size(), 3U);
  const auto said = [&](std::size_t invite) {
    return key_texts(std::string(std::string_view(peer.requests[invites()[invite]].request.bytes())));
  };
  const auto known = said(0), held = said(1), fresh = said(2);
  EXPECT_TRUE(std::ranges::any_of(held, [&](const auto& key) { return known.contains(key); })) << "the one in use";
  for (const auto& key : fresh) EXPECT_FALSE(known.contains(key));
}

TEST_F(ForkedCall, HoldThatIsWishedWhileNewKeysAreRefusedIsOfferedAfterThem) {
  fork(true, true, false);
  ASSERT_EQ(invites().size(), 2U);
  a->hold(a->last<CallEstablished>().call);
  respond(invites()[1], 488, "");
  world.run_for(milliseconds(10));
  ASSERT_EQ(invites().size(), 3U);
  EXPECT_TRUE(a->all<HoldChanged>().empty());
  respond(invites()[2], 200, "");
  world.run_for(milliseconds(10));
  EXPECT_TRUE(a->last<HoldChanged>().held);
}

TEST_F(ForkedCall, ARefusalIsNotAskedAgain) {
  fork(true, true, false);
  ASSERT_EQ(invites().size(), 2U);
  respond(invites()[1], 488, "");
  world.run_for(minutes(3));
  EXPECT_EQ(invites().size(), 2U);
  EXPECT_TRUE(a->all<CallEnded>().empty());
}

TEST_F(ForkedCall, KeepsItsKeysWhereTheAccountDoesNotWantOthers) {
  fork(false, true, true);
  EXPECT_EQ(invites().size(), 1U);
}

TEST_F(ForkedCall, OnePhoneThatIsCalledIsNoFork) {
  fork(true, false, false);
  EXPECT_EQ(invites().size(), 1U);
}

TEST(SrtpCall, WithoutItNoKeyIsDrawnAndNoneIsSaid) {
  Pair pair;
  pair.establish();
  EXPECT_THAT(body(pair.world.last("A>B INVITE")), Not(HasSubstr("crypto")));
  EXPECT_THAT(body(pair.world.last("B>A 200 INVITE")), Not(HasSubstr("crypto")));
}

}  // namespace
}  // namespace offhook::ua::test
