// Event state that engines share: watchers at one, calls, publications and counts at others.
#include <algorithm>
#include <array>

#include "body/dialog_info.hpp"
#include "body/message_summary.hpp"
#include "body/presence.hpp"
#include "body/resource_list.hpp"
#include "harness.hpp"
#include "sip/header/replaces.hpp"

namespace offhook::proxy::test {
namespace {

using body::Basic;
using body::DialogState;
using sip::HeaderId;

// Three engines, a, b and c. 1003 at .20 watches, 1001 at .11 calls 1002 at .12, by way of any of them.
class Engines : public testing::Test {
 protected:
  static Config config() {
    auto out = World::default_config();
    out.shares_events = true;
    return out;
  }
  explicit Engines(const Config& config = Engines::config()) {
    for (std::size_t i = 0; i < worlds.size(); ++i) {
      worlds.at(i) = std::make_unique<World>(config);
      worlds.at(i)->random = SeededRandom(i + 1);
      worlds.at(i)->core = std::make_unique<Core>(config, worlds.at(i)->random, worlds.at(i)->locator);
    }
    for (const char* user : {"1001", "1002"}) {
      const Endpoint at = user == std::string_view("1001") ? caller : callee;
      for (auto& world : worlds) {
        StoreWrite change;
        Binding& binding = change.put.emplace_back();
        binding.aor = "sip:" + std::string(user) + "@example.test";
        binding.contact = "sip:" + std::string(user) + '@' + at.text();
        binding.call_id = "elsewhere";
        binding.cseq = 1;
        binding.expires = world->now.wall + seconds(7000);
        world->core->apply(world->now, change);
      }
    }
    pass();
  }
  World& a() { return *worlds[0]; }
  World& b() { return *worlds[1]; }
  World& c() { return *worlds[2]; }
  static std::string name(std::size_t i) { return "engine-" + std::to_string(i); }

  // What each has to tell comes to the others, unless they are deaf. Gives how much it was.
  std::size_t pass() {
    std::size_t count = 0;
    for (bool more = true; std::exchange(more, false);)
      for (std::size_t from = 0; from < worlds.size(); ++from)
        while (const auto event = worlds.at(from)->core->poll_shared()) {
          more = true;
          ++count;
          for (std::size_t to = 0; to < worlds.size(); ++to)
            if (to != from && !deaf.at(to)) worlds.at(to)->core->learn(worlds.at(to)->now, name(from), *event);
        }
    for (auto& world : worlds) world->advance(seconds(0));
    return count;
  }
  void advance(Duration by) {
    for (auto& world : worlds) world->advance(by);
    pass();
  }

  static Draft subscription(std::string_view user, std::vector<std::string> headers, const Endpoint& watcher) {
    Draft draft;
    draft.method = "SUBSCRIBE";
    draft.uri = "sip:" + std::string(user) + "@example.test";
    draft.from = "<sip:1003@example.test>;tag=w";
    draft.to = '<' + draft.uri + '>';
    draft.call_id = "watch-" + std::string(user);
    draft.branch = "z9hG4bKwatch" + std::string(user);
    draft.headers = std::move(headers);
    draft.headers.emplace_back("Contact: <sip:1003@" + watcher.text() + ">");
    return draft;
  }
  sip::Message watch(World& world, std::string_view user, std::vector<std::string> headers = {"Event: dialog"}) {
    world.send(w, subscription(user, std::move(headers), w));
    world.expect(w, 200);
    auto first = told(world);
    pass();
    return first;
  }
  sip::Message told(World& world) {
    for (int i = 0; i < 60 && world.quiet(w); ++i) advance(milliseconds(100));
    auto notify = world.expect(w, "NOTIFY");
    world.reply(w, notify, 200);
    return notify;
  }
  body::DialogInfo lamp(const sip::Message& notify) {
    const auto info = body::DialogInfo::parse(notify.body());
    EXPECT_TRUE(info) << notify.bytes();
    return info.value_or(body::DialogInfo{});
  }
  body::DialogInfo::Dialog change(World& world) {
    const auto info = lamp(told(world));
    EXPECT_EQ(info.dialogs.size(), 1U);
    return info.dialogs.empty() ? body::DialogInfo::Dialog{} : info.dialogs.front();
  }
  sip::Message invite(World& world, std::vector<std::string> headers = {}) {
    Draft draft;
    draft.from = "\"Ann\" <sip:1001@example.test>;tag=a1";
    draft.headers = std::move(headers);
    world.send(caller, draft);
    world.expect(caller, 100);
    auto out = world.expect(callee, "INVITE");
    pass();
    return out;
  }
  void reply(World& world, const sip::Message& invite, int status) {
    world.reply(callee, invite, status);
    pass();
  }
  sip::Message talk(World& world) {
    const auto invite = this->invite(world);
    reply(world, invite, 200);
    return world.expect(caller, 200);
  }
  void hang_up(World& world, const sip::Message& ok) {
    Draft bye;
    bye.method = "BYE";
    bye.uri = "sip:" + caller.text();
    bye.from = value(ok, HeaderId::To);
    bye.to = value(ok, HeaderId::From);
    bye.branch = "z9hG4bKbye";
    bye.headers = {"Route: " + value(ok, HeaderId::RecordRoute)};
    world.send(callee, bye);
    world.reply(caller, world.expect(caller, "BYE"), 200);
    pass();
  }

  std::array<std::unique_ptr<World>, 3> worlds;
  std::array<bool, 3> deaf{};
  const Endpoint caller = party(11), callee = party(12), w = party(20);
};

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
    out.features = {"*97", ""};
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

// Presence.
struct SharedPresence : Engines {
  explicit SharedPresence(const Config& config = Engines::config()) : Engines(config) {}
  static std::string document(std::string_view basic) {
    return "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"sip:1002@example.test\">"
           "<tuple id=\"t1\"><status><basic>" +
           std::string(basic) + "</basic></status></tuple></presence>";
  }
  sip::Message publish(World& world, std::string body, std::vector<std::string> headers = {}) {
    Draft draft;
    draft.method = "PUBLISH";
    draft.from = "<sip:1002@example.test>;tag=p";
    draft.call_id = "pub-" + std::to_string(++count);
    draft.branch = "z9hG4bKpub" + std::to_string(count);
    draft.headers = std::move(headers);
    draft.headers.emplace_back("Event: presence");
    if (!body.empty()) draft.headers.emplace_back("Content-Type: application/pidf+xml");
    draft.body = std::move(body);
    world.send(callee, draft);
    auto out = world.take(callee);
    if (is_passing) pass();
    return out;
  }
  std::string published(World& world, std::string body, std::vector<std::string> headers = {}) {
    const auto response = publish(world, std::move(body), std::move(headers));
    EXPECT_EQ(response.status(), 200) << response.bytes();
    return value(response, HeaderId::SipETag);
  }
  body::Presence presence(const sip::Message& notify) {
    const auto out = body::Presence::parse(notify.body());
    EXPECT_TRUE(out) << notify.body();
    return out.value_or(body::Presence{});
  }
  int count = 0;
  bool is_passing = true;
};

TEST_F(SharedPresence, IsPublishedAtOneAndSeenAtAnother) {
  EXPECT_EQ(presence(watch(a(), "1002", {"Event: presence"})).tuples.at(0).id, "registration");
  const auto etag = published(b(), document("open"), {"Expires: 600"});
  auto now = presence(told(a()));
  ASSERT_EQ(now.tuples.size(), 1U);
  EXPECT_EQ(now.tuples[0].id, "t1");
  EXPECT_EQ(now.tuples[0].basic, Basic::Open);
  // Any of them takes what follows.
  const auto next = published(c(), document("closed"), {"SIP-If-Match: " + etag, "Expires: 600"});
  EXPECT_EQ(presence(told(a())).tuples.at(0).basic, Basic::Closed);
  EXPECT_EQ(publish(b(), "", {"SIP-If-Match: " + etag}).status(), 412) << "that tag is no more";
  (void)published(a(), "", {"SIP-If-Match: " + next, "Expires: 0"});
  EXPECT_EQ(presence(told(a())).tuples.at(0).id, "registration");
  for (auto& world : worlds) EXPECT_TRUE(world->core->shared_state(world->now).empty());
}

TEST_F(SharedPresence, ExpiresEverywhere) {
  (void)published(b(), document("open"), {"Expires: 600"});
  (void)watch(a(), "1002", {"Event: presence"});
  advance(seconds(605));
  EXPECT_EQ(presence(told(a())).tuples.at(0).id, "registration");
  for (auto& world : worlds) EXPECT_TRUE(world->core->shared_state(world->now).empty());
}

TEST_F(SharedPresence, WhatWasTakenBackDoesNotComeBackLate) {
  const auto etag = published(b(), document("open"), {"Expires: 600"});
  const auto early = b().core->shared_state(b().now);
  ASSERT_EQ(early.size(), 1U);
  advance(seconds(1));
  (void)published(b(), "", {"SIP-If-Match: " + etag, "Expires: 0"});
  for (auto& world : worlds) {
    world->core->learn(world->now, "late", early[0]);
    EXPECT_TRUE(world->core->shared_state(world->now).empty());
  }
}

TEST_F(SharedPresence, WhatIsNoPublicationIsNotKept) {
  const auto expires = a().now.wall + seconds(100);
  for (const SharedPublication& bad :
       {SharedPublication{"sip:1002@example.test", "id", "tag", "<presence", 1, expires},
        SharedPublication{"sip:1002@example.test", "", "tag", document("open"), 1, expires},
        SharedPublication{"sip:1002@example.test", "id", "tag", document("open"), 1, expires - seconds(200)},
        SharedPublication{"sip:1002@example.test", "id", "tag", document("open") + std::string(100'000, ' '), 1,
                          expires}})
    a().core->learn(a().now, "x", bad);
  EXPECT_TRUE(a().core->shared_state(a().now).empty());
  for (int i = 0; i < 100; ++i)
    a().core->learn(
        a().now, "x",
        SharedPublication{"sip:1002@example.test", "id" + std::to_string(i), "tag", document("open"), 1, expires});
  EXPECT_EQ(a().core->shared_state(a().now).size(), 40U) << "more than a user may have, and no more";
}

// Whatever each does and in whatever order it is heard of: in the end all have the same.
TEST_F(SharedPresence, AllHaveTheSameInTheEnd) {
  is_passing = false;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SeededRandom random(seed);
    std::array<std::array<std::deque<SharedEvent>, 3>, 3> links;
    std::vector<std::string> etags;
    const auto collect = [&] {
      for (std::size_t from = 0; from < 3; ++from)
        while (const auto event = worlds.at(from)->core->poll_shared())
          for (std::size_t to = 0; to < 3; ++to)
            if (to != from) links.at(from).at(to).push_back(*event);
    };
    const auto deliver = [&](std::deque<SharedEvent>& link, std::size_t to) {
      if (link.empty()) return;
      worlds.at(to)->core->learn(worlds.at(to)->now, "any", link.front());
      link.pop_front();
    };
    for (int step = 0; step < 80; ++step) {
      World& world = *worlds.at(random.below(3));
      const auto what = random.below(10);
      std::vector<std::string> headers{"Expires: " + std::to_string(what == 0 ? 0 : 3600)};
      if (!etags.empty() && what < 5) headers.push_back("SIP-If-Match: " + etags.at(random.below(etags.size())));
      if (what < 6) {
        const auto answer = publish(world, what == 0 ? "" : document(what % 2 == 0 ? "open" : "closed"), headers);
        if (answer.status() == 200 && what != 0) etags.push_back(value(answer, HeaderId::SipETag));
      } else {
        world.core->set_messages(world.now, "1001", {static_cast<std::uint32_t>(random.below(5)), 0, 0, 0});
      }
      collect();
      for (int i = 0; i < 2; ++i) {
        const auto from = random.below(3), to = random.below(3);
        deliver(links.at(from).at(to), to);
      }
      if (random.below(4) == 0) advance(milliseconds(random.below(2000)));
    }
    for (std::size_t from = 0; from < 3; ++from)
      for (std::size_t to = 0; to < 3; ++to)
        while (!links.at(from).at(to).empty()) deliver(links.at(from).at(to), to);
    const auto state = [&](World& world) {
      std::vector<std::string> out;
      for (const SharedEvent& event : world.core->shared_state(world.now)) {
        if (const auto* one = std::get_if<SharedPublication>(&event))
          out.push_back(one->id + ' ' + one->etag + ' ' + std::to_string(one->version) + one->document);
        if (const auto* one = std::get_if<SharedMessages>(&event))
          out.push_back(one->aor + ' ' + std::to_string(one->messages.fresh));
      }
      std::sort(out.begin(), out.end());
      return out;
    };
    ASSERT_EQ(state(a()), state(b())) << "seed " << seed;
    ASSERT_EQ(state(a()), state(c())) << "seed " << seed;
    advance(seconds(4000));
  }
}

// Messages that wait.
struct SharedCounts : Engines {
  const std::vector<std::string> headers{"Event: message-summary"};
  std::uint32_t fresh(const sip::Message& notify) {
    const auto out = body::MessageSummary::parse(notify.body());
    const auto* voice = out ? out->find(body::MessageClass::Voice) : nullptr;
    EXPECT_NE(voice, nullptr) << notify.bytes();
    return voice == nullptr ? 0 : voice->fresh;
  }
};
TEST_F(SharedCounts, CountsAreSetAtOneAndSeenAtAnother) {
  EXPECT_EQ(fresh(watch(a(), "1003", headers)), 0U);
  c().core->set_messages(c().now, "1003", {2, 0, 0, 0});
  pass();
  EXPECT_EQ(fresh(told(a())), 2U);
  b().core->set_messages(b().now, "1003", {3, 0, 0, 0});
  pass();
  EXPECT_EQ(fresh(told(a())), 3U);
  advance(seconds(5));
  EXPECT_TRUE(a().quiet(w));
  b().core->set_messages(b().now, "1003", {3, 0, 0, 0});
  EXPECT_EQ(pass(), 0U) << "that was said";
}
TEST_F(SharedCounts, PhonesThatDoNotSubscribeAreToldByOne) {
  c().core->set_messages(c().now, "1002", {1, 0, 0, 0});
  pass();
  EXPECT_EQ(fresh(c().expect(callee, "NOTIFY")), 1U);
  EXPECT_TRUE(a().quiet(callee));
  EXPECT_TRUE(b().quiet(callee));
  // One that registers is told by who has taken the registration.
  const Endpoint fresh_phone = party(13);
  b().register_party("1002", fresh_phone);
  const auto writes = std::exchange(b().writes, {});
  for (const auto& write : writes) a().core->apply(a().now, write);
  for (const auto& write : writes) c().core->replace(c().now, "sip:1002@example.test", write.put);
  pass();
  EXPECT_EQ(fresh(b().expect(fresh_phone, "NOTIFY")), 1U);
  EXPECT_TRUE(a().quiet(fresh_phone));
  EXPECT_TRUE(c().quiet(fresh_phone));
}
TEST_F(SharedCounts, WhoHasSubscribedElsewhereIsToldOnce) {
  for (auto& world : worlds) {
    StoreWrite change;
    Binding& binding = change.put.emplace_back();
    binding.aor = "sip:1003@example.test";
    binding.contact = "sip:1003@" + w.text();
    binding.call_id = "elsewhere";
    binding.expires = world->now.wall + seconds(7000);
    world->core->apply(world->now, change);
  }
  (void)watch(a(), "1003", headers);
  c().core->set_messages(c().now, "1003", {2, 0, 0, 0});
  pass();
  EXPECT_EQ(fresh(told(a())), 2U);
  EXPECT_TRUE(c().quiet(w)) << "nothing unsolicited";
}

}  // namespace
}  // namespace offhook::proxy::test
