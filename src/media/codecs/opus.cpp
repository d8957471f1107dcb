// Opus, RFC 6716 and RFC 7587, by libopus. The stream runs at the rate of our bandwidth: libopus takes and gives any of
// the five, so a narrow-band call is never resampled.
#include <opus.h>

#include "codecs/rows.hpp"
#include "media/opus_parameters.hpp"

namespace offhook::media {
namespace {

constexpr std::size_t kMostPacket = 1275;  // RFC 6716 §3.2.1, one frame
constexpr int kExpectedLossPercent = 10;   // how much the in-band FEC is worth to the encoder
constexpr int kComplexity = 5;             // of 10

// The lowest of Opus's five rates that holds all that may be played.
std::uint32_t rate_for(std::uint32_t playback) {
  for (const std::uint32_t rate : {8000U, 12'000U, 16'000U, 24'000U})
    if (playback <= rate) return rate;
  return 48'000;
}

int bandwidth_of(std::uint32_t rate) {
  switch (rate) {
    case 8000: return OPUS_BANDWIDTH_NARROWBAND;
    case 12'000: return OPUS_BANDWIDTH_MEDIUMBAND;
    case 16'000: return OPUS_BANDWIDTH_WIDEBAND;
    case 24'000: return OPUS_BANDWIDTH_SUPERWIDEBAND;
    default: return OPUS_BANDWIDTH_FULLBAND;
  }
}

// RFC 7587 §3.1.1: the sweet spots for speech; below some 14 and 19 kbit/s libopus has no room for copies.
std::uint32_t bitrate_of(std::uint32_t rate, bool copies) {
  if (rate <= 12'000) return copies ? 16'000 : 12'000;
  if (rate <= 16'000) return copies ? 24'000 : 20'000;
  return 40'000;
}

std::uint32_t stream_rate(std::string_view fmtp) { return rate_for(parse_opus_parameters(fmtp).max_playback_rate); }

class OpusEncoderHalf final : public Encoder {
 public:
  OpusEncoderHalf(std::string_view ours, std::string_view theirs) {
    const OpusParameters wish = parse_opus_parameters(theirs);
    const std::uint32_t rate = stream_rate(ours);
    const std::uint32_t heard = std::min(rate, rate_for(wish.max_playback_rate));
    int error = OPUS_OK;
    state_.reset(opus_encoder_create(static_cast<opus_int32>(rate), 1, OPUS_APPLICATION_VOIP, &error));
    if (!state_) return;
    const std::uint32_t bitrate = std::min(bitrate_of(heard, wish.in_band_fec), wish.max_average_bitrate);
    opus_encoder_ctl(state_.get(), OPUS_SET_BITRATE(static_cast<opus_int32>(bitrate)));
    opus_encoder_ctl(state_.get(), OPUS_SET_MAX_BANDWIDTH(bandwidth_of(heard)));
    opus_encoder_ctl(state_.get(), OPUS_SET_VBR(wish.constant_bitrate ? 0 : 1));
    opus_encoder_ctl(state_.get(), OPUS_SET_INBAND_FEC(wish.in_band_fec ? 1 : 0));
    opus_encoder_ctl(state_.get(), OPUS_SET_PACKET_LOSS_PERC(wish.in_band_fec ? kExpectedLossPercent : 0));
    opus_encoder_ctl(state_.get(), OPUS_SET_DTX(wish.dtx ? 1 : 0));
    opus_encoder_ctl(state_.get(), OPUS_SET_COMPLEXITY(kComplexity));
  }

  void encode(std::span<const std::int16_t> samples, std::vector<std::uint8_t>& out) override {
    if (!state_) return;
    const std::size_t at = out.size();
    out.resize(at + kMostPacket);
    const int size = opus_encode(state_.get(), samples.data(), static_cast<int>(samples.size()), out.data() + at,
                                 static_cast<opus_int32>(kMostPacket));
    // Two octets or less say nothing (opus_encode); an error cannot come from audio.
    out.resize(at + (size > 2 ? static_cast<std::size_t>(size) : 0));
  }

 private:
  struct Free {
    void operator()(OpusEncoder* state) const { opus_encoder_destroy(state); }
  };
  std::unique_ptr<OpusEncoder, Free> state_;
};

class OpusDecoderHalf final : public Decoder {
 public:
  explicit OpusDecoderHalf(std::string_view ours) : rate_(static_cast<opus_int32>(stream_rate(ours))) {
    int error = OPUS_OK;
    state_.reset(opus_decoder_create(rate_, 1, &error));
  }

  [[nodiscard]] std::size_t samples_in(Payload payload) const override {
    if (payload.empty() || payload.size() > kMostPacket * 6) return 0;
    const int samples = opus_packet_get_nb_samples(payload.data(), static_cast<opus_int32>(payload.size()), rate_);
    return samples > 0 ? static_cast<std::size_t>(samples) : 0;
  }

  void decode(Payload payload, std::span<std::int16_t> out) override { run(payload, out, false); }

  void conceal(std::span<std::int16_t> out, Payload next) override {
    // The copy is as long as the packet that carries it: what is missing before it is made up.
    const std::size_t copied = next.empty() ? 0 : samples_in(next);
    if (copied == 0 || copied > out.size()) {
      run({}, out, false);
      return;
    }
    if (copied < out.size()) run({}, out.first(out.size() - copied), false);
    run(next, out.last(copied), true);
  }

 private:
  void run(Payload payload, std::span<std::int16_t> out, bool copy_before) {
    int made = 0;
    if (state_)
      made =
          opus_decode(state_.get(), payload.empty() ? nullptr : payload.data(), static_cast<opus_int32>(payload.size()),
                      out.data(), static_cast<int>(out.size()), copy_before ? 1 : 0);
    // Damaged inside: as if it had been lost.
    if (made < 0 && !payload.empty()) return run({}, out, false);
    const std::size_t good = made > 0 ? static_cast<std::size_t>(made) : 0;
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(std::min(good, out.size())), out.end(), std::int16_t{0});
  }

  struct Free {
    void operator()(OpusDecoder* state) const { opus_decoder_destroy(state); }
  };
  opus_int32 rate_;
  std::unique_ptr<OpusDecoder, Free> state_;
};

}  // namespace

const Codec kOpus{
    "opus", 48'000, 2, stream_rate,
    // What one packet may hold in one frame: 30 and 50 ms would need two of different length.
    [](milliseconds wanted) {
      const auto ms = wanted.count();
      return milliseconds(ms < 20 ? 10 : ms < 40 ? 20 : ms < 60 ? 40 : 60);
    },
    [](std::string_view ours, std::string_view theirs) -> std::unique_ptr<Encoder> {
      return std::make_unique<OpusEncoderHalf>(ours, theirs);
    },
    [](std::string_view ours) -> std::unique_ptr<Decoder> { return std::make_unique<OpusDecoderHalf>(ours); }};

}  // namespace offhook::media
