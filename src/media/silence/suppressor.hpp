// The sending half of silence: which frames leave, and what is told of the silence between them (guide voice.vad; RFC
// 3389 §4, RFC 3551 §4.1).
#pragma once
#include <vector>

#include "silence/comfort_noise.hpp"
#include "silence/voice_activity.hpp"

namespace offhook::media {

class SilenceSuppressor {
 public:
  enum class Verdict : std::uint8_t {
    Voice,    // the frame leaves
    Silence,  // nothing leaves
    Noise,    // noise() leaves, where the peer takes it: silence begins, sounds otherwise, or has lasted for a while
  };
  [[nodiscard]] Verdict judge(ConstFrame frame) {
    if (activity_.speaks(frame)) {
      silent_ = 0;
      return Verdict::Voice;
    }
    const bool first = silent_++ == 0;
    if (!first && silent_ % kLook != 0) return Verdict::Silence;
    const ComfortNoise now = measure_noise(frame);
    const bool other = now.dbov > told_.dbov + kOther || now.dbov < told_.dbov - kOther;
    if (!first && !other && silent_ % kRepeat != 0) return Verdict::Silence;
    told_ = now;
    return Verdict::Noise;
  }
  [[nodiscard]] const ComfortNoise& noise() const { return told_; }

 private:
  static constexpr int kLook = 10;     // frames
  static constexpr int kRepeat = 100;  // so that a packet that was lost is made good
  static constexpr double kOther = 3;  // dB

  VoiceActivity activity_;
  ComfortNoise told_;
  int silent_ = 0;
};

}  // namespace offhook::media
