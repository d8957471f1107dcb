// Whether somebody speaks: the level of each frame against that of the quietest moments of late. A while after the last
// loud frame still counts, so that the ends of words are sent.
#pragma once
#include "media/audio.hpp"

namespace offhook::media {

// Root of the mean square in dBov: 0 is a square wave of full scale (RFC 3389 §3.1). Silence is -127.
[[nodiscard]] double level_dbov(ConstFrame frame);

class VoiceActivity {
 public:
  // One call a frame, in order.
  [[nodiscard]] bool speaks(ConstFrame frame);
  // Of what is there when nobody speaks.
  [[nodiscard]] double floor_dbov() const { return floor_; }

 private:
  static constexpr double kHighestFloor = -40;  // a steady sound above that is no background
  static constexpr double kLowestFloor = -75;
  static constexpr double kAboveFloor = 6;  // dB
  static constexpr double kRise = 0.02;     // dB a frame: 1 dB a second
  static constexpr int kHangover = 10;      // frames

  double floor_ = -60;
  int left_ = kHangover;  // a call begins as speech
};

}  // namespace offhook::media
