// What Opus itself does about loss and silence, through the same halves that the engine uses.
#include <gmock/gmock.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "media/codec.hpp"
#include "playout.hpp"

namespace offhook::media {
namespace {

using Samples = std::vector<std::int16_t>;
constexpr std::string_view kOurs = "maxplaybackrate=16000;useinbandfec=1";
constexpr std::uint32_t kRate = 16'000;
constexpr std::size_t kFrame = kRate / 50;

// A voice: harmonics of a pitch that moves, in syllables.
Samples voice(std::size_t frames) {
  Samples out(frames * kFrame);
  double phase = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double t = static_cast<double>(i) / kRate;
    phase += 2 * std::numbers::pi * (130 + 25 * std::sin(2 * std::numbers::pi * 0.7 * t)) / kRate;
    double sum = 0;
    for (int h = 1; h <= 12; ++h) sum += std::sin(h * phase) / h;
    out[i] = static_cast<std::int16_t>(5000 * sum * (0.55 + 0.45 * std::sin(2 * std::numbers::pi * 3 * t)));
  }
  return out;
}

std::vector<std::vector<std::uint8_t>> packets_of(const Samples& in, std::string_view theirs) {
  const auto encoder = find_codec("opus")->make_encoder(kOurs, theirs);
  std::vector<std::vector<std::uint8_t>> out;
  for (std::size_t at = 0; at < in.size(); at += kFrame)
    encoder->encode(std::span(in).subspan(at, kFrame), out.emplace_back());
  return out;
}

// What is heard when each tenth packet is lost: through the jitter buffer, as in a call.
Samples hear(const std::vector<std::vector<std::uint8_t>>& packets, bool lossy) {
  Workspace workspace;
  Playout playout({.adaptive = false, .min = milliseconds(60), .normal = milliseconds(60), .max = milliseconds(60)},
                  workspace);
  playout.set_rate(kRate);
  Samples out;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (!lossy || i % 10 != 7)
      playout.insert(*find_codec("opus"), kOurs, rtp::RtpTime(static_cast<std::uint32_t>(i * 960)), packets[i]);
    Samples frame(kFrame);
    (void)playout.read(frame);
    out.insert(out.end(), frame.begin(), frame.end());
  }
  return out;
}

// Signal to noise in dB over the frames that were lost; they are played three frames after they were sent.
double quality_of_lost(const Samples& intact, const Samples& lossy) {
  double signal = 0, noise = 0;
  for (std::size_t frame = 50; frame * kFrame < intact.size(); ++frame) {
    if (frame % 10 != 0) continue;
    for (std::size_t i = frame * kFrame; i < (frame + 1) * kFrame; ++i) {
      signal += static_cast<double>(intact[i]) * intact[i];
      noise += std::pow(static_cast<double>(intact[i]) - lossy[i], 2);
    }
  }
  return 10 * std::log10(signal / noise);
}

TEST(OpusLoss, ALostPacketComesBackFromTheOneBehindIt) {
  const Samples in = voice(400);
  const auto with_copies = packets_of(in, "useinbandfec=1"), without = packets_of(in, "useinbandfec=0");
  const double recovered = quality_of_lost(hear(with_copies, false), hear(with_copies, true));
  const double made_up = quality_of_lost(hear(without, false), hear(without, true));
  EXPECT_GT(recovered, made_up + 4) << "dB; recovered " << recovered << ", made up " << made_up;
}

TEST(OpusLoss, WhoAsksForItGetsNothingOfOurSilence) {
  Samples in = voice(100);
  in.resize(in.size() + 200 * kFrame);
  const auto sent = [&](std::string_view theirs) {
    const auto packets = packets_of(in, theirs);
    return std::count_if(packets.begin() + 130, packets.end(), [](const auto& p) { return !p.empty(); });
  };
  EXPECT_LE(sent("usedtx=1"), 170 / 15) << "one in 400 ms, at most";
  EXPECT_GE(sent("usedtx=1"), 1) << "so that the other end knows that we are there";
  EXPECT_EQ(sent("usedtx=0"), 170);
}

}  // namespace
}  // namespace offhook::media
