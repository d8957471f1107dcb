#include "media/live_source.hpp"

#include <algorithm>
#include <utility>

#include "stretch/time_scale.hpp"

namespace offhook::media {

bool is_frame_size(std::size_t samples) {
  constexpr std::uint32_t kRates[] = {8000, 12'000, 16'000, 24'000, 48'000};
  return std::ranges::any_of(kRates, [&](std::uint32_t rate) { return samples == frame_size(rate); });
}

void LiveSource::clear() {
  sound_.clear();
  plays_ = false;
  reads_ = 0;
  lengthens_by_ = 0;
}

bool LiveSource::push(ConstFrame frame) {
  if (!is_frame_size(frame.size())) return false;
  if (rate_of(frame) != rate_) {
    clear();
    rate_ = rate_of(frame);
  }
  if (sound_.capacity() == 0) sound_.reserve((kMost + 2) * frame_size(kMostSampleRate));
  if (waiting() >= kMost) {
    const std::size_t kept = (start_ - 1) * frame.size();
    dropped_ += waiting() - start_ + 1;
    sound_.erase(sound_.begin(), sound_.end() - static_cast<std::ptrdiff_t>(kept));
  }
  sound_.insert(sound_.end(), frame.begin(), frame.end());
  plays_ = plays_ || waiting() >= start_;
  return true;
}

// A frame is kept in hand, for that is what a clock that goes slow costs at once, and not more than those that gather
// in the beginning. Between the two, what is left behind a read may come and go as the frames do.
void LiveSource::judge() {
  const std::size_t size = frame_size(rate_);
  least_ = reads_ == 0 ? left() : std::min(least_, left());
  if (++reads_ < kWindow) return;
  reads_ = 0;
  if (least_ > start_ * size) {
    shorten(sound_, rate_);
    ++shortened_;
  }
  if (least_ < size) lengthens_by_ = size - least_;
}

bool LiveSource::read(Frame frame) {
  const std::size_t size = frame_size(rate_);
  if (plays_ && left() < size) {
    plays_ = false;
    reads_ = 0;
    lengthens_by_ = 0;
    ++gaps_;
  }
  if (!plays_) {
    std::ranges::fill(frame, std::int16_t{0});
    return true;  // more may come
  }
  if (lengthens_by_ > 0) {
    lengthen(sound_, std::exchange(lengthens_by_, 0), rate_);
    ++lengthened_;
  }
  resampler_.process(ConstFrame(sound_).first(size), frame);
  sound_.erase(sound_.begin(), sound_.begin() + static_cast<std::ptrdiff_t>(size));
  judge();
  return true;
}

}  // namespace offhook::media
