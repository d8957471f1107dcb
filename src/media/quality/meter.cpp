#include "quality/meter.hpp"

#include <algorithm>
#include <cmath>

#include "media/e_model.hpp"

namespace offhook::media {
namespace {

constexpr milliseconds kFrameTime{20};
constexpr std::uint32_t kInaudible = 3;  // frames made up in a row

Duration mean_of(std::uint64_t packets, std::uint64_t times, milliseconds packet_time) {
  if (times == 0) return Duration{0};
  return Duration(packet_time) * static_cast<std::int64_t>(packets) / static_cast<std::int64_t>(times);
}

std::uint16_t sixteen_bits(Duration d) {
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(d.count() / 1000, 0, 65'535));
}

std::int8_t level(const std::optional<double>& dbm0) {
  if (!dbm0) return rtp::VoipMetrics::kUnknown;
  return static_cast<std::int8_t>(std::clamp(std::lround(*dbm0), -127L, 10L));
}

std::uint8_t tenths(double mos) { return static_cast<std::uint8_t>(std::clamp(std::lround(mos * 10), 10L, 50L)); }

double loss_percent(const rtp::LossPattern::Summary& packets) {
  if (packets.expected == 0) return 0;
  return 100.0 * static_cast<double>(packets.lost + packets.discarded) / static_cast<double>(packets.expected);
}

// Mean length of a run of losses inside bursts and gaps, over that of random loss of the same rate (G.107 §7.5).
double burst_ratio(const rtp::LossPattern::Summary& packets) {
  const auto losses = static_cast<double>(packets.burst_losses + packets.gap_losses);
  if (losses == 0 || packets.burst_packets == 0) return 1;
  // Within a burst a loss is followed by another one as often as its density says.
  const double density = static_cast<double>(packets.burst_losses) / static_cast<double>(packets.burst_packets);
  const double in_burst = density >= 1 ? static_cast<double>(packets.burst_losses) / static_cast<double>(packets.bursts)
                                       : 1 / (1 - density);
  const double mean_length =
      (in_burst * static_cast<double>(packets.burst_losses) + static_cast<double>(packets.gap_losses)) / losses;
  return std::max(1.0, mean_length * (1 - loss_percent(packets) / 100));
}

Estimate estimate(Transmission t, std::optional<Duration> one_way) {
  Estimate out;
  t.one_way = Duration{0};
  out.mos_lq = mos_of(r_factor(t));
  t.one_way = one_way.value_or(Duration{0});
  out.r = r_factor(t);
  out.mos_cq = mos_of(out.r);
  return out;
}

}  // namespace

Duration ReceivedQuality::burst_duration() const { return mean_of(packets.burst_packets, packets.bursts, packet_time); }
Duration ReceivedQuality::gap_duration() const { return mean_of(packets.gap_packets, packets.gaps, packet_time); }

std::string in_words(const HeardTone& tone, const CallQuality* quality) {
  const auto ms = [](Duration d) { return std::to_string(std::lround(static_cast<double>(d.count()) / 1000)) + " ms"; };
  std::string out = "level " + std::to_string(std::lround(tone.level_dbm0)) + " dB";
  if (tone.delay)
    out += ", delay " + ms(*tone.delay);
  else if (quality != nullptr && quality->one_way)
    out += ", delay about " + ms(*quality->one_way);
  if (quality == nullptr || !quality->received) return out;
  const auto tenths_of = std::lround(quality->received->estimate.mos_cq * 10);
  return out + ", MOS " + std::to_string(tenths_of / 10) + '.' + std::to_string(tenths_of % 10) + " (estimate)";
}

void QualityMeter::played(ConstFrame frame, bool concealed) {
  ++frames_;
  level_.write(frame);
  if (!concealed) return end_gap();
  ++concealed_;
  ++concealed_in_a_row_;
}

void QualityMeter::end_gap() {
  if (concealed_in_a_row_ > kInaudible) {
    ++gaps_;
    longest_gap_ = std::max(longest_gap_, concealed_in_a_row_);
  }
  concealed_in_a_row_ = 0;
}

void QualityMeter::report_block(const rtp::ReportBlock& block, std::uint32_t clock) {
  block_ = block;
  block_clock_ = std::max<std::uint32_t>(1, clock);
}

void QualityMeter::metrics(const rtp::VoipMetrics& metrics) { metrics_ = metrics; }

// What we add: a packet is gathered before it leaves; the jitter buffer, and the frame that is played, on the other
// way.
Duration QualityMeter::end_system_delay(const Facts& facts) const {
  return facts.sent_packet_time + facts.buffer_delay + kFrameTime;
}

std::optional<Duration> QualityMeter::one_way(const Facts& facts) const {
  if (!round_trip_) return std::nullopt;
  const Duration ours = end_system_delay(facts);
  const Duration theirs =
      metrics_ && metrics_->end_system_delay > 0 ? Duration(milliseconds(metrics_->end_system_delay)) : ours;
  return (*round_trip_ + ours + theirs) / 2;
}

ReceivedQuality QualityMeter::received(const Facts& facts) const {
  ReceivedQuality out;
  out.codec = codec_;
  out.packets = pattern_.summary();
  out.packet_time = packet_time_;
  out.jitter = facts.source->jitter();
  out.mean_jitter = facts.source->mean_jitter();
  out.greatest_jitter = facts.source->greatest_jitter();
  out.buffer_delay = facts.buffer_delay;
  out.frames = frames_;
  out.frames_concealed = concealed_;
  out.audible_gaps = gaps_;
  out.longest_gap = Duration(kFrameTime) * longest_gap_;
  out.level_dbm0 = level_.speech_dbm0();
  out.noise_dbm0 = level_.noise_dbm0();
  out.clipped_samples = level_.clipped();
  out.estimate = estimate({impairment_of(codec_), loss_percent(out.packets), burst_ratio(out.packets), Duration{0}},
                          one_way(facts));
  return out;
}

std::optional<SentQuality> QualityMeter::sent(const Facts& facts) const {
  if (!block_ && !metrics_) return std::nullopt;
  SentQuality out;
  if (block_) {
    out.fraction_lost = block_->fraction_lost / 256.0;
    out.packets_lost = block_->packets_lost;
    out.jitter = Duration(std::int64_t{block_->jitter} * 1'000'000 / block_clock_);
  }
  out.metrics = metrics_;
  const double loss = metrics_ ? (metrics_->loss_rate + metrics_->discard_rate) / 256.0 : out.fraction_lost;
  out.estimate = estimate({impairment_of(facts.sent_codec), 100 * loss, 1, Duration{0}}, one_way(facts));
  constexpr std::uint8_t kUnknown = rtp::VoipMetrics::kUnknown;
  if (metrics_ && metrics_->r_factor != kUnknown) out.estimate.r = metrics_->r_factor;
  if (metrics_ && metrics_->mos_lq != kUnknown) out.estimate.mos_lq = metrics_->mos_lq / 10.0;
  if (metrics_ && metrics_->mos_cq != kUnknown) out.estimate.mos_cq = metrics_->mos_cq / 10.0;
  return out;
}

CallQuality QualityMeter::quality(const Facts& facts) const {
  CallQuality out;
  out.round_trip = round_trip_;
  out.one_way = one_way(facts);
  if (facts.source != nullptr) out.received = received(facts);
  out.sent = sent(facts);
  return out;
}

std::optional<rtp::VoipMetrics> QualityMeter::voip_metrics(const Facts& facts, const JitterLimits& limits) const {
  if (facts.source == nullptr) return std::nullopt;
  const ReceivedQuality q = received(facts);
  rtp::VoipMetrics out;
  out.ssrc = facts.source->ssrc();
  out.loss_rate = q.packets.loss_rate();
  out.discard_rate = q.packets.discard_rate();
  out.burst_density = q.packets.burst_density();
  out.gap_density = q.packets.gap_density();
  out.burst_duration = sixteen_bits(q.burst_duration());
  out.gap_duration = sixteen_bits(q.gap_duration());
  out.round_trip_delay = sixteen_bits(round_trip_.value_or(Duration{0}));
  out.end_system_delay = sixteen_bits(end_system_delay(facts));
  out.signal_level = level(q.level_dbm0);
  out.noise_level = level(q.noise_dbm0);
  out.gmin = rtp::LossPattern::kGmin;
  out.r_factor = static_cast<std::uint8_t>(std::lround(q.estimate.r));
  out.mos_lq = tenths(q.estimate.mos_lq);
  out.mos_cq = tenths(q.estimate.mos_cq);
  out.concealment = rtp::VoipMetrics::Standard;
  out.buffer = limits.adaptive ? rtp::VoipMetrics::Adaptive : rtp::VoipMetrics::Fixed;
  out.buffer_nominal = sixteen_bits(q.buffer_delay);
  out.buffer_absolute_maximum = sixteen_bits(limits.adaptive ? limits.max : limits.normal);
  out.buffer_maximum = out.buffer_absolute_maximum;
  return out;
}

}  // namespace offhook::media
