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
    table.expire(TimePoint{} + at, [&](std::string_view, std::string_view contact) { gone.emplace_back(contact); });
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
