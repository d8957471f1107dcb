// Packet loss concealment for codecs that have none of their own: repeats the last pitch cycles, fades within 50 ms,
// and blends into what comes after (spandsp, after ITU-T G.711 Appendix I).
#pragma once
#include <spandsp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace offhook::media {

class Concealer {
 public:
  // Each frame that was decoded; its beginning is blended with what was made up before it.
  void heard(std::span<std::int16_t> frame) {
    if (std::exchange(lost_, false)) plc_rx(state_.get(), frame.data(), static_cast<int>(frame.size()));
    keep(frame);
  }
  void fill(std::span<std::int16_t> frame) {
    // The library gets its whole past at once: what it was given bit by bit it would put in order by a memcpy() onto
    // itself. And where nothing is lost it costs nothing.
    if (!std::exchange(lost_, true)) {
      if (!state_) state_ = std::make_unique<plc_state_t>();
      plc_init(state_.get());
      plc_rx(state_.get(), past_.data(), static_cast<int>(past_.size()));
    }
    plc_fillin(state_.get(), frame.data(), static_cast<int>(frame.size()));
    keep(frame);
  }

 private:
  void keep(std::span<const std::int16_t> frame) {
    const std::size_t fresh = std::min(frame.size(), past_.size());
    std::shift_left(past_.begin(), past_.end(), static_cast<std::ptrdiff_t>(fresh));
    std::ranges::copy(frame.last(fresh), past_.end() - static_cast<std::ptrdiff_t>(fresh));
  }

  std::unique_ptr<plc_state_t> state_;  // from the first loss on
  std::array<std::int16_t, PLC_HISTORY_LEN> past_{};
  bool lost_ = false;
};

}  // namespace offhook::media
