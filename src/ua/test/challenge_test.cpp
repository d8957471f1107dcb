// Every request of a call can be challenged: INVITE, re-INVITE, REFER, NOTIFY, BYE. RFC 3261 §22.
#include "sip/digest.hpp"
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using sip::HeaderId;
using testing::HasSubstr;

// A peer that asks for credentials and answers well once it has them.
struct Rig {
  Rig() : a(world, "A", 1, settings()), p(world, "P", 50) {
    world.users["peer"] = &p;
    p.on_request = [this](transaction::RequestReceived& e) { answer(e); };
  }
  static Account settings() {
    Account out = account("1001");
    out.auth_user = "alice";
    out.password = "secret";
    return out;
  }
  void answer(const transaction::RequestReceived& e) {
    const auto& request = e.request;
    if (request.method() == sip::Method::Ack) return;
    const auto reply = [&](sip::Builder builder) { p.transactions.respond(world.now().mono, e.id, builder.build()); };
    if (!authorized(request)) {
      sip::Challenge challenge{"proxy", "nonce" + std::to_string(++challenges), "", sip::DigestAlgorithm::Sha256, true,
                               stale};
      return reply(sip::Builder::response(request, 407, "t").add(HeaderId::ProxyAuthenticate, challenge.text()));
    }
    ++accepted;
    auto ok = sip::Builder::response(request, request.method() == sip::Method::Refer ? 202 : 200, "t");
    ok.add(HeaderId::Contact, "<sip:peer@10.0.0.50>");
    if (request.method() == sip::Method::Invite) ok.body("application/sdp", kSdp);
    reply(std::move(ok));
  }
  // One nonce is good for one request: each method is challenged anew.
  bool authorized(const sip::Message& request) {
    stale = false;
    const auto value = request.find(HeaderId::ProxyAuthorization);
    if (!value) return false;
    const auto credentials = sip::Credentials::parse(*value);
    if (!credentials || !sip::verify(*credentials, sip::ha1(sip::DigestAlgorithm::Sha256, "alice", "proxy", "secret"),
                                     request.method_text()))
      return false;
    stale = always_stale || credentials->nonce != "nonce" + std::to_string(challenges) || used == challenges;
    if (!stale) used = challenges;
    return !stale;
  }
  World world;
  Agent a;
  Peer p;
  int challenges = 0, used = 0, accepted = 0;
  bool stale = false, always_stale = false;
};

TEST(Challenge, InviteReinviteAndByeAreAnswered) {
  Rig rig;
  const CallId call = rig.a.call("peer");
  rig.world.run_for(seconds(1));
  ASSERT_EQ(rig.a.all<CallEstablished>().size(), 1U);
  EXPECT_THAT(rig.world.last("A>P INVITE"), HasSubstr("CSeq: 2 INVITE"));
  EXPECT_THAT(rig.world.last("A>P ACK"), HasSubstr("CSeq: 2 ACK"));
  EXPECT_THAT(rig.world.last("A>P ACK"), HasSubstr("Proxy-Authorization: Digest username=\"alice\""));
  rig.a.hold(call);
  rig.world.run_for(seconds(1));
  EXPECT_TRUE(rig.a.last<HoldChanged>().succeeded);
  rig.a.hang_up(call);
  EXPECT_TRUE(rig.world.settle());
  EXPECT_EQ(rig.accepted, 3);
  EXPECT_EQ(rig.challenges, 3);
  rig.a.expect_clean();
}

TEST(Challenge, ReferIsAnswered) {
  Rig rig;
  const CallId call = rig.a.call("peer");
  rig.world.run_for(seconds(1));
  rig.a.transfer(call, "1003");
  rig.world.run_for(seconds(1));
  EXPECT_EQ(rig.a.last<TransferProgress>().status, 202);
  EXPECT_EQ(rig.world.count("A>P REFER"), 2U);
}

TEST(Challenge, WithAWrongPasswordEndsTheCallAfterOneTry) {
  Rig rig;
  Agent b(rig.world, "B", 2, [] {
    Account out = account("1002");
    out.password = "wrong";
    return out;
  }());
  (void)b.call("peer");
  EXPECT_TRUE(rig.world.settle());
  EXPECT_EQ(rig.world.count("B>P INVITE"), 2U);
  EXPECT_EQ(b.last<CallEnded>().status, 407);
  b.expect_clean();
}

TEST(Challenge, ThatIsAlwaysStaleEndsSomeTime) {
  Rig rig;
  rig.always_stale = true;
  (void)rig.a.call("peer");
  EXPECT_TRUE(rig.world.settle());
  EXPECT_LE(rig.world.count("A>P INVITE"), 4U);
  EXPECT_EQ(rig.a.last<CallEnded>().status, 407);
  rig.a.expect_clean();
}

}  // namespace
}  // namespace offhook::ua::test
