// Calls that engines share: watchers at one, calls at others.
#include "body/resource_list.hpp"
#include "engines.hpp"
#include "sip/header/replaces.hpp"

namespace offhook::proxy::test {
namespace {

using body::DialogState;
using sip::HeaderId;

TEST_F(Engines, AWatcherAtOneSeesTheCallsOfAnother) {
  EXPECT_TRUE(lamp(watch(a(), "1002")).dialogs.empty());
  const auto invite = this->invite(b());
  reply(b(), invite, 180);
  auto dialog = change(a());
  const auto id = dialog.id;
  EXPECT_EQ(dialog.state, DialogState::Early);
  EXPECT_EQ(dialog.direction, body::DialogDirection::Recipient);
  EXPECT_EQ(dialog.call_id, "call-1");
  EXPECT_EQ(dialog.remote_tag, "a1");
  EXPECT_EQ(dialog.remote.identities.at(0).display, "Ann");
  ASSERT_TRUE(dialog.remote.target);
  EXPECT_EQ(dialog.remote.target->uri, "sip:1001@" + caller.text());
  advance(seconds(5));
  reply(b(), invite, 200);
  const auto ok = (b().expect(caller, 180), b().expect(caller, 200));
  dialog = change(a());
  EXPECT_EQ(dialog.state, DialogState::Confirmed);
  EXPECT_EQ(dialog.id, id);
  advance(seconds(20));
  hang_up(b(), ok);
  dialog = change(a());
  EXPECT_EQ(dialog.state, DialogState::Terminated);
  EXPECT_EQ(dialog.event, body::DialogEvent::LocalBye);
  EXPECT_GE(dialog.duration, 25U);
  EXPECT_LE(dialog.duration, 30U);
  EXPECT_EQ(dialog.id, id);
}

TEST_F(Engines, WhatNobodyLooksAtIsNotTold) {
  const auto ok = talk(b());
  hang_up(b(), ok);
  EXPECT_EQ(pass(), 0U);
  // Nor is what is looked at no more.
  (void)watch(a(), "1002");
  auto end = subscription("1002", {"Event: dialog", "Expires: 0"}, w);
  end.branch += "end";
  end.call_id += "2";
  a().send(w, end);
  pass();
  advance(seconds(4000));  // both subscriptions are over
  a().forget_all();
  EXPECT_EQ(pass(), 0U);
  Draft draft;
  draft.call_id = "call-2";
  draft.branch = "z9hG4bKlater";
  b().send(caller, draft);
  EXPECT_EQ(pass(), 0U);
}

TEST_F(Engines, ALateWatcherSeesTheCallsThatAreThere) {
  (void)talk(b());
  (void)watch(a(), "1001");
  auto dialog = change(a());
  EXPECT_EQ(dialog.state, DialogState::Confirmed);
  EXPECT_EQ(dialog.direction, body::DialogDirection::Initiator);
  // The next one is told at once.
  const Endpoint other = party(21);
  auto draft = subscription("1001", {"Event: dialog"}, other);
  draft.call_id = "other";
  draft.branch = "z9hG4bKother";
  a().send(other, draft);
  a().expect(other, 200);
  const auto info = lamp(a().expect(other, "NOTIFY"));
  ASSERT_EQ(info.dialogs.size(), 1U);
  EXPECT_EQ(info.dialogs[0].id, dialog.id);
}

TEST_F(Engines, OneThatHasDiedTakesItsCallsAlong) {
  (void)watch(a(), "1002");
  (void)talk(b());
  EXPECT_EQ(change(a()).state, DialogState::Confirmed);
  a().core->forget(a().now, name(2));
  advance(seconds(5));
  EXPECT_TRUE(a().quiet(w)) << "another one has died";
  a().core->forget(a().now, name(1));
  const auto dialog = change(a());
  EXPECT_EQ(dialog.state, DialogState::Terminated);
  EXPECT_EQ(dialog.event, body::DialogEvent::Timeout);
  // It was not dead after all.
  b().core->share_all(b().now);
  pass();
  EXPECT_EQ(change(a()).state, DialogState::Confirmed);
}

TEST_F(Engines, WhoWasDeafIsToldAllAgain) {
  (void)watch(a(), "1002");
  const auto ok = talk(b());
  EXPECT_EQ(change(a()).state, DialogState::Confirmed);
  b().core->share_all(b().now);
  EXPECT_GT(pass(), 0U);
  advance(seconds(5));
  EXPECT_TRUE(a().quiet(w)) << "nothing that it did not know";
  deaf[0] = true;
  hang_up(b(), ok);
  advance(seconds(5));
  deaf[0] = false;
  EXPECT_TRUE(a().quiet(w));
  b().core->share_all(b().now);
  pass();
  EXPECT_EQ(change(a()).state, DialogState::Terminated);
}

TEST_F(Engines, WhoWasNotHeardSaysAgainWhomItLooksAt) {
  deaf[1] = true;
  (void)watch(a(), "1002");
  (void)talk(b());
  advance(seconds(5));
  EXPECT_TRUE(a().quiet(w));
  deaf[1] = false;
  a().core->share_all(a().now);
  pass();
  EXPECT_EQ(change(a()).state, DialogState::Confirmed);
}

struct EnginesWithLists : Engines {
  static Config config() {
    auto out = Engines::config();
    out.events.lists.push_back({"sales", {"1001", "1002"}});
    return out;
  }
  EnginesWithLists() : Engines(config()) {}
};
TEST_F(EnginesWithLists, MembersAreFollowedElsewhere) {
  (void)watch(a(), "sales",
              {"Event: dialog", "Supported: eventlist",
               "Accept: application/dialog-info+xml, application/rlmi+xml, multipart/related"});
  (void)talk(b());
  const auto notify = told(a());
  const auto list = body::ListNotification::parse(value(notify, HeaderId::ContentType), notify.body());
  ASSERT_TRUE(list);
  ASSERT_EQ(list->resources.size(), 2U);
  for (const auto& resource : list->resources) {
    ASSERT_TRUE(resource.instances.at(0).document);
    const auto info = body::DialogInfo::parse(resource.instances[0].document->bytes);
    ASSERT_TRUE(info);
    ASSERT_EQ(info->dialogs.size(), 1U) << resource.uri;
    EXPECT_EQ(info->dialogs[0].state, DialogState::Confirmed);
  }
  // A list that is no more is looked at no more.
  auto fewer = World::default_config();
  fewer.shares_events = true;
  ASSERT_TRUE(a().core->reconfigure(a().now, fewer));
  const auto first = a().core->poll_shared(), second = a().core->poll_shared();
  ASSERT_TRUE(first && second && !a().core->poll_shared());
  EXPECT_EQ(*first, SharedEvent(SharedWatch{SharedPackage::Dialogs, "1001", false}));
  EXPECT_EQ(*second, SharedEvent(SharedWatch{SharedPackage::Dialogs, "1002", false}));
}

struct EnginesWithPickup : Engines {
  static Config config() {
    auto out = Engines::config();
    out.features.pickup = "*97";
    return out;
  }
  EnginesWithPickup() : Engines(config()) {}
};
TEST_F(EnginesWithPickup, ACallThatRingsByWayOfAnotherIsPickedUp) {
  reply(b(), invite(b(), {"Supported: replaces"}), 180);
  Draft draft;
  draft.uri = "sip:*971002@example.test";
  draft.from = "<sip:1003@example.test>;tag=c1";
  draft.to = '<' + draft.uri + '>';
  draft.call_id = "pickup";
  draft.branch = "z9hG4bKpickup";
  c().send(w, draft);
  c().expect(w, 100);
  const auto asked = c().expect(caller, "INVITE");
  const std::string text = value(asked, HeaderId::Replaces);
  const auto replaces = sip::Replaces::parse(text);
  ASSERT_TRUE(replaces);
  EXPECT_EQ(replaces->call_id, "call-1");
  EXPECT_EQ(replaces->to_tag, "a1");
  EXPECT_EQ(replaces->from_tag, "tag-5060" + callee.address.text());
}

}  // namespace
}  // namespace offhook::proxy::test
