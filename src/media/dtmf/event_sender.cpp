#include "dtmf/event_sender.hpp"

#include <algorithm>

namespace offhook::media {
namespace {

constexpr std::uint16_t kTick = EventSender::kClock / 50;
constexpr milliseconds kFrame{20};

}  // namespace

void EventSender::add(const DigitOrder& order) {
  Digit digit;
  const auto duration = std::clamp(order.duration, milliseconds(40), milliseconds(8000));
  digit.duration = static_cast<std::uint16_t>(duration.count() * (kClock / 1000));
  digit.volume = static_cast<std::uint8_t>(std::clamp(-order.level_dbm0, 0, 63));
  digit.end_packets = std::clamp(order.end_packets, 1, 10);
  const auto gap = std::clamp(order.gap, milliseconds(0), milliseconds(10'000));
  digit.gap_ticks = static_cast<std::uint16_t>((gap + kFrame - milliseconds(1)) / kFrame);
  for (const char each : order.digits) {
    const auto event = rtp::event_of(each);
    if (!event) continue;
    digit.event = *event;
    waiting_.push_back(digit);
  }
}

void EventSender::clear() {
  waiting_.clear();
  playing_.reset();
  pause_ticks_ = 0;
}

EventSender::Packet EventSender::packet_of(bool marker) const {
  const Digit& digit = playing_->digit;
  return {marker, playing_->begin, {digit.event, playing_->ends > 0, digit.volume, playing_->said}};
}

EventSender::Tick EventSender::next(rtp::RtpTime begin) {
  if (!playing_) {
    if (pause_ticks_ > 0) {
      --pause_ticks_;
      return {};
    }
    if (waiting_.empty()) return {};
    playing_ = Playing{waiting_.front(), begin, 0, 0};
    waiting_.pop_front();
  }
  Playing& now = *playing_;
  Tick out;
  out.voice = now.said == now.digit.duration;
  const bool first = now.said == 0;
  now.said = std::min<std::uint16_t>(static_cast<std::uint16_t>(now.said + kTick), now.digit.duration);
  if (now.said == now.digit.duration) ++now.ends;
  out.packet = packet_of(first);
  if (now.ends == now.digit.end_packets) {
    // The repeats of the end have been part of the gap.
    pause_ticks_ = std::max(0, now.digit.gap_ticks - (now.ends - 1));
    playing_.reset();
  }
  return out;
}

}  // namespace offhook::media
