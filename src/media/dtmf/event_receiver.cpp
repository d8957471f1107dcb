#include "dtmf/event_receiver.hpp"

#include <algorithm>

#include "dtmf/event_sender.hpp"

namespace offhook::media {
namespace {

constexpr int kPatience = 25;  // frames of nothing: half a second
constexpr std::uint16_t kLongest = 0xffff;
// Nothing is on its way for a minute, by the fastest clock: what is behind by more is ahead, after a long time.
constexpr std::int32_t kLate = 60 * 48'000;

bool is_behind(rtp::RtpTime stamp, rtp::RtpTime other) {
  const std::int32_t by = other - stamp;
  return by > 0 && by <= kLate;
}

}  // namespace

EventReceiver::Known* EventReceiver::find(std::uint8_t event, rtp::RtpTime timestamp) {
  for (std::size_t i = 0; i < count_; ++i) {
    Known& known = known_[i];
    if (known.event != event) continue;
    if (known.timestamp == timestamp) return &known;
    // The next segment of a long one begins where the one before was full.
    if (i == 0 && !known.ended && timestamp - known.timestamp == kLongest) {
      known.before += kLongest;
      known.timestamp = timestamp;
      known.duration = 0;
      return &known;
    }
  }
  return nullptr;
}

// Older than all that we remember: what it repeats may have been forgotten.
bool EventReceiver::is_too_old(rtp::RtpTime timestamp) const {
  if (count_ < known_.size()) return false;
  return is_behind(timestamp, known_[count_ - 1].timestamp);
}

EventReceiver::Over EventReceiver::end(Known& known) {
  known.ended = true;
  if (&known == known_.data()) active_ = false;
  const std::int64_t ticks = std::int64_t{known.before} + known.duration;
  return {rtp::digit_of(known.event).value_or('0'), milliseconds(ticks * 1000 / EventSender::kClock)};
}

EventReceiver::News EventReceiver::receive(const rtp::TelephoneEvent& event, rtp::RtpTime timestamp) {
  const auto digit = rtp::digit_of(event.event);
  if (!digit) return {};  // a tone or a signal of other equipment
  quiet_ticks_ = 0;
  News out;
  Known* known = find(event.event, timestamp);
  if (known == nullptr) {
    if (is_too_old(timestamp)) return {};
    const bool newest = count_ == 0 || (timestamp != known_[0].timestamp && !is_behind(timestamp, known_[0].timestamp));
    if (newest && active_) out.before = end(known_[0]);
    known = remember(newest ? 0 : 1);
    *known = {event.event, timestamp, 0, 0, false};
    if (newest) active_ = true;
    out.begun = digit;
  }
  known->duration = std::max(known->duration, event.duration);
  const bool over = event.end || known != known_.data();  // what comes behind its successor is over
  if (over && !known->ended) out.ended = end(*known);
  return out;
}

EventReceiver::Known* EventReceiver::remember(std::size_t place) {
  count_ = std::min(count_ + 1, known_.size());
  const auto at = [this](std::size_t i) { return known_.begin() + static_cast<std::ptrdiff_t>(i); };
  std::move_backward(at(place), at(count_ - 1), at(count_));
  return &known_[place];
}

EventReceiver::News EventReceiver::tick() {
  News out;
  if (active_ && ++quiet_ticks_ >= kPatience) out.ended = end(known_[0]);
  return out;
}

EventReceiver::News EventReceiver::reset() {
  News out;
  if (active_) out.ended = end(known_[0]);
  count_ = 0;
  active_ = false;
  quiet_ticks_ = 0;
  return out;
}

}  // namespace offhook::media
