// A branch whose next hop is a name: RFC 3263 §4, and the next server when one fails, §4.3.
#include <gmock/gmock.h>

#include "harness.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;
using testing::ElementsAre;
using transport::dns::Answer;
using transport::dns::Outcome;
using transport::dns::Srv;

const Endpoint kAlice = party(11);
const Endpoint kFirst = party(21, 5071);
const Endpoint kSecond = party(22, 5072);

class Failover : public testing::Test {
 protected:
  Failover() {
    world.zone["SRV _sip._udp.far.test"] = {
        Outcome::NoError,
        std::vector<Srv>{{10, 0, kFirst.port, "one.far.test"}, {20, 0, kSecond.port, "two.far.test"}},
        seconds(600),
        {}};
    world.zone["A one.far.test"] = {Outcome::NoError, std::vector{kFirst.address}, seconds(600), {}};
    world.zone["A two.far.test"] = {Outcome::NoError, std::vector{kSecond.address}, seconds(600), {}};
    world.register_user("1002", party(12), "<sip:1002@far.test>");
    world.forget_all();
  }

  sip::Message call(const Endpoint& at) {
    invite.call_id += 'x';
    invite.branch += 'x';
    world.send(kAlice, invite);
    world.expect(kAlice, 100);
    return world.expect(at, "INVITE");
  }
  static std::string branch_of(const sip::Message& request) {
    return std::string(sip::Via::parse(*request.top(HeaderId::Via))->branch());
  }

  World world;
  Draft invite;
};

TEST_F(Failover, ANameIsLookedUpAndTheCallGoesThrough) {
  const auto arrived = call(kFirst);
  EXPECT_THAT(world.asked, ElementsAre("NAPTR far.test", "SRV _sip._udp.far.test", "A one.far.test", "A two.far.test"));
  world.reply(kFirst, arrived, 200);
  world.expect(kAlice, 200);
  world.asked.clear();
  (void)call(kFirst);  // from the cache
  EXPECT_TRUE(world.asked.empty());
}

TEST_F(Failover, SilenceGoesToTheNextServerAfterTimerB) {
  const auto first = call(kFirst);
  world.advance(seconds(31));
  EXPECT_TRUE(world.quiet(kSecond));
  world.advance(seconds(2));
  const auto second = world.expect(kSecond, "INVITE");
  EXPECT_EQ(second.call_id(), first.call_id());
  EXPECT_EQ(second.cseq(), first.cseq());
  EXPECT_EQ(second.from_tag(), first.from_tag());
  EXPECT_NE(branch_of(second), branch_of(first));
  world.reply(kSecond, second, 180);
  world.expect(kAlice, 180);
  world.reply(kSecond, second, 200);
  world.expect(kAlice, 200);
  EXPECT_EQ(world.core->relay_count(), 1U);
  world.forget_all();
  // The first one is behind the other for a while, then it is first again.
  const auto next = call(kSecond);
  world.reply(kSecond, next, 486);
  world.advance(seconds(33));
  world.forget_all();
  (void)call(kFirst);
}

TEST_F(Failover, WhatCannotBeReachedIsLeftAtOnce) {
  (void)call(kFirst);
  world.core->unreachable(world.now, {transport::Protocol::Udp, world.proxy, kFirst, 0});
  world.advance(seconds(0));
  world.expect(kSecond, "INVITE");
  world.core->unreachable(world.now, {transport::Protocol::Udp, world.proxy, kSecond, 0});
  world.advance(seconds(0));
  world.expect(kAlice, 500);
  world.expect_clean();
}

TEST_F(Failover, A503IsNotPassedOnWhileThereIsAnotherServer) {
  const auto first = call(kFirst);
  world.reply(kFirst, first, 503, {"Retry-After: 100"});
  world.expect(kFirst, "ACK");
  EXPECT_TRUE(world.quiet(kAlice));
  const auto second = world.expect(kSecond, "INVITE");
  world.reply(kSecond, second, 486);
  world.expect(kAlice, 486);
  world.advance(seconds(98));
  world.forget_all();
  const auto still = call(kSecond);
  world.reply(kSecond, still, 486);
  world.advance(seconds(2));
  world.forget_all();
  (void)call(kFirst);
}

TEST_F(Failover, OtherAnswersAreFinal) {
  const auto first = call(kFirst);
  world.reply(kFirst, first, 500);
  world.expect(kAlice, 500);
  EXPECT_TRUE(world.quiet(kSecond));
}

TEST_F(Failover, AProvisionalAnswerBindsTheBranchToItsServer) {
  const auto first = call(kFirst);
  world.reply(kFirst, first, 180);
  world.expect(kAlice, 180);
  world.core->unreachable(world.now, {transport::Protocol::Udp, world.proxy, kFirst, 0});
  world.advance(minutes(4));
  EXPECT_TRUE(world.quiet(kSecond));
}

TEST_F(Failover, CancelWhileDnsIsAskedEndsTheCall) {
  world.hold_dns = true;
  world.send(kAlice, invite);
  world.expect(kAlice, 100);
  Draft cancel = invite;
  cancel.method = "CANCEL";
  world.send(kAlice, cancel);
  world.expect(kAlice, 200);
  const auto end = world.expect(kAlice, 487);
  Draft ack = invite;
  ack.method = "ACK";
  ack.to = value(end, HeaderId::To);
  world.send(kAlice, ack);
  world.answer_dns();
  EXPECT_TRUE(world.quiet(kFirst));
  world.expect_clean();
}

TEST_F(Failover, DnsThatIsSilentIs500AndNothingStays) {
  world.hold_dns = true;
  world.send(kAlice, invite);
  world.expect(kAlice, 100);
  world.advance(seconds(40));
  world.expect(kAlice, 500);
  world.expect_clean();
}

TEST_F(Failover, ANonInviteGoesOnWhereTheServerIsGoneAndEndsWithTimerF) {
  Draft options;
  options.method = "OPTIONS";
  world.send(kAlice, options);
  world.expect(kFirst, "OPTIONS");
  world.core->unreachable(world.now, {transport::Protocol::Udp, world.proxy, kFirst, 0});
  world.advance(seconds(0));
  const auto second = world.expect(kSecond, "OPTIONS");
  world.reply(kSecond, second, 200);
  world.expect(kAlice, 200);
  world.expect_clean();
  // The penalty of the first one is over by now.
  options.branch += 'y';
  world.forget_all();
  world.send(kAlice, options);
  world.expect(kFirst, "OPTIONS");
  world.advance(seconds(40));
  EXPECT_TRUE(world.quiet(kSecond));
  world.expect_clean();
}

TEST_F(Failover, AnAckWaitsForItsName) {
  Draft ack;
  ack.method = "ACK";
  ack.uri = "sip:1002@one.far.test:5071";
  ack.to = "<sip:1002@example.test>;tag=b";
  ack.headers = {"Route: <sip:192.0.2.1;lr>"};
  world.hold_dns = true;
  world.send(kAlice, ack);
  EXPECT_TRUE(world.quiet(kFirst));
  world.answer_dns();
  world.expect(kFirst, "ACK");
}

// RFC 5658: the side that came by UDP, and the side that leaves by TCP.
TEST(RecordRoute, ARequestThatChangesProtocolLeavesTwoValues) {
  Config config = World::default_config();
  const Endpoint tcp{IpAddress::v4(192, 0, 2, 1), 5060};
  config.listen.push_back({transport::Protocol::Tcp, tcp});
  World world(config);
  world.register_user("1002", party(12), "<sip:1002@192.0.2.12;transport=tcp>");
  world.forget_all();
  world.send(kAlice, Draft{});
  const auto arrived = world.expect(party(12), "INVITE");
  std::vector<std::string> routes;
  for (const auto route : arrived.values(HeaderId::RecordRoute)) routes.emplace_back(route);
  EXPECT_THAT(routes, ElementsAre("<sip:192.0.2.1:5060;transport=tcp;lr>", "<sip:192.0.2.1:5060;lr>"));
  EXPECT_TRUE(std::string(*arrived.top(HeaderId::Via)).starts_with("SIP/2.0/TCP "));
}

}  // namespace
}  // namespace offhook::proxy::test
