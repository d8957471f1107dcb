// Says digits as telephone-events: a packet a tick while the digit lasts, its end as often as asked for, a tick apart.
// RFC 4733 §2.5.1: all packets of an event have the timestamp of its beginning, the first one the marker; while it
// lasts the voice is left out.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>

#include "media/dtmf.hpp"
#include "rtp/telephone_event.hpp"
#include "rtp/time.hpp"

namespace offhook::media {

class EventSender {
 public:
  // Durations count in its ticks: the only clock that our descriptions offer for telephone-event.
  static constexpr std::uint32_t kClock = 8000;

  void add(const DigitOrder& order);
  [[nodiscard]] bool busy() const { return playing_ || pause_ticks_ > 0 || !waiting_.empty(); }
  void clear();

  struct Packet {
    bool marker = false;
    rtp::RtpTime timestamp;
    rtp::TelephoneEvent event;
  };
  struct Tick {
    std::optional<Packet> packet;
    bool voice = true;  // this frame of it may be sent
  };
  // What leaves in this tick of 20 ms, which begins at `begin` on the clock of the stream.
  [[nodiscard]] Tick next(rtp::RtpTime begin);

 private:
  struct Digit {
    std::uint8_t event = 0, volume = 10;
    std::uint16_t duration = 800, gap_ticks = 2;  // duration by kClock
    int end_packets = 3;
  };
  struct Playing {
    Digit digit;
    rtp::RtpTime begin;
    std::uint16_t said = 0;  // by kClock
    int ends = 0;
  };
  [[nodiscard]] Packet packet_of(bool marker) const;

  std::deque<Digit> waiting_;
  std::optional<Playing> playing_;
  int pause_ticks_ = 0;
};

}  // namespace offhook::media
