#include "media/card.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "card/echo_clock.hpp"
#include "media/sources.hpp"
#include "media/tone_detector.hpp"

namespace offhook::media {
namespace {

using Samples = std::vector<std::int16_t>;
constexpr VoiceSettings kAsItIs{false, false, false, false};

Samples constant(std::int16_t value, std::size_t size = kFrameSamples) { return Samples(size, value); }
bool is_silent(const Samples& frame) {
  return std::ranges::all_of(frame, [](std::int16_t s) { return s == 0; });
}

// A card at 8 kHz between two clocks: the engine's tick is 20 ms, the card's a little off it.
struct Rig {
  explicit Rig(int gain_db = 0)
      : card(std::make_shared<Card>(CardSettings{kSampleRate, kAsItIs, milliseconds(0), gain_db})),
        source(card->source()),
        sink(card->sink()) {}
  // What the card plays while it records that.
  Samples turn(const Samples& recorded) {
    Samples played(recorded.size(), -1);
    card->exchange(recorded, played);
    return played;
  }
  // What the engine hears from the microphone while it says that.
  Samples tick(const Samples& said) {
    Samples heard(kFrameSamples, -1);
    source->read(heard);
    sink->write(said);
    return heard;
  }
  std::shared_ptr<Card> card;
  std::unique_ptr<AudioSource> source;
  std::unique_ptr<AudioSink> sink;
};

TEST(Card, CarriesBothWaysAfterAShortWait) {
  Rig rig;
  std::vector<int> played, heard;
  for (std::int16_t i = 1; i <= 8; ++i) {
    heard.push_back(rig.tick(constant(i)).front());
    played.push_back(rig.turn(constant(static_cast<std::int16_t>(100 + i))).front());
  }
  EXPECT_EQ(played, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7})) << "two frames gather first";
  EXPECT_EQ(heard, (std::vector<int>{0, 0, 101, 102, 103, 104, 105, 106}));
  EXPECT_EQ(rig.card->lost(), 0U);
}

// Five minutes of two pilots. Where the clocks part, nothing is lost and nothing is silent: periods are left out or
// repeated, and each second has its tone at its level.
TEST(Card, FollowsAClockThatGoesWrong) {
  for (const double ppm : {-400.0, 400.0}) {
    Rig rig;
    Tone mouth(700, -16), far(500, -16);
    ListeningWindow played_window, heard_window;
    const std::vector<double> pilots{500, 700};
    Samples spoken(kFrameSamples), said(kFrameSamples);
    double card_time = 0.5;
    int silent = 0, turns = 0;
    constexpr int kTicks = 5 * 60 * 50;
    for (int tick = 0; tick < kTicks; ++tick) {
      for (; card_time < tick; card_time += 1 + ppm * 1e-6, ++turns) {
        mouth.read(spoken);
        const Samples played = rig.turn(spoken);
        played_window.write(played);
        if (tick > 10 && is_silent(played)) ++silent;
      }
      far.read(said);
      const Samples heard = rig.tick(said);
      heard_window.write(heard);
      if (tick > 10 && is_silent(heard)) ++silent;
      if (tick < 100 || tick % 50 != 0) continue;
      for (auto* window : {&played_window, &heard_window}) {
        const auto tones = window->tones(pilots);
        ASSERT_EQ(tones.size(), 1U) << tick;
        EXPECT_EQ(tones[0].hz, window == &played_window ? 500 : 700);
        EXPECT_NEAR(tones[0].level_dbm0, -16, 0.5) << tick;
      }
    }
    EXPECT_GE(std::abs(kTicks - turns), 5) << "frames that one side has more than the other";
    EXPECT_EQ(silent, 0) << ppm;
    EXPECT_EQ(rig.card->lost(), 0U) << ppm;
  }
}

TEST(Card, IsSilentAndDeafWhileTheEngineIsAway) {
  Rig rig;
  for (int i = 0; i < 10; ++i) {
    rig.tick(constant(7));
    rig.turn(constant(1));
  }
  for (int i = 0; i < 100; ++i) {
    const Samples played = rig.turn(constant(2));
    EXPECT_TRUE(i <= 30 || is_silent(played)) << i;
  }
  std::vector<int> heard, played;
  for (std::int16_t i = 0; i < 6; ++i) {
    heard.push_back(rig.tick(constant(8)).front());
    played.push_back(rig.turn(constant(static_cast<std::int16_t>(3 + i))).front());
  }
  EXPECT_EQ(heard, (std::vector<int>{0, 0, 3, 4, 5, 6})) << "nothing of what was recorded meanwhile";
  EXPECT_EQ(played, (std::vector<int>{0, 8, 8, 8, 8, 8})) << "nor of what was left";
}

TEST(Card, HasOneWayOnly) {
  Rig rig;
  for (std::int16_t i = 1; i <= 4; ++i) {
    rig.tick(constant(9));
    Samples none;
    rig.card->exchange(constant(i), none);
  }
  EXPECT_EQ(rig.tick(constant(9)).front(), 3);
  Rig speaker;
  Samples played(kFrameSamples);
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(is_silent(speaker.tick(constant(9)))) << "it has no microphone";
    speaker.card->exchange({}, played);
  }
  EXPECT_EQ(played, constant(9));
}

TEST(Card, FramesOfAnotherSizeAreIgnored) {
  Rig rig;
  for (int i = 0; i < 5; ++i) {
    rig.tick(constant(9));
    EXPECT_TRUE(is_silent(rig.turn(constant(1, 100))));
  }
  EXPECT_TRUE(is_silent(rig.tick(constant(9))));
}

TEST(Card, AmplifiesWhatIsSentAndNeverWrapsRound) {
  const auto heard = [](int gain_db, std::int16_t value) {
    Rig rig(gain_db);
    Samples out;
    for (int i = 0; i < 5; ++i) {
      out = rig.tick(constant(0));
      rig.turn(constant(value));
    }
    return static_cast<int>(out.front());
  };
  EXPECT_EQ(heard(0, 1000), 1000);
  EXPECT_EQ(heard(20, 1000), 10'000);
  EXPECT_EQ(heard(-20, -1000), -100);
  EXPECT_EQ(heard(50, 1000), 32'767);
  EXPECT_EQ(heard(50, -1000), -32'768);
}

TEST(Card, WhatFindsNoRoomIsCounted) {
  Rig rig;
  for (int i = 0; i < 20; ++i) rig.tick(constant(1));
  EXPECT_EQ(rig.card->lost(), 4U);
}

TEST(EchoClock, GivesWhatWillComeBackSoon) {
  EchoClock clock(kSampleRate, milliseconds(140));
  for (std::int16_t i = 101; i <= 110; ++i) (void)clock.due(constant(i));
  EXPECT_EQ(clock.due(constant(111)).front(), 106) << "five frames ago: 140 ms, less the 40 that it is ahead";
  EchoClock near(kSampleRate, milliseconds(10)), far(kSampleRate, milliseconds(60'000));
  EXPECT_EQ(near.due(constant(3)).front(), 3);
  EXPECT_EQ(far.due(constant(3)).front(), 0) << "there is an end to what is kept";
}

TEST(EchoClock, FollowsADelayThatStays) {
  EchoClock clock(kSampleRate, milliseconds(140));
  std::int16_t number = 0;
  const auto now = [&] {
    for (int i = 0; i < 40; ++i) (void)clock.due(constant(++number));
    return number - clock.due(constant(static_cast<std::int16_t>(number + 1))).front() + 1;
  };
  EXPECT_EQ(now(), 5);
  for (int i = 0; i < 200; ++i) clock.follow(milliseconds(i % 2 == 0 ? 115 : 165));
  EXPECT_EQ(now(), 5) << "a frame either way is nothing";
  for (int i = 0; i < 9; ++i) clock.follow(milliseconds(340));
  clock.follow(milliseconds(140));
  EXPECT_EQ(now(), 5) << "nor is what passes";
  for (int i = 0; i < 10; ++i) clock.follow(milliseconds(340));
  EXPECT_EQ(now(), 15);
}

}  // namespace
}  // namespace offhook::media
