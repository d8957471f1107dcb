// Whom a session hears: a source that another one takes over from, two that speak at once, one that begins anew. RFC
// 3550 §8.2, A.1.
#include <gmock/gmock.h>

#include <vector>

#include "media/codec.hpp"
#include "media/engine.hpp"
#include "media/sources.hpp"
#include "rtp/packet.hpp"
#include "rtp/telephone_event.hpp"

namespace offhook::media {
namespace {

const Endpoint kLocal{IpAddress::v4(192, 0, 2, 1), 11780}, kPeer{IpAddress::v4(192, 0, 2, 2), 11790};

// A sender of a tone, packet by packet.
struct Voice {
  Voice(std::uint32_t name, double hz) : ssrc(name), tone(hz, -16) {}
  std::vector<std::uint8_t> packet() {
    std::vector<std::int16_t> frame(kFrameSamples);
    tone.read(frame);
    std::vector<std::uint8_t> out;
    rtp::append_header(out, {false, 0, sequence++, stamp, ssrc});
    encoder->encode(frame, out);
    stamp += 160;
    return out;
  }
  std::vector<std::uint8_t> event(std::uint8_t digit, bool end, rtp::RtpTime begin) {
    std::vector<std::uint8_t> out;
    rtp::append_header(out, {false, 101, sequence++, begin, ssrc});
    append(out, rtp::TelephoneEvent{digit, end, 10, 320});
    stamp += 160;
    return out;
  }
  std::uint32_t ssrc;
  Tone tone;
  std::unique_ptr<Encoder> encoder = find_codec("PCMU")->make_encoder({}, {});
  std::uint16_t sequence = 65'500;
  rtp::RtpTime stamp{0xffffff00U};
};

class SessionSources : public testing::Test {
 protected:
  SessionSources() {
    AudioPlan plan;
    plan.codec = sdp::pcmu();
    plan.remote = kPeer;
    plan.telephone_event = 101;
    engine_.update(session_, plan);
  }
  void receive(const std::vector<std::uint8_t>& bytes) { engine_.receive(now_, kLocal, kPeer, bytes); }
  void tick() {
    now_.mono += milliseconds(20);
    now_.wall += milliseconds(20);
    engine_.wake(now_);
    while (engine_.poll_transmit()) {
    }
    while (const auto digit = engine_.poll_digit())
      if (digit->ended)
        ended_ += digit->digit;
      else
        begun_ += digit->digit;
  }
  void say(int frames, std::initializer_list<Voice*> voices) {
    for (int i = 0; i < frames; ++i) {
      for (Voice* voice : voices) receive(voice->packet());
      tick();
    }
  }
  std::vector<double> heard() {
    std::vector<double> out;
    for (const auto& tone : engine_.hearing(session_).tones) out.push_back(tone.hz);
    return out;
  }
  SessionStats stats() { return *engine_.stats(session_); }

  SeededRandom random_{7};
  Engine engine_{{.pilots = {440, 659, 880}, .jitter = {}}, random_};
  SessionId session_ = *engine_.open(engine_.add_party(SilenceIn{}), kLocal);
  Now now_{TimePoint{} + seconds(100), WallTime{seconds(1'700'000'000)}};
  std::string begun_, ended_;
};

TEST_F(SessionSources, ANewOneTakesOverAndTheOldOneMayComeBack) {
  Voice first(1, 440), second(2, 659);
  say(50, {&first});
  EXPECT_THAT(heard(), testing::ElementsAre(440));
  say(50, {&second});
  EXPECT_THAT(heard(), testing::ElementsAre(659));
  say(50, {&first});
  EXPECT_THAT(heard(), testing::ElementsAre(440));
}

// Music that goes on under an announcement, two branches that ring: one is heard whole, not both in shreds.
TEST_F(SessionSources, OfTwoThatSpeakAtOnceTheNewerIsHeard) {
  Voice first(1, 440), second(2, 659);
  say(50, {&first});
  say(100, {&first, &second});
  EXPECT_THAT(heard(), testing::ElementsAre(659));
  EXPECT_EQ(engine_.quality(session_)->remote_ssrc, 2U);
  const auto concealed = stats().frames_concealed;
  say(200, {&first, &second});
  EXPECT_EQ(stats().frames_concealed, concealed);
  say(50, {&first});
  EXPECT_THAT(heard(), testing::ElementsAre(440)) << "the newer one has ended";
}

TEST_F(SessionSources, WhatWasLostBeforeANewBeginningStaysCounted) {
  Voice voice(1, 440);
  say(50, {&voice});
  for (int i = 0; i < 50; ++i) {
    if (i % 5 == 0) (void)voice.packet();
    say(1, {&voice});
  }
  EXPECT_EQ(stats().packets_lost, 10);
  voice.sequence = static_cast<std::uint16_t>(voice.sequence + 20'000);
  say(50, {&voice});
  EXPECT_EQ(stats().packets_lost, 10);
  EXPECT_EQ(engine_.quality(session_)->received->packets.lost, 10U);
  EXPECT_THAT(heard(), testing::ElementsAre(440));
}

TEST_F(SessionSources, DigitsAreHeardAfterANewBeginningToo) {
  Voice voice(1, 440);
  say(50, {&voice});
  const auto press = [&](std::uint8_t digit, bool whole) {
    const rtp::RtpTime begin = voice.stamp;
    for (int i = 0; i < 3; ++i) {
      receive(voice.event(digit, whole && i == 2, begin));
      tick();
    }
    say(5, {&voice});
  };
  for (std::uint8_t digit = 1; digit <= 9; ++digit) press(digit, digit != 9);
  EXPECT_EQ(begun_, "123456789");
  EXPECT_EQ(ended_, "12345678");
  // Far from its sequence, and some seconds back in its time.
  voice.sequence = static_cast<std::uint16_t>(voice.sequence + 20'000);
  voice.stamp += 0U - 40'000U;
  say(5, {&voice});
  EXPECT_EQ(ended_, "123456789") << "what sounded is over";
  press(0, true);
  EXPECT_EQ(begun_, "1234567890");
  EXPECT_EQ(ended_, "1234567890");
}

TEST_F(SessionSources, ADigitEndsWithItsSource) {
  Voice first(1, 440), second(2, 659);
  say(50, {&first});
  receive(first.event(4, false, first.stamp));
  say(5, {&second});
  EXPECT_EQ(begun_, "4");
  EXPECT_EQ(ended_, "4");
}

}  // namespace
}  // namespace offhook::media
