// Gathers what CallQuality says of one session. The session tells what it receives and plays; figures are worked out
// when somebody asks.
#pragma once
#include <optional>
#include <string_view>

#include "media/jitter_buffer.hpp"
#include "media/quality.hpp"
#include "quality/level.hpp"
#include "rtp/reception.hpp"

namespace offhook::media {

class QualityMeter {
 public:
  // A packet of the accepted source, by its extended sequence number; `late`: it came too late to be played.
  void packet(std::uint32_t extended, bool late) { late ? pattern_.discarded(extended) : pattern_.received(extended); }
  // What was last played; codecs' names live as long as the program.
  void codec(std::string_view name, milliseconds packet_time) {
    codec_ = name;
    packet_time_ = packet_time;
  }
  void restart() { pattern_.restart(); }
  void played(ConstFrame frame, bool concealed);
  // A frame of silence because nothing comes, or on hold.
  void silent() { end_gap(); }

  // About what we send.
  void report_block(const rtp::ReportBlock& block, std::uint32_t clock);
  void metrics(const rtp::VoipMetrics& metrics);
  void round_trip(Duration time) { round_trip_ = time; }

  struct Facts {
    const rtp::Reception* source = nullptr;  // null: none is valid yet
    milliseconds buffer_delay{0};
    milliseconds sent_packet_time{20};
    std::string_view sent_codec;
  };
  [[nodiscard]] CallQuality quality(const Facts& facts) const;
  // RFC 3611 §4.7; nothing before the source is valid.
  [[nodiscard]] std::optional<rtp::VoipMetrics> voip_metrics(const Facts& facts, const JitterLimits& limits) const;

 private:
  void end_gap();
  [[nodiscard]] Duration end_system_delay(const Facts& facts) const;
  [[nodiscard]] std::optional<Duration> one_way(const Facts& facts) const;
  [[nodiscard]] ReceivedQuality received(const Facts& facts) const;
  [[nodiscard]] std::optional<SentQuality> sent(const Facts& facts) const;

  rtp::LossPattern pattern_;
  std::string_view codec_;
  milliseconds packet_time_{20};
  LevelMeter level_;
  std::uint64_t frames_ = 0, concealed_ = 0;
  std::uint32_t concealed_in_a_row_ = 0, longest_gap_ = 0;
  std::uint64_t gaps_ = 0;
  std::optional<rtp::ReportBlock> block_;
  std::uint32_t block_clock_ = 8000;
  std::optional<rtp::VoipMetrics> metrics_;
  std::optional<Duration> round_trip_;
};

}  // namespace offhook::media
