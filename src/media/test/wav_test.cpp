#include "media/wav.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"
#include "media/sources.hpp"
#include "media/tone_detector.hpp"

namespace offhook::media {
namespace {

std::vector<std::int16_t> tone(double hz, int frames) {
  Tone source(hz, -10);
  std::vector<std::int16_t> out;
  SampleSink sink(out);
  for (int i = 0; i < frames; ++i) {
    std::array<std::int16_t, kFrameSamples> f{};
    source.read(f);
    sink.write(f);
  }
  return out;
}

TEST(Wav, ComesBackAsItWent) {
  const auto samples = tone(440, 10);
  const auto bytes = encode_wav(samples);
  ASSERT_GT(bytes.size(), samples.size() * 2);
  const auto back = decode_wav(bytes);
  ASSERT_TRUE(back) << back.error().text;
  EXPECT_EQ(*back, samples);
}

TEST(Wav, OwnHeaderIsReadAlike) {
  const auto samples = tone(440, 3);
  const auto head = wav_header(static_cast<std::uint32_t>(samples.size()));
  std::vector<std::uint8_t> bytes(head.begin(), head.end());
  for (const auto s : samples) {
    bytes.push_back(static_cast<std::uint8_t>(s));
    bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint16_t>(s) >> 8));
  }
  EXPECT_EQ(decode_wav(bytes), samples);
}

TEST(Wav, OtherRatesKeepTheirPitch) {
  // 440 Hz at 8 kHz, declared as 16 or 4 kHz, is 880 or 220 Hz.
  const auto samples = tone(440, 100);
  auto bytes = encode_wav(samples);
  const std::vector<double> pilots{220, 440, 880};
  for (const auto& [rate, hz] : {std::pair{16000U, 880.0}, {4000U, 220.0}}) {
    for (std::size_t i = 0; i < 4; ++i) bytes[24 + i] = static_cast<std::uint8_t>(rate >> (8 * i));
    const auto decoded = decode_wav(bytes);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->size(), samples.size() * 8000 / rate);
    const auto heard = detect_tones(*decoded, pilots);
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].hz, hz);
  }
}

void put(std::vector<std::uint8_t>& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }
void put(std::vector<std::uint8_t>& out, std::uint32_t value, std::size_t octets) {
  for (std::size_t i = 0; i < octets; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// IMA ADPCM: 505 samples in a block of 256 octets, the first as it is, each other in four bits.
TEST(Wav, WhatIsPackedIsReadToItsEnd) {
  constexpr std::uint32_t kBlocks = 20, kSamples = 505, kBlock = 256;
  std::vector<std::uint8_t> bytes;
  put(bytes, "RIFF");
  put(bytes, 4 + 8 + 20 + 8 + 4 + 8 + kBlocks * kBlock, 4);
  put(bytes, "WAVEfmt ");
  put(bytes, 20, 4);
  put(bytes, 0x11, 2);  // IMA ADPCM
  put(bytes, 1, 2);
  put(bytes, 8000, 4);
  put(bytes, 8000 * kBlock / kSamples, 4);
  put(bytes, kBlock, 2);
  put(bytes, 4, 2);  // bits
  put(bytes, 2, 2);
  put(bytes, kSamples, 2);
  put(bytes, "fact");
  put(bytes, 4, 4);
  put(bytes, kBlocks * kSamples, 4);
  put(bytes, "data");
  put(bytes, kBlocks * kBlock, 4);
  for (std::uint32_t i = 0; i < kBlocks; ++i) {
    put(bytes, 1000 + i, 2);
    bytes.resize(bytes.size() + kBlock - 2);
  }
  const auto samples = decode_wav(bytes);
  ASSERT_TRUE(samples) << samples.error().text;
  ASSERT_EQ(samples->size(), std::size_t{kBlocks} * kSamples);
  for (std::size_t i = 0; i < kBlocks; ++i) EXPECT_NEAR((*samples)[i * kSamples], 1000 + static_cast<int>(i), 1);
}

// A header that claims more than there is, and one that claims all that it can (written into a pipe).
TEST(Wav, OfAFileThatIsCutShortWhatIsThereIsPlayed) {
  const auto samples = tone(440, 20);
  auto bytes = encode_wav(samples);
  bytes.resize(44 + 1001);
  const auto cut = decode_wav(bytes);
  ASSERT_TRUE(cut) << cut.error().text;
  EXPECT_EQ(*cut, std::vector(samples.begin(), samples.begin() + 500));
  for (const std::size_t at : {4U, 40U}) std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 4, 0xff);
  EXPECT_EQ(decode_wav(bytes), *cut);
}

TEST(Wav, RubbishIsAnErrorAndNeverMore) {
  EXPECT_FALSE(decode_wav({}));
  SeededRandom random(11);
  const auto good = encode_wav(tone(440, 4));
  for (int i = 0; i < 2000; ++i) {
    auto bytes = good;
    for (int change = 0; change < 4; ++change) bytes[random.below(60)] = static_cast<std::uint8_t>(random.next());
    bytes.resize(random.below(bytes.size() + 1));
    (void)decode_wav(bytes);
  }
}

TEST(SampleSource, RepeatsOrEnds) {
  std::array<std::int16_t, kFrameSamples> f{};
  SampleSource once({1, 2, 3}, false);
  EXPECT_TRUE(once.read(f));
  EXPECT_EQ(f[2], 3);
  EXPECT_EQ(f[3], 0);
  EXPECT_FALSE(once.read(f));
  EXPECT_EQ(f[0], 0);
  SampleSource again({1, 2, 3}, true);
  EXPECT_TRUE(again.read(f));
  EXPECT_EQ(f[159], 1);  // 160 = 53 * 3 + 1
  EXPECT_TRUE(again.read(f));
  EXPECT_EQ(f[0], 2);
  SampleSource nothing({}, true);
  EXPECT_FALSE(nothing.read(f));
}

}  // namespace
}  // namespace offhook::media
