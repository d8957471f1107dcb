// Time stretching: sound is made longer and shorter without clicks, a tone stays one tone at its level. First by
// itself, then in what a session plays while its jitter buffer grows and shrinks.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/random.hpp"
#include "media/sources.hpp"
#include "playout.hpp"
#include "stretch/time_scale.hpp"

namespace offhook::media {
namespace {

int steepest(std::span<const std::int16_t> sound) {
  int out = 0;
  for (std::size_t i = 1; i < sound.size(); ++i) out = std::max(out, std::abs(sound[i] - sound[i - 1]));
  return out;
}

// The least level of any 10 ms, as a part of the mean of all.
double quietest(std::span<const std::int16_t> sound, std::uint32_t rate) {
  const std::size_t window = rate / 100;
  const auto power = [](std::span<const std::int16_t> s) {
    double sum = 0;
    for (const double x : s) sum += x * x;
    return sum / static_cast<double>(s.size());
  };
  double least = 1e18;
  for (std::size_t at = 0; at + window <= sound.size(); at += window / 4)
    least = std::min(least, power(sound.subspan(at, window)));
  return std::sqrt(least / power(sound));
}

// The part of the power that is no pure tone of that frequency.
double impurity(std::span<const std::int16_t> sound, double hz, std::uint32_t rate) {
  double re = 0, im = 0, all = 0;
  for (std::size_t i = 0; i < sound.size(); ++i) {
    const double phase = 2 * std::numbers::pi * hz * static_cast<double>(i) / rate;
    const double x = sound[i];
    re += x * std::cos(phase);
    im += x * std::sin(phase);
    all += x * x;
  }
  return 1 - 2 * (re * re + im * im) / (static_cast<double>(sound.size()) * all);
}

std::vector<std::int16_t> tone(double hz, std::uint32_t rate, std::size_t frames) {
  Tone source(hz, -10);
  std::vector<std::int16_t> out(frames * frame_size(rate));
  for (std::size_t i = 0; i < frames; ++i) source.read(std::span(out).subspan(i * frame_size(rate), frame_size(rate)));
  return out;
}

TEST(TimeScale, ATonesWholePeriodsComeAndGo) {
  for (const std::uint32_t rate : {8'000U, 16'000U, 48'000U})
    for (const double hz : {203.0, 425.0, 440.0, 613.0, 1000.0, 1777.0, 3100.0}) {
      const auto clean = tone(hz, rate, 2);
      auto longer = clean, shorter = clean;
      lengthen(longer, frame_size(rate), rate);
      shorten(shorter, rate);
      EXPECT_GE(longer.size(), clean.size() + frame_size(rate)) << hz;
      EXPECT_LE(longer.size(), clean.size() + frame_size(rate) + rate * 15 / 1000) << hz;
      EXPECT_LE(shorter.size(), clean.size() - rate / 400) << hz;
      EXPECT_GE(shorter.size(), frame_size(rate)) << hz;
      for (const auto& sound : {longer, shorter}) {
        EXPECT_EQ(sound.front(), clean.front());
        EXPECT_EQ(sound.back(), clean.back());
        EXPECT_LE(steepest(sound), steepest(clean) * 21 / 20 + 2) << hz << " at " << rate;
        EXPECT_GT(quietest(sound, rate), 0.8) << hz << " at " << rate;
      }
    }
}

TEST(TimeScale, NoiseAndSilenceDoNotClick) {
  SeededRandom random(5);
  std::vector<std::int16_t> noise(320), silence(320);
  double low = 0;
  for (auto& sample : noise) {
    low += 0.2 * (random.unit() * 20'000 - 10'000 - low);
    sample = static_cast<std::int16_t>(low);
  }
  for (const auto& clean : {noise, silence}) {
    auto longer = clean, shorter = clean;
    lengthen(longer, 160, 8'000);
    shorten(shorter, 8'000);
    EXPECT_GE(longer.size(), 480U);
    EXPECT_LT(shorter.size(), 320U);
    for (const auto& sound : {longer, shorter}) EXPECT_LE(steepest(sound), steepest(clean) * 11 / 10);
  }
}

TEST(TimeScale, FullScaleDoesNotOverflow) {
  std::vector<std::int16_t> square(320);
  for (std::size_t i = 0; i < square.size(); ++i) square[i] = i / 20 % 2 == 0 ? 32'767 : -32'768;
  auto longer = square, shorter = square;
  lengthen(longer, 160, 8'000);
  shorten(shorter, 8'000);
  EXPECT_LE(*std::max_element(longer.begin(), longer.end()), 32'767);
  EXPECT_GE(longer.size(), 480U);
  EXPECT_GE(shorter.size(), 160U);
}

TEST(TimeScale, WhatIsTooShortStaysAsItIs) {
  for (const std::size_t size : {0U, 1U, 20U, 59U}) {
    std::vector<std::int16_t> sound(size, 100);
    lengthen(sound, 160, 8'000);
    EXPECT_EQ(sound.size(), size);
    shorten(sound, 8'000);
    EXPECT_EQ(sound.size(), size);
  }
}

// A tone, coded, through Playout; each packet is in time.
struct Player {
  Workspace workspace;
  Playout playout;
  const Codec& codec;
  std::unique_ptr<Encoder> encoder;
  Tone source;
  std::uint32_t rate, at = 0;
  std::vector<std::int16_t> heard{};
  std::vector<milliseconds> delays{};
  int made_up = 0;

  Player(std::string_view name, double hz, const JitterLimits& limits)
      : playout(limits, workspace),
        codec(*find_codec(name)),
        encoder(codec.make_encoder({}, {})),
        source(hz, -10),
        rate(codec.rate({})) {
    playout.set_rate(rate);
  }
  void packet() {
    std::vector<std::int16_t> frame(frame_size(rate));
    std::vector<std::uint8_t> payload;
    source.read(frame);
    encoder->encode(frame, payload);
    playout.insert(codec, {}, rtp::RtpTime(at), payload);
    at += 160;
  }
  // Comes from the past, and was never played: the sender's packets are late, says the buffer.
  void late_packet() {
    std::vector<std::uint8_t> payload(160, 0xff);
    EXPECT_EQ(playout.insert(codec, {}, rtp::RtpTime(at - 10 * 160 - 80), payload), JitterBuffer::Insert::Late);
  }
  void tick() {
    packet();
    std::vector<std::int16_t> frame(frame_size(rate));
    const auto read = playout.read(frame);
    if (read == Playout::Read::Concealed) ++made_up;
    if (read != Playout::Read::Silence) heard.insert(heard.end(), frame.begin(), frame.end());
    delays.push_back(playout.delay());
  }
  void run(int ticks) {
    for (int i = 0; i < ticks; ++i) tick();
  }
};

void expect_one_tone(const Player& player, double hz, const std::string& what) {
  Player calm(player.codec.name, hz, {.adaptive = false, .min = {}, .normal = milliseconds(60), .max = {}});
  calm.run(100);
  // The codec's beginning is left out.
  const auto skip = frame_size(player.rate) * 3;
  const auto clean = std::span<const std::int16_t>(calm.heard).subspan(skip);
  const auto sound = std::span<const std::int16_t>(player.heard).subspan(skip);
  EXPECT_LE(steepest(sound), steepest(clean) * 11 / 10) << what;
  EXPECT_GT(quietest(sound, player.rate), 0.85) << what;
  // Periods are taken in whole samples: at 8 kHz three seams may turn the phase by some twenty degrees.
  const std::size_t window = player.rate / 5;
  for (std::size_t at = 0; at + window <= sound.size(); at += window)
    EXPECT_LT(impurity(sound.subspan(at, window), hz, player.rate), 0.05) << what;
}

TEST(Stretching, AShrinkingBufferKeepsTheTone) {
  for (const char* codec : {"PCMU", "G722"})
    for (const double hz : {425.0, 440.0, 613.0, 1000.0}) {
      Player player(codec, hz,
                    {.adaptive = true, .min = milliseconds(20), .normal = milliseconds(200), .max = milliseconds(240)});
      player.run(1'000);
      EXPECT_GT(player.delays[20], milliseconds(160));
      EXPECT_LT(player.delays.back(), milliseconds(100)) << "it has come down";
      EXPECT_EQ(player.made_up, 0);
      expect_one_tone(player, hz, std::string(codec) + ' ' + std::to_string(hz));
    }
}

TEST(Stretching, AGrowingBufferKeepsTheTone) {
  for (const char* codec : {"PCMU", "G722"})
    for (const double hz : {425.0, 440.0, 613.0, 1000.0}) {
      Player player(codec, hz,
                    {.adaptive = true, .min = milliseconds(60), .normal = milliseconds(60), .max = milliseconds(240)});
      player.run(30);
      const auto before = player.delays.back();
      for (int i = 0; i < 4; ++i) {
        player.late_packet();
        player.run(10);
      }
      EXPECT_GE(player.delays.back(), before + milliseconds(60)) << "it has grown";
      EXPECT_EQ(player.made_up, 0) << "nothing was missing";
      expect_one_tone(player, hz, std::string(codec) + ' ' + std::to_string(hz));
    }
}

}  // namespace
}  // namespace offhook::media
