#include "media/g711.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace offhook::media {
namespace {

// G.711 table 2: eight segments of 16 steps each way; all bits are inverted on the line. The law is stated for 14 bits;
// at 16 bits its bias of 33 is 132 and the largest magnitude 8158 is 32635.
constexpr int kMuBias = 132;
constexpr int kMuClip = 32635;

// Segment and step of a magnitude from 128 on, as the code has them. A float says the same: its exponent is the
// segment, the first four bits of its fraction are the step. So sixteen samples and more are coded at once: this file
// is compiled with -O3, and the compiler knows how.
constexpr int segment_and_step(int magnitude) {
  return static_cast<int>(std::bit_cast<std::uint32_t>(static_cast<float>(magnitude)) >> 19) - ((127 + 7) << 4);
}

constexpr std::uint8_t mu_encode(int sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  const int magnitude = std::min(sample < 0 ? -sample : sample, kMuClip) + kMuBias;
  return static_cast<std::uint8_t>(~(sign | segment_and_step(magnitude)));
}

constexpr std::int16_t mu_decode(std::uint8_t code) {
  const int bits = ~code & 0xff;
  const int magnitude = (((bits & 0x0f) << 3) + kMuBias) << (bits >> 4 & 7);
  return static_cast<std::int16_t>(bits & 0x80 ? kMuBias - magnitude : magnitude - kMuBias);
}

// G.711 table 1: the two lowest segments have the same step; even bits are inverted on the line. 13 bits, times 8 here.
constexpr int kEvenBits = 0x55;

constexpr std::uint8_t a_encode(int sample) {
  const int sign = sample < 0 ? 0 : 0x80;
  const int magnitude = sample < 0 ? ~sample : sample;  // A-law has no zero: -1 lies in the first step below
  const int code = magnitude < 256 ? magnitude >> 4 : segment_and_step(magnitude);
  return static_cast<std::uint8_t>((sign | code) ^ kEvenBits);
}

constexpr std::int16_t a_decode(std::uint8_t code) {
  const int bits = code ^ kEvenBits;
  const int segment = bits >> 4 & 7;
  int magnitude = ((bits & 0x0f) << 4) + 8;
  if (segment > 0) magnitude = (magnitude + 256) << (segment - 1);
  return static_cast<std::int16_t>(bits & 0x80 ? magnitude : -magnitude);
}

using Table = std::array<std::int16_t, 256>;
constexpr Table make_table(std::int16_t (*decoder)(std::uint8_t)) {
  Table out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = decoder(static_cast<std::uint8_t>(i));
  return out;
}
constexpr Table kMuTable = make_table(mu_decode);
constexpr Table kATable = make_table(a_decode);

}  // namespace

std::uint8_t encode(Law law, std::int16_t sample) { return law == Law::Mu ? mu_encode(sample) : a_encode(sample); }
std::int16_t decode(Law law, std::uint8_t code) { return law == Law::Mu ? kMuTable[code] : kATable[code]; }

void encode(Law law, std::span<const std::int16_t> samples, std::uint8_t* out) {
  if (law == Law::Mu)
    for (std::size_t i = 0; i < samples.size(); ++i) out[i] = mu_encode(samples[i]);
  else
    for (std::size_t i = 0; i < samples.size(); ++i) out[i] = a_encode(samples[i]);
}

void decode(Law law, std::span<const std::uint8_t> codes, std::int16_t* out) {
  const Table& table = law == Law::Mu ? kMuTable : kATable;
  std::transform(codes.begin(), codes.end(), out, [&](std::uint8_t code) { return table[code]; });
}

}  // namespace offhook::media
