// What a session plays, below the codecs: packets that end elsewhere than frames, and what of a frame was made up.
#include "playout.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace offhook::media {
namespace {

class PlayoutOfPcmu : public testing::Test {
 protected:
  // A packet of so many ms from `at` on.
  void insert(int ms) {
    const std::vector<std::uint8_t> payload(static_cast<std::size_t>(ms) * 8, 0x55);
    playout.insert(*find_codec("PCMU"), {}, rtp::RtpTime(at), payload);
    skip(ms);
  }
  void skip(int ms) { at += static_cast<std::uint32_t>(ms) * 8; }
  // Frames of 20 ms: one comes, one is played.
  void talk(int frames) {
    for (int i = 0; i < frames; ++i) {
      insert(20);
      (void)read();
    }
  }
  Playout::Read read() { return playout.read(frame); }

  Workspace workspace;
  Playout playout{{}, workspace};
  std::vector<std::int16_t> frame = std::vector<std::int16_t>(kFrameSamples);
  std::uint32_t at = 0;
  int waited = 0;
};

TEST_F(PlayoutOfPcmu, WhatIsPlayedDoesNotPileUpWherePacketsEndElsewhere) {
  talk(20);
  insert(10);
  for (int i = 0; i < 3000; ++i) {
    talk(1);
    ASSERT_LE(playout.ready(), 4 * kFrameSamples) << "after " << i << " packets";
  }
  EXPECT_GT(playout.ready(), 0U) << "they did end elsewhere";
}

TEST_F(PlayoutOfPcmu, TellsWhatOfAFrameWasMadeUp) {
  talk(20);
  insert(10);
  talk(20);
  skip(20);  // lost
  (void)read();
  std::vector<Gap> gaps;
  for (int i = 0; i < 30 && gaps.size() < 2; ++i) {
    talk(1);
    if (!playout.gap().empty()) gaps.push_back(playout.gap());
  }
  ASSERT_EQ(gaps.size(), 2U);
  EXPECT_EQ(gaps[0].begin, 80U) << "10 ms of the packet before";
  EXPECT_EQ(gaps[0].end, 160U);
  EXPECT_EQ(gaps[1].begin, 0U);
  EXPECT_EQ(gaps[1].end, 80U);
  talk(1);
  EXPECT_TRUE(playout.gap().empty());
}

TEST_F(PlayoutOfPcmu, WhatWaitsIsPlayedAtANewRateToo) {
  for (int i = 0; i < 10; ++i) {
    insert(60);
    for (int k = 0; k < 3; ++k) (void)read();
  }
  while (playout.ready() != 3 * kFrameSamples) {
    (void)read();
    ASSERT_LT(++waited, 20);
  }
  playout.set_rate(16'000);
  EXPECT_EQ(playout.ready(), 4 * kFrameSamples) << "two frames of twice as many samples";
  frame.resize(2 * kFrameSamples);
  EXPECT_EQ(read(), Playout::Read::Audio);
  EXPECT_TRUE(playout.gap().empty());
}

// Opus says every 400 ms that it is silent (DTX): the sound goes on in between.
TEST_F(PlayoutOfPcmu, OpusMayPauseForLonger) {
  const Codec& opus = *find_codec("opus");
  const auto encoder = opus.make_encoder("maxplaybackrate=8000", "maxplaybackrate=8000");
  std::vector<std::uint8_t> payload;
  const auto say = [&] {
    payload.clear();
    encoder->encode(std::vector<std::int16_t>(kFrameSamples, 50), payload);
    playout.insert(opus, "maxplaybackrate=8000", rtp::RtpTime(at * 6), payload);
  };
  for (int i = 0; i < 20; ++i, skip(20)) {
    say();
    (void)read();
  }
  for (int pause = 0; pause < 3; ++pause, skip(400)) {
    say();
    for (int i = 0; i < 20; ++i) ASSERT_NE(read(), Playout::Read::Silence) << pause << ", frame " << i;
  }
}

// RFC 3389: the noise of the other end's silence, though a packet of its voice comes behind it.
TEST_F(PlayoutOfPcmu, AVoiceThatWasOvertakenEndsNoSilence) {
  talk(20);
  skip(20);
  ComfortNoise noise;
  noise.dbov = -40;
  playout.fall_silent(noise, rtp::RtpTime(at));
  at -= 160;
  insert(20);
  const auto loudest = [&] { return *std::max_element(frame.begin(), frame.end()); };
  while (read() == Playout::Read::Audio) ASSERT_LT(++waited, 20);
  for (int i = 0; i < 40; ++i) {
    ASSERT_EQ(read(), Playout::Read::Silence) << i;
    ASSERT_GT(loudest(), 50) << i;
  }
  skip(5000);
  talk(20);
  EXPECT_EQ(read(), Playout::Read::Audio);
}

// A late packet makes it wait longer: by what lies ready of a long packet, not by something made up in its middle.
TEST_F(PlayoutOfPcmu, WaitsLongerInTheMiddleOfALongPacket) {
  for (int i = 0; i < 10; ++i) {
    insert(60);
    for (int k = 0; k < 3; ++k) (void)read();
  }
  const std::uint32_t missed = at;
  skip(60);
  insert(60);
  // What has come is played, up to the first 20 ms of the packet behind the gap.
  while (read() != Playout::Read::Concealed) ASSERT_LT(++waited, 20);
  while (read() != Playout::Read::Audio) ASSERT_LT(++waited, 40);
  ASSERT_EQ(playout.ready(), 3 * kFrameSamples);
  const std::uint32_t next = at;
  at = missed;
  insert(60);  // in vain
  at = next;
  EXPECT_EQ(read(), Playout::Read::Audio);
  EXPECT_TRUE(playout.gap().empty());
  EXPECT_GE(playout.ready(), 2 * kFrameSamples) << "20 ms longer";
}

}  // namespace
}  // namespace offhook::media
