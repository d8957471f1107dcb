// Calls that are picked up by a number: RFC 3891 put in by the proxy.
#include "harness.hpp"
#include "sip/header/replaces.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

// 1001 at .11 calls 1002 at .12; 1003 at .13 picks up.
class PickingUp : public testing::Test {
 protected:
  static Config config() {
    auto out = World::default_config();
    out.features.pickup = "*97";
    out.features.group_pickup = "*98";
    Group group;
    group.name = "600";
    group.members = {"1002", "1003"};
    out.policy.groups.push_back(group);
    return out;
  }
  PickingUp() : world(config()) {
    world.register_party("1001", a);
    world.register_party("1002", b);
    world.register_party("1003", c);
  }
  sip::Message ring(std::vector<std::string> headers = {"Supported: replaces, timer"}) {
    Draft draft;
    draft.headers = std::move(headers);
    world.send(a, draft);
    world.expect(a, 100);
    auto invite = world.expect(b, "INVITE");
    world.reply(b, invite, 180);
    world.expect(a, 180);
    return invite;
  }
  void dial(std::string_view number) {
    Draft draft;
    draft.uri = "sip:" + std::string(number) + "@example.test";
    draft.from = "<sip:1003@example.test>;tag=c1";
    draft.to = '<' + draft.uri + '>';
    draft.call_id = "pickup";
    draft.branch = "z9hG4bKpickup";
    world.send(c, draft);
  }
  void expect_replacement() {
    world.expect(c, 100);
    const auto invite = world.expect(a, "INVITE");
    EXPECT_EQ(invite.request_uri(), "sip:1001@" + a.text());
    const auto value = invite.find(HeaderId::Replaces);
    ASSERT_TRUE(value);
    const auto replaces = sip::Replaces::parse(*value);
    ASSERT_TRUE(replaces);
    EXPECT_EQ(replaces->call_id, "call-1");
    EXPECT_EQ(replaces->to_tag, "a1") << "the receiver's own";
    EXPECT_EQ(replaces->from_tag, "tag-5060" + b.address.text());
    world.reply(a, invite, 200);
    EXPECT_EQ(world.take(c).status(), 200);
  }

  World world;
  const Endpoint a = party(11), b = party(12), c = party(13);
};

TEST_F(PickingUp, ADirectedPickupReplacesTheRingingCall) {
  const auto ringing = ring();
  dial("*971002");
  expect_replacement();
  // The phone that was replaced at cancels its call, as RFC 3891 §3 has it.
  Draft cancel;
  cancel.method = "CANCEL";
  world.send(a, cancel);
  world.expect(a, 200);
  world.reply(b, world.expect(b, "CANCEL"), 200);
  world.reply(b, ringing, 487);
  world.expect(a, 487);
  ASSERT_EQ(world.core->call_count(), 1U);
  const auto call = world.core->calls().front();
  EXPECT_EQ(call.caller_user, "1003");
  EXPECT_EQ(call.callee_user, "1001");
}

TEST_F(PickingUp, AGroupPickupFindsTheCallOfACompanion) {
  (void)ring();
  dial("*98");
  expect_replacement();
}

TEST_F(PickingUp, NothingRings) {
  dial("*971002");
  const auto refusal = world.expect(c, 404);
  EXPECT_EQ(refusal.reason(), "Nothing To Pick Up");
}

TEST_F(PickingUp, ACallThatIsAnsweredIsNotPickedUp) {
  const auto invite = ring();
  world.reply(b, invite, 200);
  world.expect(a, 200);
  dial("*971002");
  world.expect(c, 404);
}

TEST_F(PickingUp, TheCallersPhoneMustKnowOfReplaces) {
  (void)ring({});
  dial("*971002");
  world.expect(c, 488);
  EXPECT_TRUE(world.quiet(a));
}

TEST_F(PickingUp, OtherNumbersAreNumbers) {
  (void)ring();
  dial("*97");
  world.expect(c, 404);
  EXPECT_TRUE(world.quiet(a));
}

}  // namespace
}  // namespace offhook::proxy::test
