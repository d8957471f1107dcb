// Publications and counts that engines share: set at one, seen at others.
#include "body/message_summary.hpp"
#include "body/presence.hpp"
#include "engines.hpp"

namespace offhook::proxy::test {
namespace {

using body::Basic;
using sip::HeaderId;

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
