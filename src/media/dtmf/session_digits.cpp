#include "dtmf/session_digits.hpp"

namespace offhook::media {

void SessionDigits::send(const DigitOrder& order, bool events_negotiated) {
  if (order.way == DigitWay::Event && events_negotiated) return events_.add(order);
  if (!inband_out_) inband_out_ = std::make_unique<InbandSender>();
  inband_out_->add(order);
}

void SessionDigits::drop() {
  events_.clear();
  if (sounds()) inband_out_->clear();
}

void SessionDigits::tell(const EventReceiver::News& news) {
  const auto over = [&](const std::optional<EventReceiver::Over>& digit) {
    if (digit) news_.push_back({DigitWay::Event, digit->digit, true, digit->duration});
  };
  over(news.before);
  if (news.begun) news_.push_back({DigitWay::Event, *news.begun, false, {}});
  over(news.ended);
}

void SessionDigits::hear_events(const rtp::TelephoneEvent& event, rtp::RtpTime timestamp) {
  tell(heard_events_.receive(event, timestamp));
}

void SessionDigits::listen(bool on) {
  if (!on)
    inband_in_.reset();
  else if (!inband_in_)
    inband_in_ = std::make_unique<InbandReceiver>();
}

void SessionDigits::heard(ConstFrame frame, Gap gap) {
  if (heard_events_.active()) tell(heard_events_.tick());
  if (!inband_in_) return;
  for (const auto& news : inband_in_->listen(frame, gap)) {
    if (news.ended) news_.push_back({DigitWay::Inband, news.ended->digit, true, news.ended->duration});
    if (news.begun) news_.push_back({DigitWay::Inband, *news.begun, false, {}});
  }
}

}  // namespace offhook::media
