#include "rtp/loss_pattern.hpp"

#include <algorithm>

namespace offhook::rtp {
namespace {

std::uint8_t of_256(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(std::min<std::uint64_t>(255, part * 256 / whole));
}

}  // namespace

void LossPattern::received(std::uint32_t extended) {
  if (!started_) {
    started_ = true;
    newest_ = extended;
    open_ = 1;
    received_bits_ = 1;
    discarded_bits_ = 0;
    return;
  }
  const auto ahead = static_cast<std::int32_t>(extended - newest_);
  if (ahead <= 0) {
    const auto behind = static_cast<std::uint32_t>(-ahead);
    if (behind < open_) received_bits_ |= std::uint64_t{1} << behind;
    return;
  }
  for (std::int32_t i = 0; i < ahead; ++i) {
    if (open_ == kWindow) judge_oldest();
    ++open_;
    received_bits_ <<= 1;
    discarded_bits_ <<= 1;
  }
  received_bits_ |= 1;
  newest_ = extended;
}

void LossPattern::discarded(std::uint32_t extended) {
  received(extended);
  const std::uint32_t behind = newest_ - extended;
  if (behind < open_) discarded_bits_ |= std::uint64_t{1} << behind;
}

void LossPattern::restart() {
  while (open_ > 0) judge_oldest();
  started_ = false;
}

void LossPattern::judge_oldest() {
  const std::uint64_t bit = std::uint64_t{1} << --open_;
  const bool discarded = (discarded_bits_ & bit) != 0;
  judge(!discarded && (received_bits_ & bit) == 0, discarded);
}

void LossPattern::judge(bool lost, bool discarded) {
  const std::uint64_t here = position_++;
  ++sum_.expected;
  sum_.lost += lost ? 1 : 0;
  sum_.discarded += discarded ? 1 : 0;
  if (!lost && !discarded) return;
  if (run_losses_ > 0 && here - run_last_ > kGmin) close_run();
  if (run_losses_ == 0) run_first_ = here;
  run_last_ = here;
  ++run_losses_;
}

// One alone among good packets belongs to the gap.
void LossPattern::close_run() {
  if (run_losses_ == 1) ++sum_.gap_losses;
  if (run_losses_ > 1) {
    ++sum_.bursts;
    sum_.burst_packets += run_last_ - run_first_ + 1;
    sum_.burst_losses += run_losses_;
    begins_with_burst_ = begins_with_burst_ || run_first_ == 0;
    last_burst_end_ = run_last_ + 1;
  }
  run_losses_ = 0;
}

LossPattern::Summary LossPattern::summary() const {
  LossPattern ended = *this;
  ended.restart();
  ended.close_run();
  Summary out = ended.sum_;
  out.gap_packets = out.expected - out.burst_packets;
  if (out.gap_packets > 0) {
    // Bursts are never side by side: there is a gap between two, and one before and behind unless a burst is there.
    out.gaps = out.bursts + 1;
    if (ended.begins_with_burst_) --out.gaps;
    if (out.bursts > 0 && ended.last_burst_end_ == out.expected) --out.gaps;
  }
  return out;
}

std::uint8_t LossPattern::Summary::loss_rate() const { return of_256(lost, expected); }
std::uint8_t LossPattern::Summary::discard_rate() const { return of_256(discarded, expected); }
std::uint8_t LossPattern::Summary::burst_density() const { return of_256(burst_losses, burst_packets); }
std::uint8_t LossPattern::Summary::gap_density() const { return of_256(gap_losses, gap_packets); }

}  // namespace offhook::rtp
