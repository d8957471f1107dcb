// A node of the cluster that has vanished without a word: nothing goes by way of it, and nobody waits for it.
#include "harness.hpp"
#include "wire.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;
using sip::Method;

// We are 192.0.2.1; the other node is 192.0.2.2, and has 1002's phone.
class Neighbour : public testing::Test {
 protected:
  static Config config() {
    Config config = Wire::default_config();
    config.cluster.node = "sip:192.0.2.1:5060";
    config.cluster.secret = "a secret of all the nodes";
    return config;
  }
  static constexpr std::string_view kNode = "192.0.2.2:5060";
  Neighbour() { learn({binding(1, kNode)}); }

  Binding binding(std::uint32_t reg_id, std::string_view node) const {
    Binding out;
    out.aor = "sip:1002@example.test";
    out.contact = "sip:1002@10.0.0.5:5060;transport=tcp";
    out.call_id = "elsewhere" + std::to_string(reg_id);
    out.cseq = reg_id;
    out.expires = wire.now.wall + seconds(7000);
    out.instance = "urn:uuid:00000000-0000-1000-8000-000A95A0E128";
    out.reg_id = reg_id;
    if (!node.empty()) out.through = "<sip:n-f1.abcdefgh-0123456789abcdef0123@" + std::string(node) + ";lr>";
    return out;
  }
  void learn(std::vector<Binding> bindings) {
    StoreWrite change;
    change.put = std::move(bindings);
    wire.core->apply(wire.now, change);
  }
  // Time passes; the other node answers what asks it, or not.
  std::vector<Sent> advance(Duration by) {
    std::vector<Sent> out;
    for (Duration left = by; left.count() >= 0; left -= milliseconds(100)) {
      auto sent = wire.advance(left.count() == 0 ? Duration{} : Duration(milliseconds(100)));
      for (Sent& each : sent) {
        if (each.message.method() != Method::Options || !each.message.is_request()) {
          out.push_back(std::move(each));
          continue;
        }
        EXPECT_EQ(each.flow.remote.port, 5060);
        ++asked;
        last = each;
        if (answers)
          for (Sent& more : wire.reply(each, 200)) out.push_back(std::move(more));
      }
    }
    return out;
  }
  std::optional<NodeChange> change() { return wire.core->poll_node(); }
  static int final_of(const std::vector<Sent>& sent) { return sent.empty() ? 0 : sent.back().message.status(); }

  Wire wire{config()};
  bool answers = true;
  int asked = 0;
  std::optional<Sent> last;
};

TEST_F(Neighbour, IsAskedEverySecondWhileItAnswers) {
  EXPECT_TRUE(advance(seconds(60)).empty());
  EXPECT_GE(asked, 55);
  EXPECT_LE(asked, 62);
  EXPECT_FALSE(change());
  ASSERT_TRUE(last);
  EXPECT_EQ(last->message.request_uri(), "sip:192.0.2.2:5060");
  EXPECT_EQ(last->flow.remote.text(), kNode);
}

TEST_F(Neighbour, ThatHasVanishedGetsNoCalls) {
  (void)advance(seconds(10));
  answers = false;
  (void)advance(seconds(3));
  EXPECT_FALSE(change()) << "too early to say";
  (void)advance(seconds(2));
  EXPECT_EQ(change(), (NodeChange{std::string(kNode), false}));
  const auto refused = wire.invite("sip:1002@example.test");
  ASSERT_EQ(refused.size(), 1U) << "at once, and nothing has left for it";
  EXPECT_EQ(refused[0].message.status(), 480);
  EXPECT_FALSE(change());
  // The bindings are there for the time when it comes back: no later than the OPTIONS that is under way is sent again.
  EXPECT_EQ(wire.core->binding_count(), 1U);
  answers = true;
  (void)advance(seconds(4));
  EXPECT_EQ(change(), (NodeChange{std::string(kNode), true}));
  const auto sent = wire.invite("sip:1002@example.test");
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].flow.remote.text(), kNode);
}

TEST_F(Neighbour, IsAskedForAsLongAsBindingsMayLeadToIt) {
  answers = false;
  (void)advance(seconds(100));
  EXPECT_EQ(change(), (NodeChange{std::string(kNode), false}));
  asked = 0;
  (void)advance(seconds(100));
  EXPECT_GE(asked, 10);
  EXPECT_LE(asked, 60);
  for (int i = 0; i < 80; ++i) (void)advance(seconds(100));
  asked = 0;
  (void)advance(seconds(100));
  EXPECT_EQ(asked, 0) << "the last of them has expired";
  EXPECT_EQ(wire.core->binding_count(), 0U);
  learn({binding(1, kNode)});
  answers = true;
  (void)advance(seconds(2));
  EXPECT_GE(asked, 1);
}

TEST_F(Neighbour, WhoIsCallingWhenItVanishesDoesNotWaitForIt) {
  (void)advance(seconds(10));
  answers = false;
  (void)advance(milliseconds(500));
  const auto sent = wire.invite("sip:1002@example.test");
  ASSERT_EQ(sent.size(), 1U);
  int status = 0;
  Duration waited{};
  while (status == 0 && waited < seconds(40)) {
    for (const Sent& each : advance(milliseconds(100)))
      if (each.message.status() >= 200) status = each.message.status();
    waited += milliseconds(100);
  }
  EXPECT_EQ(status, 480);
  EXPECT_LE(waited, seconds(6));
}

TEST_F(Neighbour, AnotherFlowOfThePhoneIsTakenInstead) {
  (void)advance(seconds(10));
  learn({binding(2, "192.0.2.3:5060")});
  answers = false;
  (void)advance(milliseconds(500));
  const auto sent = wire.invite("sip:1002@example.test");  // by the later flow
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].flow.remote.text(), "192.0.2.3:5060");
  // Only the one that the call has gone to is dead.
  std::optional<Sent> next;
  for (int i = 0; i < 80 && !next; ++i)
    for (Sent& each : wire.advance(milliseconds(100))) {
      if (!each.message.is_request()) continue;
      if (each.message.method() == Method::Options && each.flow.remote.text() == kNode)
        (void)wire.reply(each, 200);
      else if (each.message.method() == Method::Invite && each.flow.remote.text() == kNode)
        next = std::move(each);
    }
  ASSERT_TRUE(next);
  EXPECT_EQ(change(), (NodeChange{"192.0.2.3:5060", false}));
  EXPECT_EQ(wire.core->binding_count(), 2U) << "the flow may be alive behind it";
  // Should the dead one get the call late, it is cancelled there as soon as it says anything.
  const sip::Message late = sip::Builder::response(sent[0].message, 180, "late").build();
  const auto cancelled = wire.receive(sent[0].flow, std::string(late.bytes()));
  ASSERT_EQ(cancelled.size(), 1U);
  EXPECT_EQ(cancelled[0].message.method(), Method::Cancel);
  EXPECT_EQ(cancelled[0].flow.remote.text(), "192.0.2.3:5060");
  // And from now on at once.
  const auto later = wire.invite("sip:1002@example.test");
  ASSERT_EQ(later.size(), 1U);
  EXPECT_EQ(later[0].flow.remote.text(), kNode);
}

TEST_F(Neighbour, WhatICMPSaysIsBelievedAtOnce) {
  answers = false;
  (void)advance(milliseconds(100));
  ASSERT_TRUE(last);
  (void)wire.lose(last->flow);
  EXPECT_EQ(change(), (NodeChange{std::string(kNode), false}));
  answers = true;
  (void)advance(seconds(1) + milliseconds(200));
  EXPECT_EQ(change(), (NodeChange{std::string(kNode), true}));
}

TEST_F(Neighbour, ADialogThroughADeadOneEndsAtOnce) {
  answers = false;
  (void)advance(seconds(6));
  ASSERT_TRUE(change());
  const auto in_dialog = [&](std::string_view method, std::string_view route) {
    const std::string text = std::string(method) +
                             " sip:1002@10.0.0.5:5060;transport=tcp SIP/2.0\r\nVia: SIP/2.0/UDP "
                             "203.0.113.9:31000;branch=z9hG4bK" +
                             std::string(method) + std::to_string(++asked) +
                             "\r\nMax-Forwards: 70\r\nRoute: <sip:192.0.2.1:5060;lr>, " + std::string(route) +
                             "\r\nFrom: <sip:1001@example.test>;tag=a\r\nTo: <sip:1002@example.test>;tag=b\r\n"
                             "Call-ID: c\r\nCSeq: 9 " +
                             std::string(method) + "\r\nContact: <sip:1001@203.0.113.9:31000>\r\n" +
                             "Content-Length: 0\r\n\r\n";
    return wire.receive(Wire::udp(9), text);
  };
  EXPECT_EQ(final_of(in_dialog("BYE", "<sip:192.0.2.2:5060;lr>")), 480);
  EXPECT_EQ(final_of(in_dialog("BYE", "<sip:192.0.2.2;lr>")), 480) << "that is its port";
  EXPECT_EQ(final_of(in_dialog("INVITE", "<sip:192.0.2.2:5060;lr>")), 408) << "ends the dialog (RFC 3261 §12.2.1.2)";
  const auto elsewhere = in_dialog("BYE", "<sip:192.0.2.9:5060;lr>");
  ASSERT_EQ(elsewhere.size(), 1U);
  EXPECT_EQ(elsewhere[0].flow.remote.text(), "192.0.2.9:5060");
}

TEST_F(Neighbour, NobodyIsAskedWithoutACluster) {
  Wire alone;
  StoreWrite change;
  change.put = {binding(1, kNode)};
  alone.core->apply(alone.now, change);
  EXPECT_TRUE(alone.advance(seconds(30)).empty());
}

// Only the first shard of a process asks; the others believe it.
TEST(Neighbours, AShardThatDoesNotAskIsTold) {
  Config config = Wire::default_config();
  config.cluster.node = "sip:192.0.2.1:5060";
  config.cluster.secret = "a secret of all the nodes";
  config.shards = {1, 2, "a secret of this run"};
  Wire wire(config);
  StoreWrite change;
  Binding& binding = change.put.emplace_back();
  binding.aor = "sip:1002@example.test";
  binding.contact = "sip:1002@10.0.0.5:5060;transport=tcp";
  binding.call_id = "elsewhere";
  binding.cseq = 1;
  binding.expires = wire.now.wall + seconds(7000);
  binding.through = "<sip:n-s1.abcdefgh-0123456789abcdef0123@192.0.2.2:5060;lr>";
  wire.core->apply(wire.now, change);
  EXPECT_TRUE(wire.advance(seconds(10)).empty());
  const auto first = wire.invite("sip:1002@example.test");
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].message.method(), Method::Invite);

  wire.core->adopt(wire.now, NodeChange{"192.0.2.2:5060", false});
  wire.core->adopt(wire.now, NodeChange{"192.0.2.2:5060", false});
  EXPECT_FALSE(wire.core->poll_node()) << "it is told once, by the first one";
  const auto ended = wire.sent();  // what was under way by that node
  EXPECT_TRUE(std::ranges::any_of(ended, [](const Sent& sent) { return sent.message.status() == 480; }));
  const auto refused = wire.invite("sip:1002@example.test");
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].message.status(), 480);
  wire.core->adopt(wire.now, NodeChange{"192.0.2.2:5060", true});
  const auto again = wire.invite("sip:1002@example.test");
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].flow.remote.text(), "192.0.2.2:5060");
}

}  // namespace
}  // namespace offhook::proxy::test
