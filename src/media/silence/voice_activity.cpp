#include "silence/voice_activity.hpp"

#include <algorithm>
#include <cmath>

namespace offhook::media {

double level_dbov(ConstFrame frame) {
  std::int64_t sum = 0;
  for (const std::int16_t sample : frame) sum += std::int32_t{sample} * sample;
  if (sum == 0) return -127;
  const double mean = static_cast<double>(sum) / static_cast<double>(frame.size());
  return std::max(-127.0, 10 * std::log10(mean / (32768.0 * 32768.0)));
}

bool VoiceActivity::speaks(ConstFrame frame) {
  const double level = level_dbov(frame);
  const bool loud = level > floor_ + kAboveFloor;
  // Down at once, up slowly: the gaps between words are the background.
  floor_ = std::clamp(level < floor_ ? level : floor_ + kRise, kLowestFloor, kHighestFloor);
  left_ = loud ? kHangover : std::max(0, left_ - 1);
  return left_ > 0;
}

}  // namespace offhook::media
