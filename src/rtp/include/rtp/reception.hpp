// What a receiver keeps about one source: sequence numbers with probation, losses, jitter (RFC 3550 A.1, A.3, A.8), and
// from these the report block that goes back to it.
#pragma once
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "rtp/rtcp.hpp"
#include "rtp/time.hpp"

namespace offhook::rtp {

class Reception {
 public:
  enum class Verdict : std::uint8_t {
    Accepted,   // play it
    Probation,  // a new source that has not shown two packets in order yet
    Jump,       // far from what was expected; the next in order will be taken as a restart of the sender
    Restarted,  // accepted, and all counting began anew
  };

  Reception() = default;
  Reception(std::uint32_t ssrc, std::uint32_t clock_rate) : ssrc_(ssrc), clock_rate_(clock_rate) {}

  // Standing: the packet has the timestamp of others before it (telephone-event), and tells nothing about jitter.
  enum class Timing : std::uint8_t { Running, Standing };
  Verdict receive(std::uint16_t sequence, RtpTime timestamp, TimePoint arrival, Timing timing = Timing::Running);

  // Another payload type of the same source may have another clock (RFC 7160): jitter is counted on, in the new one.
  void set_clock(std::uint32_t rate);

  // Sequence number with the count of wraps above it; of the newest packet.
  [[nodiscard]] std::uint32_t extended_highest() const { return cycles_ + max_sequence_; }
  // Of a packet that was accepted.
  [[nodiscard]] std::uint32_t extended(std::uint16_t sequence) const {
    return extended_highest() +
           static_cast<std::uint32_t>(static_cast<std::int16_t>(static_cast<std::uint16_t>(sequence - max_sequence_)));
  }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] std::uint64_t expected() const { return received_ == 0 ? 0 : extended_highest() - base_sequence_ + 1; }
  [[nodiscard]] std::int64_t lost() const {
    return static_cast<std::int64_t>(expected()) - static_cast<std::int64_t>(received_);
  }
  [[nodiscard]] std::uint32_t jitter_ticks() const { return jitter_q4_ >> 4; }
  [[nodiscard]] Duration jitter() const { return Duration(std::int64_t{jitter_ticks()} * 1'000'000 / clock_rate_); }
  [[nodiscard]] Duration greatest_jitter() const {
    return Duration(std::int64_t{greatest_jitter_q4_ >> 4} * 1'000'000 / clock_rate_);
  }
  // Over all packets.
  [[nodiscard]] Duration mean_jitter() const {
    if (jitters_ == 0) return Duration{0};
    return Duration(static_cast<std::int64_t>((jitter_sum_q4_ / jitters_ * 1'000'000 / clock_rate_) >> 4));
  }
  [[nodiscard]] std::uint32_t ssrc() const { return ssrc_; }

  void sender_report(NtpTime ntp, TimePoint arrival);
  // Counts the interval since the last one: call once a report. Nothing before the source is valid.
  [[nodiscard]] std::optional<ReportBlock> report(TimePoint now);

 private:
  void start(std::uint16_t sequence);
  Verdict probation(std::uint16_t sequence);
  void measure_jitter(RtpTime timestamp, TimePoint arrival);

  std::uint32_t ssrc_ = 0;
  std::uint32_t clock_rate_ = 8000;
  bool seen_ = false;
  int probation_left_ = 0;
  std::uint16_t max_sequence_ = 0;
  std::uint32_t cycles_ = 0;  // wraps, times 65536
  std::uint32_t base_sequence_ = 0;
  std::uint32_t bad_sequence_ = 0;  // last jump + 1; above 16 bits: none
  std::uint64_t received_ = 0;
  std::uint64_t expected_before_ = 0, received_before_ = 0;
  bool has_transit_ = false;
  std::uint32_t transit_ = 0;
  std::uint32_t jitter_q4_ = 0;  // scaled by 16 as in A.8
  std::uint32_t greatest_jitter_q4_ = 0;
  std::uint64_t jitter_sum_q4_ = 0, jitters_ = 0;
  std::uint32_t last_sr_ = 0;
  TimePoint last_sr_arrival_{};
};

// From a report block about us: the time to the peer and back (§6.4.1). Nothing when the peer has not seen an SR of
// ours.
[[nodiscard]] std::optional<Duration> round_trip(const ReportBlock& block, NtpTime now);

}  // namespace offhook::rtp
