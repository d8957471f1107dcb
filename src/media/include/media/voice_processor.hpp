// What makes a voice of the sound of a real microphone: the echo of the loudspeaker is taken out of it, noise is turned
// down, its level is brought to that of others. By webrtc-audio-processing, where it was built in.
#pragma once
#include <cstdint>
#include <memory>

#include "base/time.hpp"
#include "media/audio.hpp"

namespace offhook::media {

struct VoiceSettings {
  bool echo = true;         // guide voice.echo_cancellation
  bool noise = true;        // guide features.noise_filtering_rev.enable
  bool transients = false;  // keys and knocks; guide voice.tns.enable
  bool gain = true;         // the guide has no switch for it
  friend bool operator==(const VoiceSettings&, const VoiceSettings&) = default;
};

// One thread. What is played and what is recorded takes turns, in the order in which it happens at the card.
class VoiceProcessor {
 public:
  virtual ~VoiceProcessor() = default;
  // A frame of 20 ms that goes to the loudspeaker.
  virtual void played(ConstFrame frame) = 0;
  // A frame of 20 ms of the microphone, made better in place; at the rate of the former.
  virtual void recorded(Frame frame) = 0;
};

[[nodiscard]] bool has_voice_processor();
// `rate` is 8, 16 or 48 kHz; `delay` is what passes, by the word of the card, between played() and the echo of it in
// recorded(). Null where nothing is wanted, or nothing was built in.
[[nodiscard]] std::unique_ptr<VoiceProcessor> make_voice_processor(const VoiceSettings& settings, std::uint32_t rate,
                                                                   milliseconds delay);

}  // namespace offhook::media
