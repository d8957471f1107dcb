// The small rooms by themselves: names, replay window, location table, Route preprocessing.
#include <gtest/gtest.h>

#include "auth/replay_window.hpp"
#include "harness.hpp"
#include "location/table.hpp"
#include "names.hpp"
#include "route/preprocess.hpp"
#include "route/targets.hpp"

namespace offhook::proxy::test {
namespace {

const Endpoint kLocal{IpAddress::v4(192, 0, 2, 1), 5060};
const transport::Listen kListen{transport::Protocol::Udp, kLocal};

struct NameCase {
  const char* uri;
  bool us;
};

class NamesCase : public testing::TestWithParam<NameCase> {};

TEST_P(NamesCase, IsUs) {
  const Names names({kListen, {transport::Protocol::Udp, {IpAddress{}, 5062}}},
                    {"Example.Test", "192.0.2.1", "ported.test:5099"});
  const auto uri = sip::Uri::parse(GetParam().uri);
  ASSERT_TRUE(uri.has_value());
  EXPECT_EQ(names.is_us(*uri, kLocal), GetParam().us) << GetParam().uri;
}

INSTANTIATE_TEST_SUITE_P(All, NamesCase,
                         testing::Values(NameCase{"sip:a@example.test", true}, NameCase{"sip:EXAMPLE.TEST", true},
                                         NameCase{"sip:a@example.test:5060", true},
                                         NameCase{"sip:a@example.test:5071", false}, NameCase{"sip:a@192.0.2.1", true},
                                         NameCase{"sip:a@192.0.2.1:5060;lr", true},
                                         NameCase{"sip:a@192.0.2.1:5062", true},
                                         NameCase{"sip:a@192.0.2.1:5071", false}, NameCase{"sip:a@192.0.2.2", false},
                                         NameCase{"sip:a@ported.test:5099", true}, NameCase{"sip:a@ported.test", false},
                                         NameCase{"sip:a@sub.example.test", false}, NameCase{"tel:1001", false},
                                         NameCase{"sips:a@example.test", true}));

TEST(Names, AWildcardSocketHasTheAddressThatTheMessageCameTo) {
  const Names names({{transport::Protocol::Udp, {IpAddress{}, 5060}}}, {"example.test"});
  const auto uri = *sip::Uri::parse("sip:1001@198.51.100.7");
  EXPECT_TRUE(names.is_us(uri, {IpAddress::v4(198, 51, 100, 7), 5060}));
  EXPECT_FALSE(names.is_us(uri, {IpAddress::v4(198, 51, 100, 8), 5060}));
  EXPECT_EQ(names.name_of(transport::Protocol::Udp, {IpAddress::v4(198, 51, 100, 7), 5060}), "198.51.100.7:5060");
  EXPECT_EQ(names.name_of(transport::Protocol::Udp, {IpAddress{}, 5060}), "example.test:5060");
}

TEST(Names, AWildcardSocketHasEveryAddressOfTheMachine) {
  const Names names({{transport::Protocol::Udp, {IpAddress{}, 5060}}}, {"example.test"},
                    {IpAddress::v4(198, 51, 100, 7), *IpAddress::parse("2001:db8::1")});
  const auto is_us = [&](std::string_view uri) { return names.is_us(*sip::Uri::parse(uri), {IpAddress{}, 5060}); };
  EXPECT_TRUE(is_us("sip:1001@198.51.100.7"));
  EXPECT_TRUE(is_us("sip:198.51.100.7:5060;lr"));
  EXPECT_FALSE(is_us("sip:1001@198.51.100.7:5071")) << "a phone on this machine";
  EXPECT_FALSE(is_us("sip:1001@198.51.100.8"));
  EXPECT_FALSE(is_us("sip:1001@[2001:db8::1]")) << "nobody listens there";
}

TEST(Names, ChoosesAnAddressOfTheTargetsProtocolAndFamily) {
  using transport::Protocol;
  const Endpoint v6{*IpAddress::parse("2001:db8::1"), 5060};
  const Endpoint second{IpAddress::v4(192, 0, 2, 2), 5060};
  const Endpoint tls{IpAddress::v4(192, 0, 2, 1), 5061};
  const Names names({kListen, {Protocol::Udp, v6}, {Protocol::Udp, second}, {Protocol::Tls, tls}}, {});
  const transport::Flow in{Protocol::Udp, second, {}, 0};
  const IpAddress peer = IpAddress::v4(192, 0, 2, 9), peer6 = *IpAddress::parse("2001:db8::9");
  EXPECT_EQ(names.local_for(Protocol::Udp, peer, in), second);
  EXPECT_EQ(names.local_for(Protocol::Udp, peer6, in), v6);
  EXPECT_EQ(names.local_for(Protocol::Udp, peer, {Protocol::Udp, v6, {}, 0}), kLocal);
  EXPECT_EQ(names.local_for(Protocol::Tls, peer, in), tls);
  EXPECT_EQ(names.local_for(Protocol::Tls, peer6, in), std::nullopt);
  EXPECT_EQ(names.local_for(Protocol::Tcp, peer, in), std::nullopt);
  EXPECT_EQ(names.name_of(Protocol::Udp, v6), "[2001:db8::1]:5060");
  EXPECT_EQ(names.name_of(Protocol::Tls, {IpAddress{}, 5061}), "192.0.2.1:5061");
  EXPECT_EQ(names.canonical_host(), "192.0.2.1");
}

TEST(Names, ThePortThatAUriLeavesOutIsItsProtocols) {
  using transport::Protocol;
  const Names names({{Protocol::Tls, {IpAddress::v4(192, 0, 2, 1), 5061}}}, {"example.test"});
  EXPECT_TRUE(names.is_us(*sip::Uri::parse("sips:192.0.2.1"), kLocal));
  EXPECT_TRUE(names.is_us(*sip::Uri::parse("sip:192.0.2.1;transport=tls;lr"), kLocal));
  EXPECT_FALSE(names.is_us(*sip::Uri::parse("sip:192.0.2.1;transport=wss"), kLocal));
}

TEST(Names, UsersHaveOneKeyHoweverTheirNameIsEscaped) {
  const Names names({kListen}, {"example.test", "other.test"});
  EXPECT_EQ(names.aor("1001"), "sip:1001@example.test");
  EXPECT_EQ(names.aor("%31001"), names.aor("1001"));
}

TEST(ReplayWindow, TakesEachCountOnceAndForgetsTheFarPast) {
  ReplayWindow window(seconds(300));
  const TimePoint now{};
  EXPECT_TRUE(window.accept(now, 1, 1));
  EXPECT_FALSE(window.accept(now, 1, 1));
  EXPECT_TRUE(window.accept(now, 1, 70));
  EXPECT_TRUE(window.accept(now, 1, 7));  // 63 back
  EXPECT_FALSE(window.accept(now, 1, 7));
  EXPECT_FALSE(window.accept(now, 1, 6));  // 64 back: beyond memory
  EXPECT_FALSE(window.accept(now, 1, 70));
  EXPECT_TRUE(window.accept(now, 1, 71));
  EXPECT_FALSE(window.accept(now, 1, 70)) << "the window has moved";
  EXPECT_TRUE(window.accept(now, 1, 4000000000U));
  EXPECT_FALSE(window.accept(now, 1, 71));
  EXPECT_TRUE(window.accept(now, 2, 1));
}

TEST(ReplayWindow, HoldsNothingOlderThanItsNonces) {
  ReplayWindow window(seconds(300));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(window.accept(TimePoint{} + seconds(i), static_cast<std::uint64_t>(i), 1));
  EXPECT_TRUE(window.accept(TimePoint{} + seconds(350), 1000, 1));
  EXPECT_EQ(window.size(), 51U);
}

TEST(LocationTable, ListsTargetsByQInTheOrderOfRegistration) {
  LocationTable table;
  const Now now{TimePoint{} + seconds(5), WallTime{} + seconds(100)};
  const auto put = [&](std::string contact, int q, seconds life) {
    table.put(now, {"sip:a@x", std::move(contact), "c", 1, now.wall + life, q, "", "", ""});
  };
  put("sip:1@h?Subject=x", 500, seconds(60));
  put("sip:2@h", 1000, seconds(60));
  put("sip:3@h", 500, seconds(60));
  put("sip:4@h", 900, seconds(10));
  std::vector<std::string> uris;
  for (const auto& target : targets_of(table.find("sip:a@x"), now.mono + seconds(20))) uris.push_back(target.uri);
  EXPECT_EQ(uris, (std::vector<std::string>{"sip:2@h", "sip:1@h", "sip:3@h"}))
      << "expired ones and header parts are left out";
  EXPECT_TRUE(table.find("sip:b@x").empty());
}

TEST(LocationTable, ARefreshMovesTheExpiryAndAnEarlierOneToo) {
  LocationTable table;
  Now now{TimePoint{} + seconds(5), WallTime{} + seconds(100)};
  std::vector<std::string> gone;
  const auto put = [&](std::string contact, seconds life) {
    table.put(now, {"sip:a@x", std::move(contact), "c", 1, now.wall + life, 1000, "", "", ""});
  };
  const auto expire_at = [&](seconds at) {
    gone.clear();
    table.expire(TimePoint{} + at, [&](const LocationTable::Entry& entry) { gone.emplace_back(entry.contact()); });
    return gone;
  };
  put("sip:1@h", seconds(100));
  put("sip:2@h", seconds(50));
  put("sip:1@h", seconds(200));
  EXPECT_TRUE(expire_at(seconds(54)).empty());
  EXPECT_EQ(expire_at(seconds(55)), std::vector<std::string>{"sip:2@h"});
  EXPECT_TRUE(expire_at(seconds(150)).empty());
  EXPECT_EQ(expire_at(seconds(205)), std::vector<std::string>{"sip:1@h"});
  EXPECT_EQ(table.size(), 0U);
  EXPECT_FALSE(table.deadline().has_value());
}

Binding full_binding() {
  Binding out;
  out.aor = "sip:1001@example.test";
  out.contact = "sip:1001@10.0.0.5:5060;line=a";
  out.call_id = "0_2283452123@10.0.0.5";
  out.cseq = 4'000'000'000;
  out.expires = WallTime{} + seconds(160);
  out.q = 700;
  out.path = "<sip:edge1.example;lr>, <sip:edge2.example;lr>";
  out.user_agent = "Yealink SIP-T46G 28.80.0.95";
  out.received = "[2001:db8::9]:40000";
  out.connection.local = {IpAddress::v4(192, 0, 2, 1), 5062};
  out.instance = "urn:uuid:00000000-0000-1000-8000-000A95A0E128";
  out.reg_id = 2;
  return out;
}

TEST(PackedBinding, GivesBackWhatWasPutIn) {
  const Binding in = full_binding();
  const Binding out = PackedBinding::make(in, TimePoint{} + seconds(65))->unpack();
  EXPECT_EQ(out.aor, in.aor);
  EXPECT_EQ(out.contact, in.contact);
  EXPECT_EQ(out.call_id, in.call_id);
  EXPECT_EQ(out.cseq, in.cseq);
  EXPECT_EQ(out.expires, in.expires);
  EXPECT_EQ(out.q, in.q);
  EXPECT_EQ(out.path, in.path);
  EXPECT_EQ(out.user_agent, in.user_agent);
  EXPECT_EQ(out.received, in.received);
  EXPECT_EQ(out.connection.local, in.connection.local);
  EXPECT_EQ(out.connection.number, 0U);
  EXPECT_EQ(out.instance, in.instance);
  EXPECT_EQ(out.reg_id, in.reg_id);
}

TEST(PackedBinding, OnAConnectionThePeerIsTheConnections) {
  Binding in = full_binding();
  in.connection.number = 77;
  in.connection.protocol = transport::Protocol::Wss;
  in.connection.remote = {IpAddress::v4(198, 51, 100, 7), 40'001};
  const auto packed = PackedBinding::make(in, TimePoint{});
  const auto flow = packed->connection();
  EXPECT_EQ(flow.number, 77U);
  EXPECT_EQ(flow.protocol, transport::Protocol::Wss);
  EXPECT_EQ(flow.remote, in.connection.remote);
  EXPECT_EQ(flow.local, in.connection.local);
  EXPECT_EQ(packed->received(), std::nullopt);
  EXPECT_EQ(packed->contact(), in.contact);
  EXPECT_EQ(packed->instance(), in.instance);
}

TEST(PackedBinding, ALongCallIdIsStillRecognised) {
  Binding in = full_binding();
  in.call_id = std::string(200, 'c');
  const auto packed = PackedBinding::make(in, TimePoint{});
  EXPECT_EQ(packed->call_id(), "");
  EXPECT_TRUE(packed->has_call_id(in.call_id));
  EXPECT_FALSE(packed->has_call_id(std::string(200, 'd')));
  EXPECT_FALSE(packed->has_call_id(""));
  in.call_id = "short";
  const auto other = PackedBinding::make(in, TimePoint{});
  EXPECT_TRUE(other->has_call_id("short"));
  EXPECT_NE(other->call_id_number(), packed->call_id_number());
  in.call_id = std::string(200, 'c');
  EXPECT_EQ(PackedBinding::make(in, TimePoint{})->call_id_number(), packed->call_id_number());
}

TEST(PackedBinding, WhatDoesNotFitIsNotTaken) {
  LocationTable table;
  const Now now{TimePoint{} + seconds(5), WallTime{} + seconds(100)};
  Binding binding = full_binding();
  EXPECT_TRUE(table.put(now, binding));
  binding.path = std::string(65'536, 'p');
  EXPECT_FALSE(table.put(now, binding));
  EXPECT_EQ(table.find(binding.aor).begin()->path(), full_binding().path);
}

TEST(LocationTable, AFlowIsNamedByContactInstanceAndRegId) {
  LocationTable table;
  const Now now{TimePoint{} + seconds(5), WallTime{} + seconds(100)};
  Binding binding = full_binding();
  table.put(now, binding);
  binding.reg_id = 1;
  table.put(now, binding);
  binding.reg_id = 0;
  table.put(now, binding);
  binding.instance = "";
  table.put(now, binding);
  EXPECT_EQ(table.size(), 3U) << "without a reg-id the contact alone counts";
  table.remove({binding.aor, binding.contact, full_binding().instance, 2});
  std::vector<std::uint32_t> left;
  for (const auto& entry : table.find(binding.aor)) left.push_back(entry.reg_id());
  EXPECT_EQ(left, (std::vector<std::uint32_t>{1, 0}));
  table.remove({binding.aor, ""});
  EXPECT_EQ(table.size(), 0U);
  EXPECT_FALSE(table.deadline().has_value());
}

TEST(LocationTable, ALostConnectionTakesItsBindingsAndNoOthers) {
  LocationTable table;
  const Now now{TimePoint{} + seconds(5), WallTime{} + seconds(100)};
  const auto put = [&](std::string user, std::string contact, std::uint32_t reg_id, std::uint64_t connection) {
    Binding binding = full_binding();
    binding.aor = "sip:" + user + "@x";
    binding.contact = std::move(contact);
    binding.reg_id = reg_id;
    binding.connection.number = connection;
    table.put(now, binding);
  };
  put("a", "sip:1@h", 1, 7);
  put("a", "sip:1@h", 2, 8);
  put("b", "sip:2@h", 0, 7);
  put("c", "sip:3@h;transport=ws", 0, 7);
  put("d", "sip:4@h", 1, 7);
  put("d", "sip:4@h", 1, 9);  // moved before the connection went
  std::vector<std::string> gone;
  for (const auto& which : table.lose(7)) {
    gone.push_back(which.aor);
    table.remove(which);
  }
  std::sort(gone.begin(), gone.end());
  EXPECT_EQ(gone, (std::vector<std::string>{"sip:a@x", "sip:c@x"}));
  EXPECT_EQ(table.find("sip:a@x").begin()->connection().number, 8U);
  EXPECT_EQ(table.find("sip:b@x").begin()->connection().number, 0U) << "its contact is all that is left";
  EXPECT_EQ(table.find("sip:d@x").begin()->connection().number, 9U);
  EXPECT_TRUE(table.lose(7).empty());
  EXPECT_EQ(table.size(), 3U);
}

// Against a plain list of the same bindings, with what a table has to do in any order.
TEST(LocationTable, DoesWhatAPlainListDoes) {
  SeededRandom random(5);
  LocationTable table;
  Now now{TimePoint{} + seconds(5), WallTime{} + seconds(100)};
  std::vector<std::pair<Binding, TimePoint>> plain;
  for (int step = 0; step < 20'000; ++step) {
    Binding binding;
    binding.aor = "sip:" + std::to_string(random.below(40)) + "@x";
    binding.contact = "sip:" + std::to_string(random.below(3)) + "@h";
    const auto same = [&](const auto& entry) {
      return entry.first.aor == binding.aor && entry.first.contact == binding.contact;
    };
    const auto action = random.below(10);
    if (action < 6) {
      binding.expires = now.wall + milliseconds(1 + random.below(60'000));
      binding.connection.number = random.below(4);
      table.put(now, binding);
      const auto found = std::find_if(plain.begin(), plain.end(), same);
      const std::pair entry{binding, now.mono + (binding.expires - now.wall)};
      found == plain.end() ? plain.push_back(entry) : void(*found = entry);
    } else if (action < 7) {
      table.remove({binding.aor, binding.contact});
      std::erase_if(plain, same);
    } else if (action < 8) {
      EXPECT_TRUE(table.lose(1 + random.below(3)).empty());
    } else {
      const Duration on = milliseconds(random.below(3000));
      now.mono += on;
      now.wall += on;
      std::size_t gone = 0;
      table.expire(now.mono, [&](const LocationTable::Entry& entry) { gone += entry.is_live(now.mono) ? 0U : 1U; });
      gone -= std::erase_if(plain, [&](const auto& entry) {
        return std::chrono::ceil<seconds>(entry.second.time_since_epoch()) <= now.mono.time_since_epoch();
      });
      EXPECT_EQ(gone, 0U);
    }
    ASSERT_EQ(table.size(), plain.size());
    std::size_t at = 0;
    std::vector<TimePoint> ends;
    for (const auto& [wanted, until] : plain)
      if (wanted.aor == binding.aor) ends.push_back(until);
    for (const auto& entry : table.find(binding.aor)) {
      ASSERT_LT(at, ends.size());
      EXPECT_EQ(entry.until(), ends[at++]);
    }
    EXPECT_EQ(at, ends.size());
  }
}

struct PlanCase {
  const char* uri;
  const char* routes;
  const char* effective;
  bool strict;
  std::size_t own, remaining;
};

class PreprocessCase : public testing::TestWithParam<PlanCase> {};

TEST_P(PreprocessCase, Plans) {
  const auto& c = GetParam();
  Draft draft;
  draft.uri = c.uri;
  if (*c.routes != 0) draft.headers = {"Route: " + std::string(c.routes)};
  const auto message = sip::Message::parse(draft.text(party(11)));
  const Plan plan = preprocess(*message, Names({kListen}, {"example.test"}), kLocal);
  EXPECT_EQ(plan.request_uri, c.effective);
  EXPECT_EQ(plan.strict, c.strict);
  EXPECT_EQ(plan.own, c.own);
  EXPECT_EQ(plan.remaining, c.remaining);
  EXPECT_EQ(plan.next.empty(), c.remaining == 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, PreprocessCase,
    testing::Values(PlanCase{"sip:b@h", "", "sip:b@h", false, 0, 0},
                    PlanCase{"sip:b@h", "<sip:192.0.2.1;lr>", "sip:b@h", false, 1, 0},
                    PlanCase{"sip:b@h", "<sip:192.0.2.1;lr>, <sip:x;lr>, <sip:192.0.2.1;lr>", "sip:b@h", false, 1, 2},
                    PlanCase{"sip:192.0.2.1;lr", "<sip:x;lr>, <sip:b@h>", "sip:b@h", true, 0, 1},
                    PlanCase{"sip:192.0.2.1;lr", "<sip:b@h>", "sip:b@h", true, 0, 0},
                    PlanCase{"sip:192.0.2.1;lr", "<sip:192.0.2.1;lr>, <sip:b@h>", "sip:b@h", true, 1, 0},
                    PlanCase{"sip:192.0.2.1;lr", "", "sip:192.0.2.1;lr", false, 0, 0},
                    PlanCase{"sip:1002@192.0.2.1;lr", "<sip:x;lr>", "sip:1002@192.0.2.1;lr", false, 0, 1}));

}  // namespace
}  // namespace offhook::proxy::test
