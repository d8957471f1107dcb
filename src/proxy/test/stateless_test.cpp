// The stateless proxy (RFC 3261 §16.11): no transaction is made, and everything finds its way all the same.
#include <gtest/gtest.h>

#include "harness.hpp"
#include "sip/header/via.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

const Endpoint kAlice = party(11), kBob = party(12), kFirst = party(51), kSecond = party(52);

std::string branch_of(const sip::Message& message) {
  return std::string(sip::Via::parse(*message.top(HeaderId::Via))->branch());
}

class StatelessTest : public testing::Test {
 protected:
  StatelessTest() { config.policy.stateless = true; }
  void start() {
    world = std::make_unique<World>(config);
    world->register_party("1001", kAlice);
    world->register_party("1002", kBob);
    world->forget_all();
    world->advance(minutes(1));
    ASSERT_EQ(world->core->transaction_count(), 0U);
  }
  Config config = World::default_config();
  std::unique_ptr<World> world;
  Draft invite;
};

TEST_F(StatelessTest, ACallGoesThroughWithoutATransaction) {
  start();
  world->send(kAlice, invite);
  const auto arrived = world->expect(kBob, "INVITE");
  EXPECT_EQ(arrived.request_uri(), "sip:1002@192.0.2.12:5060");
  EXPECT_EQ(value(arrived, HeaderId::MaxForwards), "69");
  EXPECT_EQ(value(arrived, HeaderId::RecordRoute), "<sip:192.0.2.1:5060;lr>");
  EXPECT_TRUE(world->quiet(kAlice)) << "no 100 of ours";
  world->reply(kBob, arrived, 100);
  world->expect(kAlice, 100);
  world->reply(kBob, arrived, 200);
  const auto ok = world->expect(kAlice, 200);
  EXPECT_EQ(ok.count(HeaderId::Via), 1U);
  EXPECT_EQ(branch_of(ok), invite.branch);
  // The ACK, and a BYE from the other side.
  Draft ack;
  ack.method = "ACK";
  ack.uri = "sip:192.0.2.12:5060";
  ack.branch += "ack";
  ack.to = value(ok, HeaderId::To);
  ack.headers = {"Route: <sip:192.0.2.1:5060;lr>"};
  world->send(kAlice, ack);
  world->expect(kBob, "ACK");
  Draft bye = ack;
  bye.method = "BYE";
  bye.uri = "sip:1001@192.0.2.11:5060";
  bye.branch += "bye";
  bye.from = ack.to;
  bye.to = ack.from;
  bye.cseq = 1;
  world->send(kBob, bye);
  const auto hung_up = world->expect(kAlice, "BYE");
  world->reply(kAlice, hung_up, 200);
  world->expect(kBob, 200);
  EXPECT_EQ(world->core->transaction_count(), 0U);
  EXPECT_EQ(world->core->relay_count(), 0U);
}

TEST_F(StatelessTest, RetransmissionsCancelAndAckHaveOneBranch) {
  start();
  world->send(kAlice, invite);
  world->send(kAlice, invite);
  const auto first = world->expect(kBob, "INVITE"), second = world->expect(kBob, "INVITE");
  EXPECT_EQ(first.bytes(), second.bytes());
  Draft cancel = invite;
  cancel.method = "CANCEL";
  world->send(kAlice, cancel);
  const auto cancelled = world->expect(kBob, "CANCEL");
  EXPECT_EQ(branch_of(cancelled), branch_of(first));
  EXPECT_EQ(cancelled.request_uri(), first.request_uri());
  world->reply(kBob, cancelled, 200);
  world->expect(kAlice, 200);
  world->reply(kBob, first, 487);
  const auto refused = world->expect(kAlice, 487);
  Draft ack = invite;
  ack.method = "ACK";
  ack.to = value(refused, HeaderId::To);
  world->send(kAlice, ack);
  EXPECT_EQ(branch_of(world->expect(kBob, "ACK")), branch_of(first));
  EXPECT_EQ(world->core->transaction_count(), 0U);
  Draft other = invite;
  other.branch += "2";
  world->send(kAlice, other);
  EXPECT_NE(branch_of(world->expect(kBob, "INVITE")), branch_of(first));
}

TEST_F(StatelessTest, AResponseToNothingGoesNowhere) {
  start();
  world->send(kAlice, invite);
  const auto arrived = world->expect(kBob, "INVITE");
  std::string forged = World::response(arrived, 200, kBob);
  const auto at = forged.find("192.0.2.11");
  ASSERT_NE(at, std::string::npos);
  forged.replace(at, 10, "192.0.2.99");
  world->send(kBob, forged);
  EXPECT_TRUE(world->quiet(party(99)));
  std::string renamed = World::response(arrived, 200, kBob);
  renamed.replace(renamed.find("Call-ID: call-1"), 15, "Call-ID: call-2");
  world->send(kBob, renamed);
  EXPECT_TRUE(world->quiet(kAlice));
  for (const char* branch : {"z9hG4bKs", "z9hG4bKs0.0", "z9hG4bKs0.0.", "z9hG4bKs9.0.0123456789abcdef-1",
                             "z9hG4bKs0.99999999999999999999.0123456789abcdef"}) {
    world->send(kBob, std::string("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=") + branch +
                          "\r\nVia: SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bKx\r\nFrom: <sip:a@a>;tag=1\r\nTo: "
                          "<sip:b@a>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n");
    EXPECT_TRUE(world->quiet(kAlice)) << branch;
  }
}

TEST_F(StatelessTest, RefusalsAreTheSameEachTime) {
  start();
  invite.uri = "sip:nobody@example.test";
  world->send(kAlice, invite);
  world->send(kAlice, invite);
  const auto first = world->expect(kAlice, 404), second = world->expect(kAlice, 404);
  EXPECT_EQ(first.bytes(), second.bytes());
  EXPECT_FALSE(first.to_tag().empty());
  Draft ack = invite;
  ack.method = "ACK";
  ack.to = value(first, HeaderId::To);
  world->send(kAlice, ack);
  EXPECT_TRUE(world->quiet(kAlice));
  invite.uri = "sip:1002@example.test";
  invite.max_forwards = "0";
  world->send(kAlice, invite);
  world->expect(kAlice, 483);
  invite.max_forwards = "70";
  invite.uri = "sip:x@elsewhere.test";
  invite.from = "<sip:eve@elsewhere.test>;tag=e";
  world->send(kAlice, invite);
  world->expect(kAlice, 403);
  EXPECT_EQ(world->core->transaction_count(), 0U);
}

TEST_F(StatelessTest, WhatIsForUsIsAnsweredByUs) {
  start();
  Draft options;
  options.method = "OPTIONS";
  options.uri = "sip:example.test";
  world->send(kAlice, options);
  world->expect(kAlice, 200);
}

TEST_F(StatelessTest, ABalancerSpreadsByCallId) {
  config.policy.next_hops = {"sip:192.0.2.51", "sip:192.0.2.52"};
  world = std::make_unique<World>(config);
  int first = 0, second = 0;
  for (int i = 0; i < 100; ++i) {
    Draft call;
    call.call_id = "call-" + std::to_string(i);
    call.branch += std::to_string(i);
    world->send(kAlice, call);
    const Endpoint& at = world->quiet(kFirst) ? kSecond : kFirst;
    const auto arrived = world->expect(at, "INVITE");
    EXPECT_EQ(arrived.request_uri(), "sip:1002@example.test");
    EXPECT_EQ(value(arrived, HeaderId::Route), "<sip:" + at.address.text() + ";lr>");
    ++(at == kFirst ? first : second);
    Draft cancel = call;
    cancel.method = "CANCEL";
    world->send(kAlice, cancel);
    EXPECT_EQ(branch_of(world->expect(at, "CANCEL")), branch_of(arrived));
    world->reply(at, arrived, 486);
    world->expect(kAlice, 486);
  }
  EXPECT_GT(first, 20);
  EXPECT_GT(second, 20);
  Draft reg;
  reg.method = "REGISTER";
  reg.uri = "sip:example.test";
  world->send(kAlice, reg);
  EXPECT_FALSE(world->quiet(kFirst) && world->quiet(kSecond)) << "the nodes are the registrars";
  EXPECT_EQ(world->core->binding_count(), 0U);
}

TEST_F(StatelessTest, ANameIsLookedUpFirst) {
  config.policy.next_hops = {"sip:node.test:5060"};
  world = std::make_unique<World>(config);
  world->zone["A node.test"] = {transport::dns::Outcome::NoError, std::vector{kFirst.address}, seconds(600), {}};
  world->send(kAlice, invite);
  const auto arrived = world->expect(kFirst, "INVITE");
  world->reply(kFirst, arrived, 200);
  world->expect(kAlice, 200);
}

TEST_F(StatelessTest, ATrunkAloneMayBeStateless) {
  config.policy.stateless = false;
  Trunk trunk;
  trunk.name = "one";
  trunk.to = "sip:" + kFirst.text();
  trunk.prefixes = {"0"};
  trunk.stateless = true;
  config.policy.trunks = {trunk};
  start();
  invite.uri = "sip:0301@example.test";
  world->send(kAlice, invite);
  const auto out = world->expect(kFirst, "INVITE");
  EXPECT_EQ(out.request_uri(), "sip:0301@192.0.2.51:5060");
  EXPECT_EQ(world->core->transaction_count(), 0U);
  world->reply(kFirst, out, 486);
  const auto busy = world->expect(kAlice, 486);
  Draft ack = invite;
  ack.method = "ACK";
  ack.to = value(busy, HeaderId::To);
  world->send(kAlice, ack);
  world->expect(kFirst, "ACK");
  Draft inside;
  inside.branch += "i";
  inside.call_id = "inside";
  world->send(kAlice, inside);
  world->expect(kAlice, 100);
  world->expect(kBob, "INVITE");
  EXPECT_EQ(world->core->transaction_count(), 2U);
}

TEST_F(StatelessTest, WhoOwesAPasswordHasATransaction) {
  config.policy.stateless = false;
  config.authenticate = true;
  Trunk trunk;
  trunk.name = "one";
  trunk.to = "sip:" + kFirst.text();
  trunk.prefixes = {"0"};
  trunk.stateless = true;
  config.policy.trunks = {trunk};
  start();
  invite.uri = "sip:0301@example.test";
  world->send(kAlice, invite);
  world->expect(kAlice, 407);
  EXPECT_TRUE(world->quiet(kFirst));
}

}  // namespace
}  // namespace offhook::proxy::test
