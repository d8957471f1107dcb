// Built without webrtc-audio-processing: microphones are sent as they are.
#include "media/voice_processor.hpp"

namespace offhook::media {

bool has_voice_processor() { return false; }

std::unique_ptr<VoiceProcessor> make_voice_processor(const VoiceSettings&, std::uint32_t, milliseconds) {
  return nullptr;
}

}  // namespace offhook::media
