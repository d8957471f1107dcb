#include "rtp/reception.hpp"

#include <algorithm>

namespace offhook::rtp {
namespace {

constexpr std::uint32_t kSequenceMod = 1U << 16;
constexpr std::uint16_t kMaxDropout = 3000;  // a gap up to this (one minute of 20 ms) is loss
constexpr std::uint16_t kMaxMisorder = 100;  // behind by up to this is reordering
constexpr int kMinSequential = 2;

}  // namespace

void Reception::start(std::uint16_t sequence) {
  base_sequence_ = max_sequence_ = sequence;
  bad_sequence_ = kSequenceMod + 1;
  cycles_ = 0;
  received_ = 0;
  received_before_ = expected_before_ = 0;
  has_transit_ = false;
}

Reception::Verdict Reception::probation(std::uint16_t sequence) {
  if (seen_ && sequence == static_cast<std::uint16_t>(max_sequence_ + 1)) {
    if (--probation_left_ == 0) {
      start(sequence);
      received_ = 1;
      return Verdict::Accepted;
    }
  } else {
    probation_left_ = kMinSequential - 1;
  }
  seen_ = true;
  max_sequence_ = sequence;
  return Verdict::Probation;
}

Reception::Verdict Reception::receive(std::uint16_t sequence, RtpTime timestamp, TimePoint arrival, Timing timing) {
  const bool running = timing == Timing::Running;
  if (!seen_ || probation_left_ > 0) {
    const Verdict verdict = probation(sequence);
    if (verdict == Verdict::Accepted && running) measure_jitter(timestamp, arrival);
    return verdict;
  }
  const auto ahead = static_cast<std::uint16_t>(sequence - max_sequence_);
  Verdict verdict = Verdict::Accepted;
  if (ahead < kMaxDropout) {
    if (sequence < max_sequence_) cycles_ += kSequenceMod;
    max_sequence_ = sequence;
  } else if (ahead <= kSequenceMod - kMaxMisorder) {
    // Two in a row after a jump: the other side began anew without telling (A.1).
    if (sequence != bad_sequence_) {
      bad_sequence_ = (std::uint32_t{sequence} + 1) & (kSequenceMod - 1);
      return Verdict::Jump;
    }
    start(sequence);
    verdict = Verdict::Restarted;
  }  // else a duplicate or a late one: counted as received, as A.3 wants it
  ++received_;
  if (running) measure_jitter(timestamp, arrival);
  return verdict;
}

void Reception::measure_jitter(RtpTime timestamp, TimePoint arrival) {
  const auto arrival_ticks = static_cast<std::uint32_t>(arrival.time_since_epoch().count() * clock_rate_ / 1'000'000);
  const std::uint32_t transit = arrival_ticks - timestamp.ticks();
  if (has_transit_) {
    const auto change = static_cast<std::int32_t>(transit - transit_);
    const std::uint32_t size =
        change < 0 ? 0U - static_cast<std::uint32_t>(change) : static_cast<std::uint32_t>(change);
    // A stamp that leaps (a new talkspurt of another clock) would poison the mean for minutes: a second is the most.
    jitter_q4_ += std::min(size, clock_rate_) - ((jitter_q4_ + 8) >> 4);
    greatest_jitter_q4_ = std::max(greatest_jitter_q4_, jitter_q4_);
    jitter_sum_q4_ += jitter_q4_;
    ++jitters_;
  }
  transit_ = transit;
  has_transit_ = true;
}

void Reception::set_clock(std::uint32_t rate) {
  if (rate == clock_rate_ || rate == 0) return;
  const auto scaled = [&](std::uint64_t ticks) { return ticks * rate / clock_rate_; };
  jitter_q4_ = static_cast<std::uint32_t>(scaled(jitter_q4_));
  greatest_jitter_q4_ = static_cast<std::uint32_t>(scaled(greatest_jitter_q4_));
  jitter_sum_q4_ = scaled(jitter_sum_q4_);
  clock_rate_ = rate;
  has_transit_ = false;
}

void Reception::sender_report(NtpTime ntp, TimePoint arrival) {
  last_sr_ = ntp.middle();
  last_sr_arrival_ = arrival;
}

std::optional<ReportBlock> Reception::report(TimePoint now) {
  if (received_ == 0) return std::nullopt;
  const auto expected_here = static_cast<std::int64_t>(expected() - expected_before_);
  const auto lost_here = expected_here - static_cast<std::int64_t>(received_ - received_before_);
  expected_before_ = expected();
  received_before_ = received_;

  ReportBlock out;
  out.ssrc = ssrc_;
  if (expected_here > 0 && lost_here > 0)
    out.fraction_lost = static_cast<std::uint8_t>(std::min<std::int64_t>(255, lost_here * 256 / expected_here));
  out.packets_lost = static_cast<std::int32_t>(std::clamp<std::int64_t>(lost(), -0x800000, 0x7fffff));
  out.highest_sequence = extended_highest();
  out.jitter = jitter_ticks();
  if (last_sr_ != 0) {
    out.last_sr = last_sr_;
    out.delay_since_last_sr = to_ntp_interval(now - last_sr_arrival_);
  }
  return out;
}

std::optional<Duration> round_trip(const ReportBlock& block, NtpTime now) {
  if (block.last_sr == 0) return std::nullopt;
  const std::uint32_t units = now.middle() - block.last_sr - block.delay_since_last_sr;
  // Clocks that step, and peers that lie, give negative values: no answer.
  if (units > 0x7fffffffU) return std::nullopt;
  return from_ntp_interval(units);
}

}  // namespace offhook::rtp
