// Lamps, messages and NOTIFYs by command: what watchers are told of the calls that go through.
#include "body/dialog_info.hpp"
#include "body/message_summary.hpp"
#include "body/resource_list.hpp"
#include "harness.hpp"

namespace offhook::proxy::test {
namespace {

using body::DialogDirection;
using body::DialogEvent;
using body::DialogState;
using sip::HeaderId;

// 1003 at .20 watches; 1001 at .11 calls 1002 at .12.
class Lamps : public testing::Test {
 protected:
  explicit Lamps(Config config = World::default_config()) : world(std::move(config)) {
    world.register_party("1002", b);
  }
  Draft subscription(std::string_view user, std::vector<std::string> headers = {"Event: dialog"}) {
    Draft draft;
    draft.method = "SUBSCRIBE";
    draft.uri = "sip:" + std::string(user) + "@example.test";
    draft.from = "<sip:1003@example.test>;tag=w";
    draft.to = '<' + draft.uri + '>';
    draft.call_id = "watch-" + std::string(user);
    draft.branch = "z9hG4bKwatch" + std::string(user) + std::to_string(++count_);
    draft.headers = std::move(headers);
    draft.headers.emplace_back("Contact: <sip:1003@" + w.text() + ">");
    return draft;
  }
  // Subscribes; gives the first NOTIFY.
  sip::Message watch(std::string_view user, std::vector<std::string> headers = {"Event: dialog"}) {
    world.send(w, subscription(user, std::move(headers)));
    world.expect(w, 200);
    return told();
  }
  sip::Message told() {
    auto notify = world.expect(w, "NOTIFY");
    world.reply(w, notify, 200);
    return notify;
  }
  body::DialogInfo lamp(const sip::Message& notify) {
    const auto info = body::DialogInfo::parse(notify.body());
    EXPECT_TRUE(info) << notify.bytes();
    return info.value_or(body::DialogInfo{});
  }
  body::DialogInfo::Dialog change() {
    if (world.quiet(w)) world.advance(seconds(1));
    const auto info = lamp(told());
    world.advance(seconds(1));  // the next one may leave at once
    EXPECT_FALSE(info.full);
    EXPECT_EQ(info.dialogs.size(), 1U);
    return info.dialogs.empty() ? body::DialogInfo::Dialog{} : info.dialogs.front();
  }
  sip::Message invite() {
    Draft draft;
    draft.from = "\"Ann\" <sip:1001@example.test>;tag=a1";
    world.send(a, draft);
    world.expect(a, 100);
    return world.expect(b, "INVITE");
  }
  void hang_up(const sip::Message& ok) {
    Draft bye;
    bye.method = "BYE";
    bye.uri = "sip:" + a.text();
    bye.from = value(ok, HeaderId::To);
    bye.to = value(ok, HeaderId::From);
    bye.branch = "z9hG4bKbye";
    bye.headers = {"Route: " + value(ok, HeaderId::RecordRoute)};
    world.send(b, bye);
    world.reply(a, world.expect(a, "BYE"), 200);
  }

  World world;
  const Endpoint a = party(11), b = party(12), w = party(20);

 private:
  int count_ = 0;
};

TEST_F(Lamps, FollowACallToTheirUser) {
  const auto first = watch("1002");
  EXPECT_EQ(value(first, HeaderId::Event), "dialog");
  EXPECT_EQ(value(first, HeaderId::ContentType), "application/dialog-info+xml");
  const auto idle = lamp(first);
  EXPECT_TRUE(idle.full);
  EXPECT_EQ(idle.entity, "sip:1002@example.test");
  EXPECT_TRUE(idle.dialogs.empty());

  const auto invite = this->invite();
  world.advance(seconds(1));
  EXPECT_TRUE(world.quiet(w)) << "nothing rings yet";
  world.reply(b, invite, 180);
  world.expect(a, 180);
  auto dialog = change();
  const auto id = dialog.id;
  EXPECT_EQ(dialog.state, DialogState::Early);
  EXPECT_EQ(dialog.direction, DialogDirection::Recipient);
  EXPECT_EQ(dialog.call_id, "call-1") << "enough for a Replaces";
  EXPECT_EQ(dialog.remote_tag, "a1");
  EXPECT_EQ(dialog.local_tag, "tag-5060" + b.address.text());
  ASSERT_EQ(dialog.remote.identities.size(), 1U);
  EXPECT_EQ(dialog.remote.identities[0].uri, "sip:1001@example.test");
  EXPECT_EQ(dialog.remote.identities[0].display, "Ann");
  ASSERT_TRUE(dialog.remote.target);
  EXPECT_EQ(dialog.remote.target->uri, "sip:1001@" + a.text()) << "where to send it";
  EXPECT_EQ(dialog.local.identities.at(0).uri, "sip:1002@example.test");

  world.reply(b, invite, 200);
  const auto ok = world.expect(a, 200);
  dialog = change();
  EXPECT_EQ(dialog.state, DialogState::Confirmed);
  EXPECT_EQ(dialog.id, id);

  world.advance(seconds(10));
  hang_up(ok);
  const auto last = lamp(told());
  ASSERT_EQ(last.dialogs.size(), 1U);
  EXPECT_EQ(last.dialogs[0].state, DialogState::Terminated);
  EXPECT_EQ(last.dialogs[0].event, DialogEvent::LocalBye);
  EXPECT_EQ(last.dialogs[0].duration, 13U);
  EXPECT_EQ(last.dialogs[0].id, id);
  EXPECT_EQ(last.version, 3U);
}

TEST_F(Lamps, FollowACallOfTheirUser) {
  (void)watch("1001");
  world.advance(seconds(1));
  const auto invite = this->invite();
  auto info = lamp(told());
  ASSERT_EQ(info.dialogs.size(), 1U);
  EXPECT_EQ(info.dialogs[0].state, DialogState::Trying);
  EXPECT_EQ(info.dialogs[0].direction, DialogDirection::Initiator);
  EXPECT_EQ(info.dialogs[0].remote.identities.at(0).uri, "sip:1002@example.test");
  EXPECT_EQ(info.dialogs[0].local_tag, "a1");
  const auto id = info.dialogs[0].id;
  world.reply(b, invite, 183);
  auto dialog = change();
  EXPECT_EQ(dialog.state, DialogState::Early);
  EXPECT_EQ(dialog.id, id);
  EXPECT_EQ(dialog.remote_tag, "tag-5060" + b.address.text());
  world.reply(b, invite, 486);
  dialog = change();
  EXPECT_EQ(dialog.state, DialogState::Terminated);
  EXPECT_EQ(dialog.event, DialogEvent::Rejected);
  EXPECT_EQ(dialog.code, 486);
}

TEST_F(Lamps, EveryPhoneThatRingsIsADialog) {
  const Endpoint c = party(13);
  world.register_party("1002", c);
  (void)watch("1002");
  world.advance(seconds(1));
  const auto to_b = invite();
  const auto to_c = world.expect(c, "INVITE");
  world.reply(b, to_b, 180);
  world.reply(c, to_c, 180);
  auto info = lamp(told());
  EXPECT_EQ(info.dialogs.size(), 1U);
  const auto second = change();
  EXPECT_NE(second.id, info.dialogs.at(0).id);
  EXPECT_EQ(second.state, DialogState::Early);
  world.reply(c, to_c, 200);
  world.advance(seconds(1));
  info = lamp(told());
  ASSERT_EQ(info.dialogs.size(), 2U);
  EXPECT_EQ(info.dialogs[0].state, DialogState::Terminated);
  EXPECT_EQ(info.dialogs[0].event, DialogEvent::Cancelled);
  EXPECT_EQ(info.dialogs[1].state, DialogState::Confirmed);
  EXPECT_EQ(info.dialogs[1].id, second.id);
}

TEST_F(Lamps, ALateWatcherSeesTheCallThatIsThere) {
  const auto invite = this->invite();
  world.reply(b, invite, 200);
  const auto info = lamp(watch("1002"));
  ASSERT_EQ(info.dialogs.size(), 1U);
  EXPECT_EQ(info.dialogs[0].state, DialogState::Confirmed);
  EXPECT_EQ(info.dialogs[0].direction, DialogDirection::Recipient);
}

TEST_F(Lamps, StrangersSeeNothing) {
  auto draft = subscription("1002");
  draft.from = "<sip:eve@elsewhere.example>;tag=w";
  world.send(w, draft);
  world.expect(w, 403);
}

struct OwnLamps : Lamps {
  static Config config() {
    auto out = World::default_config();
    out.events.blf = Watchers::Self;
    return out;
  }
  OwnLamps() : Lamps(config()) {}
};
TEST_F(OwnLamps, MayBeForTheUserAlone) {
  world.send(w, subscription("1002"));
  world.expect(w, 403);
  EXPECT_TRUE(lamp(watch("1003")).dialogs.empty());
}

struct NoLamps : Lamps {
  static Config config() {
    auto out = World::default_config();
    out.events.blf = Watchers::Nobody;
    return out;
  }
  NoLamps() : Lamps(config()) {}
};
TEST_F(NoLamps, SubscriptionsGoToThePhone) {
  world.send(w, subscription("1002"));
  world.expect(b, "SUBSCRIBE");
}

struct ListOfLamps : Lamps {
  static Config config() {
    auto out = World::default_config();
    out.events.lists.push_back({"sales", {"1001", "1002"}});
    return out;
  }
  ListOfLamps() : Lamps(config()) {}
  body::ListNotification list(const sip::Message& notify) {
    EXPECT_EQ(value(notify, HeaderId::Require), "eventlist");
    const auto info = body::ListNotification::parse(value(notify, HeaderId::ContentType), notify.body());
    EXPECT_TRUE(info) << notify.bytes();
    return info.value_or(body::ListNotification{});
  }
  const std::vector<std::string> headers{"Event: dialog", "Supported: eventlist",
                                         "Accept: application/dialog-info+xml, application/rlmi+xml, "
                                         "multipart/related"};
};
TEST_F(ListOfLamps, AreOneSubscription) {
  const auto first = list(watch("sales", headers));
  EXPECT_TRUE(first.full);
  EXPECT_EQ(first.uri, "sip:sales@example.test");
  ASSERT_EQ(first.resources.size(), 2U);
  EXPECT_EQ(first.resources[0].uri, "sip:1001@example.test");
  ASSERT_TRUE(first.resources[1].instances.at(0).document);
  world.advance(seconds(1));

  const auto invite = this->invite();
  world.reply(b, invite, 180);
  (void)list(told());  // 1001 dials
  world.advance(seconds(1));
  const auto second = list(told());
  EXPECT_FALSE(second.full);
  ASSERT_EQ(second.resources.size(), 2U);
  const auto& document = second.resources[1].instances.at(0).document;
  ASSERT_TRUE(document);
  const auto info = body::DialogInfo::parse(document->bytes);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->entity, "sip:1002@example.test");
  EXPECT_EQ(info->dialogs.at(0).state, DialogState::Early);
  EXPECT_EQ(second.resources[1].instances[0].id, first.resources[1].instances[0].id);
}
TEST_F(ListOfLamps, NeedAPhoneThatKnowsOfThem) {
  world.send(w, subscription("sales"));
  const auto refusal = world.expect(w, 421);
  EXPECT_EQ(value(refusal, HeaderId::Require), "eventlist");
}

// Messages that wait.
struct Mailbox : Lamps {
  explicit Mailbox(Config config = World::default_config()) : Lamps(std::move(config)) {}
  static body::MessageSummary summary(const sip::Message& notify) {
    EXPECT_EQ(value(notify, HeaderId::ContentType), "application/simple-message-summary");
    const auto out = body::MessageSummary::parse(notify.body());
    EXPECT_TRUE(out) << notify.body();
    return out.value_or(body::MessageSummary{});
  }
  const std::vector<std::string> headers{"Event: message-summary"};
};
TEST_F(Mailbox, CountsAreTold) {
  auto out = summary(watch("1003", headers));
  EXPECT_FALSE(out.waiting);
  world.advance(seconds(1));
  world.core->set_messages(world.now, "1003", {2, 8, 1, 0});
  world.advance(seconds(0));
  out = summary(told());
  EXPECT_TRUE(out.waiting);
  EXPECT_EQ(out.account, "sip:1003@example.test");
  const auto* voice = out.find(body::MessageClass::Voice);
  ASSERT_NE(voice, nullptr);
  EXPECT_EQ(voice->fresh, 2U);
  EXPECT_EQ(voice->old, 8U);
  ASSERT_TRUE(voice->urgent);
  EXPECT_EQ(voice->urgent->fresh, 1U);
  world.advance(seconds(5));
  world.core->set_messages(world.now, "1003", {2, 8, 1, 0});
  world.advance(seconds(5));
  EXPECT_TRUE(world.quiet(w)) << "that was said";
}
TEST_F(Mailbox, IsItsUsersAlone) {
  world.send(w, subscription("1002", headers));
  world.expect(w, 403);
}
TEST_F(Mailbox, PhonesThatDoNotSubscribeAreToldToo) {
  world.core->set_messages(world.now, "1002", {1, 0, 0, 0});
  world.advance(seconds(0));
  auto notify = world.expect(b, "NOTIFY");
  EXPECT_EQ(value(notify, HeaderId::SubscriptionState), "active");
  EXPECT_EQ(notify.request_uri(), "sip:1002@" + b.text());
  EXPECT_TRUE(summary(notify).waiting);
  world.reply(b, notify, 200);
  // A phone that comes later is told when it registers; one that refreshes is not.
  const Endpoint c = party(13);
  world.register_party("1002", c);
  EXPECT_TRUE(summary(world.expect(c, "NOTIFY")).waiting);
  world.forget_all();
  world.register_party("1002", c);
  EXPECT_TRUE(world.quiet(c));
}
struct SharedMailbox : Mailbox {
  static Config config() {
    auto out = World::default_config();
    out.events.voicemail = "500";
    out.events.unsolicited_messages = false;
    return out;
  }
  SharedMailbox() : Mailbox(config()) {}
};
TEST_F(SharedMailbox, IsAskedByItsNumber) {
  world.core->set_messages(world.now, "1003", {1, 0, 0, 0});
  world.core->set_messages(world.now, "1002", {1, 0, 0, 0});
  world.advance(seconds(1));
  EXPECT_TRUE(world.quiet(b)) << "nothing unsolicited";
  const auto out = summary(watch("500", headers));
  EXPECT_TRUE(out.waiting);
  EXPECT_EQ(out.account, "sip:500@example.test");
}

TEST_F(Lamps, ANotifyByCommandGoesToEveryContact) {
  const Endpoint c = party(13);
  world.register_party("1002", c);
  EXPECT_EQ(world.core->notify(world.now, "1002", "check-sync;reboot=true", "", ""), 2U);
  EXPECT_EQ(world.core->notify(world.now, "nobody", "check-sync", "", ""), 0U);
  world.advance(seconds(0));
  for (const Endpoint& phone : {b, c}) {
    const auto notify = world.expect(phone, "NOTIFY");
    EXPECT_EQ(value(notify, HeaderId::Event), "check-sync;reboot=true");
    EXPECT_EQ(value(notify, HeaderId::SubscriptionState), "terminated");
    EXPECT_TRUE(notify.body().empty());
    world.reply(phone, notify, 200);
  }
  world.core->notify(world.now, "1002", "ACTION-URI", "message/sipfrag", "key=OK");
  world.advance(seconds(0));
  const auto notify = world.expect(b, "NOTIFY");
  EXPECT_EQ(notify.body(), "key=OK");
  world.expect_clean();
}

}  // namespace
}  // namespace offhook::proxy::test
