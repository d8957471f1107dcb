#include "media/live_source.hpp"

#include <algorithm>

namespace offhook::media {

bool is_frame_size(std::size_t samples) {
  constexpr std::uint32_t kRates[] = {8000, 12'000, 16'000, 24'000, 48'000};
  return std::ranges::any_of(kRates, [&](std::uint32_t rate) { return samples == frame_size(rate); });
}

bool LiveSource::push(ConstFrame frame) {
  if (!is_frame_size(frame.size())) return false;
  if (waiting_.size() >= kMost) {
    dropped_ += waiting_.size() - kStart + 1;
    waiting_.erase(waiting_.begin(), waiting_.end() - (kStart - 1));
  }
  waiting_.emplace_back(frame.begin(), frame.end());
  plays_ = plays_ || waiting_.size() >= kStart;
  return true;
}

bool LiveSource::read(Frame frame) {
  if (plays_ && waiting_.empty()) {
    plays_ = false;
    ++gaps_;
  }
  if (!plays_) {
    std::ranges::fill(frame, std::int16_t{0});
    return true;  // more may come
  }
  resampler_.process(waiting_.front(), frame);
  waiting_.pop_front();
  return true;
}

}  // namespace offhook::media
