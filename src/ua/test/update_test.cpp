// UPDATE (RFC 3311), INVITE without an offer (RFC 3261 §13.2.1) and leaving early dialogs by BYE (§15).
#include "world.hpp"

namespace offhook::ua::test {
namespace {

Account updating(std::string user) {
  Account out = account(std::move(user));
  out.modify_by_update = true;
  return out;
}

TEST(Update, HoldsAndResumesWithoutAnAck) {
  Pair pair(1, updating("1001"));
  pair.establish();
  pair.a.hold(pair.from_a);
  pair.world.run_for(seconds(1));
  EXPECT_EQ(pair.world.count("A>B UPDATE"), 1);
  EXPECT_EQ(pair.world.count("B>A 200 UPDATE"), 1);
  EXPECT_EQ(pair.world.count("A>B ACK"), 1);
  EXPECT_TRUE(pair.a.last<HoldChanged>().held);
  EXPECT_TRUE(pair.b.last<RemoteHoldChanged>().held);
  pair.a.resume(pair.from_a);
  pair.world.run_for(seconds(1));
  EXPECT_FALSE(pair.b.last<RemoteHoldChanged>().held);
  pair.a.hang_up(pair.from_a);
  ASSERT_TRUE(pair.world.settle());
  pair.a.expect_clean();
  pair.b.expect_clean();
}

TEST(Update, WithoutAnOfferRefreshesTheTargetAndLeavesTheSessionAlone) {
  Pair pair;
  pair.establish();
  const auto media = pair.b.all<MediaChanged>().size();
  pair.a.act([&] { pair.a.ua.refresh(pair.world.now(), pair.from_a); });
  pair.world.run_for(seconds(1));
  EXPECT_EQ(pair.world.count("B>A 200 UPDATE"), 1);
  EXPECT_EQ(pair.b.all<MediaChanged>().size(), media);
  EXPECT_TRUE(sip::Message::parse(pair.world.last("A>B UPDATE"))->body().empty());
  EXPECT_TRUE(sip::Message::parse(pair.world.last("B>A 200 UPDATE"))->body().empty());
  pair.b.hang_up(pair.at_b);
  ASSERT_TRUE(pair.world.settle());
  pair.a.expect_clean();
  pair.b.expect_clean();
}

// Nothing comes back any more: the peer has lost the dialog.
TEST(Update, ThatNobodyAnswersEndsTheCall) {
  Pair pair;
  pair.establish();
  pair.world.filter = [](const std::string& line) { return !line.ends_with("UPDATE"); };
  pair.a.act([&] { pair.a.ua.refresh(pair.world.now(), pair.from_a); });
  pair.world.run_for(seconds(33));
  EXPECT_EQ(pair.a.last<CallEnded>().status, 408);
  ASSERT_TRUE(pair.world.settle());
  pair.a.expect_clean();
  pair.b.expect_clean();
}

TEST(LateOffer, CalleeOffersAndTheAckAnswers) {
  Account late = account("1001");
  late.offer_in_invite = false;
  Pair pair(1, late);
  pair.establish();
  EXPECT_TRUE(sip::Message::parse(pair.world.last("A>B INVITE"))->body().empty());
  EXPECT_FALSE(sip::Message::parse(pair.world.last("B>A 200 INVITE"))->body().empty());
  EXPECT_FALSE(sip::Message::parse(pair.world.last("A>B ACK"))->body().empty());
  ASSERT_TRUE(pair.a.last<MediaChanged>().negotiated);
  ASSERT_TRUE(pair.b.last<MediaChanged>().negotiated);
  EXPECT_EQ(pair.b.last<MediaChanged>().negotiated->remote, pair.a.rtp());
  pair.b.hang_up(pair.at_b);
  ASSERT_TRUE(pair.world.settle());
  pair.a.expect_clean();
  pair.b.expect_clean();
}

TEST(EarlyBye, EndsTheInviteWith487) {
  Pair pair;
  const auto call = pair.a.call("1002");
  pair.world.run_for(milliseconds(20));
  pair.b.ring(pair.b.last<IncomingCall>().call);
  pair.world.run_for(milliseconds(20));
  pair.a.act([&] { pair.a.ua.hang_up_early(pair.world.now(), call); });
  ASSERT_TRUE(pair.world.settle());
  EXPECT_EQ(pair.world.count("A>B BYE"), 1);
  EXPECT_EQ(pair.world.count("A>B CANCEL"), 0);
  EXPECT_EQ(pair.world.count("B>A 487 INVITE"), 1);
  EXPECT_EQ(pair.b.last<CallEnded>().by, EndedBy::Remote);
  pair.a.expect_clean();
  pair.b.expect_clean();
}

// A peer that answers the BYE and goes on ringing.
TEST(EarlyBye, IsFollowedByCancelWhenNo487Comes) {
  Pair pair;
  Peer p(pair.world, "P", 50);
  pair.world.users["1009"] = &p;
  transaction::ServerId invite;
  sip::Message request;
  p.on_request = [&](transaction::RequestReceived& e) {
    const Now now = pair.world.now();
    if (e.request.method() == sip::Method::Invite) {
      invite = e.id;
      request = e.request;
      auto ringing = sip::Builder::response(e.request, 180, "early");
      p.transactions.respond(now.mono, e.id, ringing.add(sip::HeaderId::Contact, "<sip:p@10.0.0.50:5060>").build());
      return;
    }
    p.transactions.respond(now.mono, e.id, sip::Builder::response(e.request, 200, "early").build());
    if (e.request.method() == sip::Method::Cancel)
      p.transactions.respond(now.mono, invite, sip::Builder::response(request, 487, "early").build());
  };
  const auto call = pair.a.call("1009");
  pair.world.run_for(milliseconds(20));
  pair.a.act([&] { pair.a.ua.hang_up_early(pair.world.now(), call); });
  ASSERT_TRUE(pair.world.settle());
  EXPECT_EQ(pair.world.count("A>P BYE"), 1);
  EXPECT_EQ(pair.world.count("A>P CANCEL"), 1);
  pair.a.expect_clean();
}

}  // namespace
}  // namespace offhook::ua::test
