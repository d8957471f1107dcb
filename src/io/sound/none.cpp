// Built without PortAudio.
#include "io/sound_card.hpp"

namespace offhook::io {
namespace {

tl::unexpected<Complaint> sorry() {
  return complain("sound cards are not built in: install portaudio19-dev and build again (OFFHOOK_SOUND)");
}

}  // namespace

bool has_sound_cards() { return false; }
Checked<std::vector<SoundDevice>> sound_devices() { return sorry(); }
Checked<std::unique_ptr<SoundCard>> SoundCard::open(Options) { return sorry(); }

}  // namespace offhook::io
