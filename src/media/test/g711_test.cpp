#include "media/g711.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "media/sources.hpp"

namespace offhook::media {
namespace {

// ITU-T G.711 table 2 (µ-law): decoder output values, times 4 for 16 bits, at the ends of the segments.
TEST(MuLaw, DecodesTheReferencePoints) {
  struct Point {
    std::uint8_t code;
    int value;
  };
  for (const Point p : {Point{0x80, 8031}, Point{0x8f, 4191}, Point{0x9f, 2079}, Point{0xaf, 1023}, Point{0xbf, 495},
                        Point{0xcf, 231}, Point{0xdf, 99}, Point{0xef, 33}, Point{0xfe, 2}, Point{0xff, 0}}) {
    EXPECT_EQ(decode(Law::Mu, p.code), p.value * 4) << std::hex << int{p.code};
    EXPECT_EQ(decode(Law::Mu, p.code & 0x7f), -p.value * 4) << std::hex << int{p.code};
  }
}

// ITU-T G.711 table 1 (A-law), character signals after inversion of the even bits; values times 8.
TEST(ALaw, DecodesTheReferencePoints) {
  struct Point {
    std::uint8_t code;  // before inversion
    int value;
  };
  for (const Point p : {Point{0xff, 4032}, Point{0xf0, 2112}, Point{0xe0, 1056}, Point{0xd0, 528}, Point{0xc0, 264},
                        Point{0xb0, 132}, Point{0xa0, 66}, Point{0x90, 33}, Point{0x80, 1}}) {
    const auto code = static_cast<std::uint8_t>(p.code ^ 0x55);
    EXPECT_EQ(decode(Law::A, code), p.value * 8) << std::hex << int{p.code};
    EXPECT_EQ(decode(Law::A, static_cast<std::uint8_t>(code ^ 0x80)), -p.value * 8) << std::hex << int{p.code};
  }
}

class EachLaw : public testing::TestWithParam<Law> {};
INSTANTIATE_TEST_SUITE_P(G711, EachLaw, testing::Values(Law::Mu, Law::A));

TEST_P(EachLaw, EveryCodeSurvivesTheRoundTrip) {
  for (int code = 0; code < 256; ++code) {
    // µ-law has two zeros; the negative one comes back as the positive.
    if (GetParam() == Law::Mu && code == 0x7f) continue;
    EXPECT_EQ(encode(GetParam(), decode(GetParam(), static_cast<std::uint8_t>(code))), code);
  }
}

TEST_P(EachLaw, EverySampleComesBackWithinHalfAStepAndInOrder) {
  int before = -32768;
  for (int sample = -32635; sample <= 32635; ++sample) {
    const int value = decode(GetParam(), encode(GetParam(), static_cast<std::int16_t>(sample)));
    EXPECT_GE(value, before) << sample;
    before = value;
    // Half a step of a segment is a 33rd of its lowest middle, biased by 132 in µ-law; A-law is linear below 512.
    const int half_step = GetParam() == Law::Mu ? (std::abs(value) + 132) / 33 : std::max(8, std::abs(value) / 33);
    EXPECT_LE(std::abs(value - sample), half_step) << sample;
    if (HasFailure()) break;
  }
}

TEST_P(EachLaw, FullScaleIsClippedNotWrapped) {
  for (const int sample : {32767, 32700}) {
    EXPECT_GT(decode(GetParam(), encode(GetParam(), static_cast<std::int16_t>(sample))), 32000);
    EXPECT_LT(decode(GetParam(), encode(GetParam(), static_cast<std::int16_t>(-sample - 1))), -32000);
  }
}

TEST_P(EachLaw, ASineKeepsTheSignalToNoiseOfG712) {
  // G.712: at least 33 dB between 0 and -30 dBm0.
  for (const double level : {0.0, -10.0, -20.0, -30.0}) {
    Tone tone(1020, level);
    double signal = 0, noise = 0;
    for (int f = 0; f < 50; ++f) {
      std::array<std::int16_t, kFrameSamples> in{}, out{};
      std::array<std::uint8_t, kFrameSamples> codes;
      tone.read(in);
      encode(GetParam(), in, codes.data());
      decode(GetParam(), codes, out.data());
      for (std::size_t i = 0; i < in.size(); ++i) {
        signal += double{1} * in[i] * in[i];
        noise += std::pow(double{1} * in[i] - out[i], 2);
      }
    }
    EXPECT_GT(10 * std::log10(signal / noise), 33) << level;
  }
}

}  // namespace
}  // namespace offhook::media
