// How well a call is heard, by direction, as values. `received` is measured here; `sent` is what the peer reports of
// what we send (RTCP RR and, where it sends them, XR VoIP metrics). R and MOS are estimates of the E-model
// (media/e_model.hpp): LQ is listening quality without delay, CQ conversational quality with it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "media/tone_detector.hpp"
#include "rtp/loss_pattern.hpp"
#include "rtp/xr.hpp"

namespace offhook::media {

struct Estimate {
  double r = 0;
  double mos_lq = 1, mos_cq = 1;
};

struct ReceivedQuality {
  std::string codec;                  // as rtpmap names it; of the newest packet
  rtp::LossPattern::Summary packets;  // lost, too late, bursts and gaps (RFC 3611)
  milliseconds packet_time{20};       // of the newest packet
  Duration jitter{0};                 // RFC 3550 §6.4.1, now
  Duration mean_jitter{0}, greatest_jitter{0};
  milliseconds buffer_delay{0};        // of the jitter buffer, now
  std::uint64_t frames = 0;            // of 20 ms that were played
  std::uint64_t frames_concealed = 0;  // of these: made up
  std::uint64_t audible_gaps = 0;      // more than 60 ms made up in a row: past that, concealment has faded
  Duration longest_gap{0};
  std::optional<double> level_dbm0;  // of speech
  std::optional<double> noise_dbm0;  // of the frames between
  std::uint64_t clipped_samples = 0;
  Estimate estimate;

  [[nodiscard]] Duration burst_duration() const;  // mean; RFC 3611 §4.7.2
  [[nodiscard]] Duration gap_duration() const;
};

struct SentQuality {
  double fraction_lost = 0;  // 0 to 1, since the report before
  std::int64_t packets_lost = 0;
  Duration jitter{0};
  std::optional<rtp::VoipMetrics> metrics;  // the peer's last ones
  Estimate estimate;                        // from the peer's own R and MOS where it says them, else from its loss
};

struct CallQuality {
  std::uint32_t local_ssrc = 0;
  std::optional<std::uint32_t> remote_ssrc;
  std::optional<Duration> round_trip;  // of the network, RFC 3550 §6.4.1 or RFC 3611 §4.5
  // Mouth to ear, RFC 3611 §4.7.3: half of the round trip and of what both phones add; the peer adds as much as we do
  // unless it says otherwise. Nothing before the first round trip.
  std::optional<Duration> one_way;
  std::optional<ReceivedQuality> received;  // nothing before the first valid packet
  std::optional<SentQuality> sent;          // nothing before the first report about us
};

// "level -16 dB, delay 112 ms, MOS 4.3 (estimate)". The delay is the one that marks show; without them "about", by
// RTCP. What is not known is left out.
[[nodiscard]] std::string in_words(const HeardTone& tone, const CallQuality* quality);

}  // namespace offhook::media
