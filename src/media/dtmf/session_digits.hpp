// The digits of one session, both ways and in both forms. A session that never meets a digit has none of this.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "dtmf/event_receiver.hpp"
#include "dtmf/event_sender.hpp"
#include "dtmf/inband.hpp"
#include "media/dtmf.hpp"

namespace offhook::media {

class SessionDigits {
 public:
  // Saying.
  void send(const DigitOrder& order, bool events_negotiated);
  [[nodiscard]] bool sending() const { return events_.busy() || (inband_out_ && inband_out_->busy()); }
  // Nothing may be sent now: what waits is forgotten, for a digit says something about its moment.
  void drop();
  // One frame, in place of the voice where a digit sounds: `begin` is its time on the clock of the stream.
  [[nodiscard]] EventSender::Tick next_event(rtp::RtpTime begin) { return events_.next(begin); }
  [[nodiscard]] bool sounds() const { return inband_out_ && inband_out_->busy(); }
  void sound(Frame frame) { inband_out_->fill(frame); }

  // Hearing.
  void hear_events(const rtp::TelephoneEvent& event, rtp::RtpTime timestamp);
  void another_source() { tell(heard_events_.reset()); }
  // Digits by their sound, too; asks for a detector.
  void listen(bool on);
  // What is played in this frame, and what of it was made up.
  void heard(ConstFrame frame, Gap gap);

  struct News {
    DigitWay way = DigitWay::Event;
    char digit = 0;
    bool ended = false;
    milliseconds duration{};  // of one that has ended
  };
  [[nodiscard]] std::vector<News>& news() { return news_; }

 private:
  void tell(const EventReceiver::News& news);

  EventSender events_;
  EventReceiver heard_events_;
  std::unique_ptr<InbandSender> inband_out_;
  std::unique_ptr<InbandReceiver> inband_in_;
  std::vector<News> news_;
};

}  // namespace offhook::media
