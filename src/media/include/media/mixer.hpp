// Mixes what several parties say: each hears all others and not itself (mix-minus). One frame of 20 ms at a time, at
// one rate; a room of a hundred costs one pass over each talker and each of those who talk.
//
// A talker above kLoudestTalkerDbm0 is turned down smoothly, so that no one drowns the others. Where a sum is still too
// large it is limited softly: the gain glides within the frame, and what is left above the knee is bent, never cut off.
// Who is silent for kHangover frames is not mixed: the noise of many quiet rooms does not add up, and all who are
// silent hear the same frame, which is made once.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "media/audio.hpp"

namespace offhook::media {

inline constexpr double kLoudestTalkerDbm0 = -9;
inline constexpr double kQuietDbm0 = -60;

// What the mixer remembers of one member from frame to frame; its own business. Keep it as long as the member stays.
struct MixMember {
  float level = 0;  // smoothed mean square
  float talker_gain = 1, output_gain = 1;
  int quiet_frames = 1'000;  // in a row
  std::size_t talker = 0;    // in the present frame: place among the talkers, counted from 1; 0: is silent
};

class Mixer {
 public:
  static constexpr int kHangover = 10;

  // A new frame of so many samples.
  void begin(std::size_t samples);
  // What a member says; `frame` has as many samples as begin() was told.
  void add(MixMember& member, ConstFrame frame);
  // What it hears, once all have been added. Valid until the next call.
  [[nodiscard]] ConstFrame heard_by(MixMember& member);
  [[nodiscard]] std::size_t talkers() const { return talkers_; }

 private:
  std::size_t samples_ = 0, talkers_ = 0;
  std::vector<std::int16_t> said_;  // the talkers' frames, one behind the other
  std::vector<std::int32_t> sum_, rest_;
  std::vector<std::int16_t> out_, shared_;
  bool shared_ready_ = false;
  float shared_gain_ = 1;
};

// For any sum of frames: brings it into 16 bits as the mixer does. `gain` is kept from frame to frame, 1 at first.
void limit_softly(std::span<const std::int32_t> sum, float& gain, Frame out);

}  // namespace offhook::media
