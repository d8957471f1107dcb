// What 20 ms of a stream cost without sockets: codec both ways, packets, jitter buffer, RTCP, by Google Benchmark.
// 1,000 streams in pairs in one engine; what one sends the other receives at once. One item is one stream for 20 ms;
// the time per item is CPU time. And the codecs alone, for comparison.
//   media_engine_bench [--benchmark_...]
#include <benchmark/benchmark.h>

#include <string>

#include "media/codec.hpp"
#include "media/engine.hpp"
#include "speech.hpp"

namespace {

using namespace offhook;

constexpr std::uint32_t kStreams = 1000;

struct Kind {
  std::string_view name, fmtp;
};

sdp::Codec codec_of(const Kind& kind) {
  const media::Codec* codec = media::find_codec(kind.name);
  return {97, std::string(codec->name), codec->rtp_clock, codec->sdp_channels, std::string(kind.fmtp)};
}

// A wire with nothing on it: packets arrive as they are sent.
class Streams {
 public:
  explicit Streams(const Kind& kind) {
    const auto* codec = media::find_codec(kind.name);
    recording_ = bench::speech(codec->rate(kind.fmtp), 30);
    for (std::uint32_t i = 0; i < kStreams; ++i) {
      const auto party = engine_.add_party(media::SilenceIn{});
      engine_.set_input(party, std::make_unique<bench::SpeechSource>(recording_, std::size_t{i} * 977));
      const auto session = *engine_.open(party, address(i));
      media::AudioPlan plan;
      plan.local = address(i);
      plan.remote = address(i ^ 1);
      plan.codec = codec_of(kind);
      engine_.update(session, plan);
      sessions_.push_back(session);
    }
    while (engine_.poll_socket_request()) {
    }
  }
  void step() {
    now_.mono += milliseconds(20);
    now_.wall += milliseconds(20);
    engine_.wake(now_);
    sent_.clear();
    wire_.clear();
    while (const auto packet = engine_.poll_transmit()) {
      sent_.push_back({packet->local, packet->remote, wire_.size(), packet->bytes.size()});
      wire_.insert(wire_.end(), packet->bytes.begin(), packet->bytes.end());
    }
    for (const Sent& s : sent_) engine_.receive(now_, s.remote, s.local, std::span(wire_).subspan(s.begin, s.size));
  }
  [[nodiscard]] std::int64_t concealed() const {
    std::uint64_t out = 0;
    for (const auto session : sessions_) out += engine_.stats(session)->frames_concealed;
    return static_cast<std::int64_t>(out);
  }

 private:
  struct Sent {
    Endpoint local, remote;
    std::size_t begin, size;
  };
  static Endpoint address(std::uint32_t i) {
    return {IpAddress::v4(127, 1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)), 11780};
  }
  SeededRandom random_{1};
  std::vector<std::int16_t> recording_;
  media::Engine engine_{{}, random_};
  std::vector<media::SessionId> sessions_;
  std::vector<Sent> sent_;
  std::vector<std::uint8_t> wire_;
  Now now_{TimePoint{} + seconds(1), WallTime{seconds(1'700'000'000)}};
};

void stream(benchmark::State& state, Kind kind) {
  Streams streams(kind);
  for (int i = 0; i < 50; ++i) streams.step();  // the jitter buffers fill
  const std::int64_t before = streams.concealed();
  for (auto _ : state) streams.step();
  state.SetItemsProcessed(state.iterations() * kStreams);
  if (streams.concealed() != before) state.SkipWithError("sound was made up on a wire that loses nothing");
}

void codec_alone(benchmark::State& state, Kind kind) {
  const auto* codec = media::find_codec(kind.name);
  const auto recording = bench::speech(codec->rate(kind.fmtp), 30);
  const auto encoder = codec->make_encoder(kind.fmtp, kind.fmtp);
  const auto decoder = codec->make_decoder(kind.fmtp);
  bench::SpeechSource source(recording, 0);
  std::vector<std::int16_t> frame(media::frame_size(codec->rate(kind.fmtp)));
  std::vector<std::uint8_t> payload;
  for (auto _ : state) {
    source.read(frame);
    payload.clear();
    encoder->encode(frame, payload);
    frame.resize(decoder->samples_in(payload));
    decoder->decode(payload, frame);
    benchmark::DoNotOptimize(frame.data());
  }
  state.SetItemsProcessed(state.iterations());
}

constexpr std::string_view kNarrow = "maxplaybackrate=8000;sprop-maxcapturerate=8000";
constexpr std::string_view kWide = "maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1";

#define OFFHOOK_EACH_CODEC(what)                                    \
  BENCHMARK_CAPTURE(what, PCMU, Kind{"PCMU", {}});                  \
  BENCHMARK_CAPTURE(what, PCMA, Kind{"PCMA", {}});                  \
  BENCHMARK_CAPTURE(what, G722, Kind{"G722", {}});                  \
  BENCHMARK_CAPTURE(what, G726_32, Kind{"G726-32", {}});            \
  BENCHMARK_CAPTURE(what, opus_narrow_band, Kind{"opus", kNarrow}); \
  BENCHMARK_CAPTURE(what, opus_wide_band_fec, Kind{"opus", kWide}); \
  BENCHMARK_CAPTURE(what, opus_full_band, Kind{"opus", {}})
OFFHOOK_EACH_CODEC(stream);
OFFHOOK_EACH_CODEC(codec_alone);

}  // namespace

BENCHMARK_MAIN();
