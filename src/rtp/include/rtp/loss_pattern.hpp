// In which pattern packets were lost or came too late: bursts and gaps as RFC 3611 §4.7.2 defines them, counted exactly
// (not by the model of its appendix A.2). Told of each packet by its extended sequence number; a packet that is missing
// is judged lost once it is kWindow packets old, so that reordering does not count.
#pragma once
#include <cstdint>

namespace offhook::rtp {

class LossPattern {
 public:
  static constexpr std::uint32_t kGmin = 16;    // received in a row: a gap (§4.7.6)
  static constexpr std::uint32_t kWindow = 64;  // packets

  void received(std::uint32_t extended);
  // It was received, too late or too early to be played.
  void discarded(std::uint32_t extended);
  // The sender began anew with this number: what is open is judged, and nothing between the two counts.
  void restart();

  struct Summary {
    std::uint64_t expected = 0, lost = 0, discarded = 0;
    std::uint64_t bursts = 0, burst_packets = 0, burst_losses = 0;  // losses: lost or discarded
    std::uint64_t gaps = 0, gap_packets = 0, gap_losses = 0;
    // As the VoIP metrics block has them: of 256, at most 255.
    [[nodiscard]] std::uint8_t loss_rate() const;
    [[nodiscard]] std::uint8_t discard_rate() const;
    [[nodiscard]] std::uint8_t burst_density() const;
    [[nodiscard]] std::uint8_t gap_density() const;
  };
  // As if the call ended now.
  [[nodiscard]] Summary summary() const;

 private:
  void judge_oldest();
  void judge(bool lost, bool discarded);
  void close_run();

  bool started_ = false;
  std::uint32_t newest_ = 0;
  std::uint32_t open_ = 0;                                // packets not yet judged, ending with the newest
  std::uint64_t received_bits_ = 0, discarded_bits_ = 0;  // bit 0: the newest
  // Of the judged ones; positions count packets.
  std::uint64_t position_ = 0;
  std::uint64_t run_first_ = 0, run_last_ = 0, run_losses_ = 0;  // since the last Gmin good packets; losses 0: none
  bool begins_with_burst_ = false;
  std::uint64_t last_burst_end_ = 0;
  Summary sum_;
};

}  // namespace offhook::rtp
