#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

#include "media/codec.hpp"
#include "media/g711.hpp"
#include "media/opus_parameters.hpp"
#include "media/resampler.hpp"
#include "media/sources.hpp"
#include "media/tone_detector.hpp"

namespace offhook::media {
namespace {

using Samples = std::vector<std::int16_t>;

Samples tone(double hz, std::uint32_t rate, std::uint32_t frames, double level = -12) {
  Tone source(hz, level);
  Samples out(frames * frame_size(rate));
  for (std::uint32_t i = 0; i < frames; ++i)
    source.read(std::span(out).subspan(i * frame_size(rate), frame_size(rate)));
  return out;
}

struct Stream {
  const Codec* codec;
  std::uint32_t rate;
  std::unique_ptr<Encoder> encoder;
  std::unique_ptr<Decoder> decoder;
  explicit Stream(std::string_view name, std::string_view ours = {}, std::string_view theirs = {})
      : codec(find_codec(name)),
        rate(codec->rate(ours)),
        encoder(codec->make_encoder(ours, theirs)),
        decoder(codec->make_decoder(ours)) {}

  // Through encoder and decoder by packets of `ms`; a packet of `lost` is concealed, with the one behind it at hand.
  Samples pass(const Samples& in, std::uint32_t ms = 20, const std::vector<std::size_t>& lost = {}) {
    const std::size_t size = rate * ms / 1000;
    std::vector<std::vector<std::uint8_t>> packets;
    for (std::size_t at = 0; at + size <= in.size(); at += size)
      encoder->encode(std::span(in).subspan(at, size), packets.emplace_back());
    Samples out(packets.size() * size);
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const auto to = std::span(out).subspan(i * size, size);
      if (std::find(lost.begin(), lost.end(), i) != lost.end()) {
        decoder->conceal(to, i + 1 < packets.size() ? Payload(packets[i + 1]) : Payload{});
      } else {
        EXPECT_EQ(decoder->samples_in(packets[i]), size) << codec->name;
        decoder->decode(packets[i], to);
      }
    }
    return out;
  }
};

// Signal to noise in dB at the lag that fits best, over the second half.
double snr(const Samples& in, const Samples& out, std::size_t most_lag) {
  double best = -100;
  const std::size_t from = in.size() / 2;
  for (std::size_t lag = 0; lag <= most_lag; ++lag) {
    double signal = 0, noise = 0;
    for (std::size_t i = from; i + most_lag < out.size(); ++i) {
      const double a = in[i], d = a - out[i + lag];
      signal += a * a;
      noise += d * d;
    }
    best = std::max(best, 10 * std::log10(signal / std::max(noise, 1.0)));
  }
  return best;
}

int steepest(const Samples& samples, std::size_t from = 1) {
  int out = 0;
  for (std::size_t i = from; i < samples.size(); ++i) out = std::max(out, std::abs(samples[i] - samples[i - 1]));
  return out;
}

struct Quality {
  std::string_view name;
  double snr;  // dB, of a sine at -12 dBm0
};
constexpr Quality kQualities[] = {{"PCMU", 33},    {"PCMA", 33},    {"G722", 25},   {"G726-16", 8},
                                  {"G726-24", 14}, {"G726-32", 20}, {"G726-40", 26}};

TEST(Codecs, ASineComesBackWithTheQualityOfItsCodec) {
  for (const auto& [name, least] : kQualities) {
    Stream stream(name);
    const Samples in = tone(440, stream.rate, 50);
    EXPECT_GE(snr(in, stream.pass(in), 64), least) << name;
  }
}

TEST(Codecs, EachPacketTimeHoldsWhatItSays) {
  for (const Codec& codec : codecs())
    for (const int wanted : {0, 10, 20, 30, 40, 50, 60, 200}) {
      const auto ms = codec.packet_time(milliseconds(wanted)).count();
      EXPECT_GE(ms, 10) << codec.name;
      EXPECT_LE(ms, 60) << codec.name;
      Stream stream(codec.name);
      const Samples in = tone(500, stream.rate, 60);
      const Samples out = stream.pass(in, static_cast<std::uint32_t>(ms));
      const std::vector<double> pilots{500};
      EXPECT_EQ(detect_tones(out, pilots, stream.rate).size(), 1u) << codec.name << ' ' << wanted;
    }
}

TEST(Codecs, G722CarriesWhatG711CannotAndItsClockIsHalfItsRate) {
  Stream stream("G722");
  EXPECT_EQ(stream.codec->rtp_clock, 8000u);
  EXPECT_EQ(stream.rate, 16'000u);
  const std::vector<double> pilots{6000};
  EXPECT_EQ(detect_tones(stream.pass(tone(6000, 16'000, 50)), pilots, 16'000).size(), 1u);
}

// RFC 3551 §4.5.4: the first code word lies in the low bits of the first octet.
TEST(Codecs, G726PacksFromTheLowBits) {
  Stream reference("G726-32");
  std::vector<std::uint8_t> packet;
  Samples step(160, 0);
  step[0] = 20'000;  // a large first step: the code word of the first sample is unlike the others
  reference.encoder->encode(step, packet);
  ASSERT_EQ(packet.size(), 80u);
  EXPECT_EQ(packet[0] & 0x0f, 0x07) << "largest positive code of 4 bits";
}

TEST(Codecs, OpusRunsAtTheRateOfItsBandwidth) {
  const std::pair<std::string_view, std::uint32_t> kRates[] = {{"maxplaybackrate=8000", 8000},
                                                               {"maxplaybackrate=12000", 12'000},
                                                               {"maxplaybackrate=16000", 16'000},
                                                               {"maxplaybackrate=24000", 24'000},
                                                               {"", 48'000}};
  for (const auto& [fmtp, rate] : kRates) {
    Stream stream("opus", fmtp, fmtp);
    EXPECT_EQ(stream.rate, rate);
    EXPECT_GE(snr(tone(440, rate, 50), stream.pass(tone(440, rate, 50)), rate / 50), 10) << fmtp;
  }
}

TEST(Codecs, ALostPacketLeavesNoClickAndNoLouderSound) {
  for (const Codec& codec : codecs()) {
    Stream stream(codec.name);
    const Samples in = tone(200, stream.rate, 100);
    Stream intact(codec.name);
    const int usual = steepest(intact.pass(in), in.size() / 2);
    const Samples out = stream.pass(in, 20, {60, 75, 76});
    const auto from = out.begin() + static_cast<std::ptrdiff_t>(out.size() / 2);
    EXPECT_LE(steepest(out, out.size() / 2), 4 * usual + 200) << codec.name;
    const auto loudest =
        std::abs(*std::max_element(from, out.end(), [](int a, int b) { return std::abs(a) < std::abs(b); }));
    EXPECT_LE(loudest, 1.7 * *std::max_element(in.begin(), in.end())) << codec.name;
  }
}

TEST(Codecs, ALongLossFadesToSilence) {
  for (const Codec& codec : codecs()) {
    Stream stream(codec.name);
    (void)stream.pass(tone(300, stream.rate, 50));
    Samples made_up(frame_size(stream.rate));
    for (int i = 0; i < 25; ++i) stream.decoder->conceal(made_up, {});
    for (const std::int16_t sample : made_up) ASSERT_LE(std::abs(sample), 400) << codec.name;
  }
}

TEST(Codecs, RubbishIsMeasuredBeforeItIsDecoded) {
  for (const Codec& codec : codecs()) {
    Stream stream(codec.name);
    std::uint32_t dice = 1;
    for (std::size_t size = 0; size < 1600; size += 7) {
      std::vector<std::uint8_t> payload(size);
      for (auto& octet : payload) octet = static_cast<std::uint8_t>((dice = dice * 1'664'525 + 1'013'904'223) >> 24);
      const std::size_t samples = stream.decoder->samples_in(payload);
      ASSERT_LE(samples, stream.rate * 120 / 1000) << codec.name;
      if (samples == 0) continue;
      Samples out(samples);
      stream.decoder->decode(payload, out);
    }
  }
}

TEST(Codecs, WhatIsNotBuiltInSaysWhy) {
  for (const std::string_view name : {"iLBC", "G729", "G723_53", "G723_63"}) {
    EXPECT_EQ(find_codec(name), nullptr) << name;
    EXPECT_NE(why_missing(name), "") << name;
  }
  EXPECT_EQ(why_missing("opus"), "");
  EXPECT_EQ(find_codec(sdp::Codec{96, "opus", 48'000, 1, ""}), nullptr) << "RFC 7587 §7: always two channels";
}

TEST(OpusParameters, AreReadAndWritten) {
  const OpusParameters read = parse_opus_parameters(
      " maxplaybackrate=16000; sprop-maxcapturerate=8000;UseInbandFEC=1 ;usedtx=1;maxaveragebitrate=20000;cbr=2;x");
  EXPECT_EQ(read, (OpusParameters{16'000, 20'000, true, true, false}));
  EXPECT_EQ(parse_opus_parameters(to_fmtp(read)), read);
  EXPECT_EQ(parse_opus_parameters("maxplaybackrate=7999;maxaveragebitrate=99999999999;;=;"), OpusParameters{});
  EXPECT_EQ(to_fmtp({}), "");
}

TEST(Resampler, KeepsAToneAndItsLevel) {
  for (const std::uint32_t from : {8000U, 16'000U, 48'000U})
    for (const std::uint32_t to : {8000U, 12'000U, 16'000U, 24'000U, 48'000U}) {
      Resampler resampler;
      const Samples in = tone(440, from, 50);
      Samples out(50 * frame_size(to));
      for (std::size_t i = 0; i < 50; ++i)
        resampler.process(std::span(in).subspan(i * frame_size(from), frame_size(from)),
                          std::span(out).subspan(i * frame_size(to), frame_size(to)));
      const std::vector<double> pilots{440};
      const auto heard = detect_tones(std::span(out).last(out.size() / 2), pilots, to);
      ASSERT_EQ(heard.size(), 1u) << from << ' ' << to;
      EXPECT_NEAR(heard[0].level_dbm0, -12, 0.3) << from << ' ' << to;
      EXPECT_LT(steepest(out), steepest(in) * from / to + 600) << "no frame has a seam";
    }
}

}  // namespace
}  // namespace offhook::media
