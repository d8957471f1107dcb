#include "phases.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>

namespace offhook::media {
namespace {

constexpr TimePoint kStart = TimePoint{} + seconds(5);

PartyId party(std::uint32_t number) { return {number, 1}; }

TEST(Phases, FewStayTogetherAndManySpreadEvenly) {
  Phases phases;
  std::map<std::uint32_t, int> sessions;
  const auto add = [&](std::uint32_t number) {
    const std::uint32_t phase = phases.choose();
    phases.enter(phase, party(number));
    phases.count(phase, 1);
    ++sessions[phase];
  };
  for (std::uint32_t i = 0; i < 16; ++i) add(i);
  EXPECT_EQ(sessions.size(), 1U) << "one wake in 20 ms serves them all";
  for (std::uint32_t i = 16; i < 1000; ++i) add(i);
  ASSERT_EQ(sessions.size(), kPhases);
  for (const auto& [phase, count] : sessions) EXPECT_EQ(count, 50) << "phase " << phase;
}

TEST(Phases, TheDeadlineIsTheNextMomentThatHasParties) {
  Phases phases;
  phases.start(kStart);
  EXPECT_FALSE(phases.deadline());
  phases.enter(3, party(1));
  EXPECT_EQ(phases.deadline(), kStart + milliseconds(3));
  while (phases.time() <= kStart + milliseconds(3)) phases.next();
  EXPECT_EQ(phases.deadline(), kStart + milliseconds(23));
  phases.enter(10, party(2));
  EXPECT_EQ(phases.deadline(), kStart + milliseconds(10));
  phases.leave(10, party(2));
  EXPECT_EQ(phases.deadline(), kStart + milliseconds(23));
}

TEST(Phases, WhatIsDueIsEveryMomentUpToNow) {
  Phases phases;
  phases.start(kStart);
  EXPECT_EQ(phases.due(kStart - milliseconds(1)), 0U);
  EXPECT_EQ(phases.due(kStart), 0b1U);
  EXPECT_EQ(phases.due(kStart + milliseconds(2)), 0b111U);
  phases.next();
  EXPECT_EQ(phases.due(kStart + milliseconds(2)), 0b110U);
  EXPECT_EQ(phases.due(kStart + milliseconds(100)), (1U << kPhases) - 1);
}

// Through the engine: who sends when.
TEST(Phases, SessionsSendOnceInTwentyMillisecondsAndNotAllAtOnce) {
  SeededRandom random(1);
  Engine engine({.pilots = {}, .jitter = {}, .rtcp_interval = seconds(0)}, random);
  constexpr std::uint32_t kSessions = 400;
  for (std::uint32_t i = 0; i < kSessions; ++i) {
    const Endpoint local{IpAddress::v4(127, 1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)), 11780};
    const auto session = engine.open(engine.add_party(ToneIn{}), local);
    AudioPlan plan;
    plan.remote = {IpAddress::v4(127, 9, 9, 9), 4000};
    plan.codec = sdp::pcmu();
    engine.update(*session, plan);
  }
  Now now{kStart, {}};
  const TimePoint end = kStart + milliseconds(100);
  std::map<std::uint64_t, std::vector<TimePoint>> sent;
  std::size_t most = 0;
  for (engine.wake(now); now.mono < end; now.mono = *engine.deadline(), engine.wake(now)) {
    std::size_t burst = 0;
    EXPECT_NE(engine.due(*engine.deadline()), 0U);
    while (const auto packet = engine.poll_transmit()) {
      ++burst;
      sent[packet->session.number()].push_back(now.mono);
    }
    most = std::max(most, burst);
  }
  EXPECT_EQ(most, kSessions / kPhases);
  ASSERT_EQ(sent.size(), kSessions);
  for (const auto& [session, times] : sent) {
    ASSERT_EQ(times.size(), 5U);
    for (std::size_t i = 1; i < times.size(); ++i) EXPECT_EQ(times[i] - times[i - 1], milliseconds(20));
  }
}

// A party with two calls speaks and hears as one.
TEST(Phases, ThePartyGoesWithAllItsSessions) {
  SeededRandom random(1);
  Engine engine({}, random);
  const auto party_id = engine.add_party(SilenceIn{});
  const auto open = [&](PartyId who, std::uint16_t port) {
    EXPECT_TRUE(engine.open(who, {IpAddress::loopback(), port}));
    std::set<std::uint32_t> phases;
    while (const auto request = engine.poll_socket_request()) phases.insert(request->phase);
    EXPECT_EQ(phases.size(), 1U);
    return *phases.begin();
  };
  const std::uint32_t first = open(party_id, 4000);
  for (std::uint16_t i = 1; i < 60; ++i) open(engine.add_party(SilenceIn{}), static_cast<std::uint16_t>(4000 + 2 * i));
  EXPECT_NE(open(engine.add_party(SilenceIn{}), 5000), first);
  EXPECT_EQ(open(party_id, 5002), first);
}

}  // namespace
}  // namespace offhook::media
