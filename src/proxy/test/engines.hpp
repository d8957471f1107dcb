// Several engines that share event state, and what each has to tell comes to the others.
#pragma once
#include <algorithm>
#include <array>

#include "body/dialog_info.hpp"
#include "harness.hpp"

namespace offhook::proxy::test {

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
    bye.from = value(ok, sip::HeaderId::To);
    bye.to = value(ok, sip::HeaderId::From);
    bye.branch = "z9hG4bKbye";
    bye.headers = {"Route: " + value(ok, sip::HeaderId::RecordRoute)};
    world.send(callee, bye);
    world.reply(caller, world.expect(caller, "BYE"), 200);
    pass();
  }

  std::array<std::unique_ptr<World>, 3> worlds;
  std::array<bool, 3> deaf{};
  const Endpoint caller = party(11), callee = party(12), w = party(20);
};

}  // namespace offhook::proxy::test
