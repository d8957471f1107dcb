// Hears telephone-events: each digit once, however many of its packets come, in whatever order. RFC 4733 §2.5.2.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "rtp/telephone_event.hpp"
#include "rtp/time.hpp"

namespace offhook::media {

class EventReceiver {
 public:
  struct Over {
    char digit = 0;
    milliseconds duration{};
  };
  // In the order in which they are to be told.
  struct News {
    std::optional<Over> before;  // the digit before must be over: another one begins
    std::optional<char> begun;   // a digit that was not known before
    std::optional<Over> ended;
    [[nodiscard]] bool empty() const { return !before && !begun && !ended; }
  };
  [[nodiscard]] News receive(const rtp::TelephoneEvent& event, rtp::RtpTime timestamp);
  // A frame of 20 ms has passed: a digit of which nothing more comes has ended.
  [[nodiscard]] News tick();
  [[nodiscard]] bool active() const { return active_; }
  // Another source, or one that begins anew: its timestamps have nothing to do with those before. What sounds is over.
  [[nodiscard]] News reset();

 private:
  struct Known {
    std::uint8_t event = 0;
    rtp::RtpTime timestamp;      // of its present segment (§2.5.1.3)
    std::uint32_t before = 0;    // ticks of the segments before
    std::uint16_t duration = 0;  // the longest heard of in this segment
    bool ended = false;
  };
  [[nodiscard]] Known* find(std::uint8_t event, rtp::RtpTime timestamp);
  [[nodiscard]] Known* remember(std::size_t place);
  [[nodiscard]] bool is_too_old(rtp::RtpTime timestamp) const;
  [[nodiscard]] Over end(Known& known);

  // The last ones, the newest first.
  std::array<Known, 8> known_{};
  std::size_t count_ = 0;
  bool active_ = false;  // the newest has not ended
  int quiet_ticks_ = 0;
};

}  // namespace offhook::media
