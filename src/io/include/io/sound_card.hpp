// The sound cards of this machine, by PortAudio, where it was built in: ALSA, and what lies behind ALSA's plugins
// (PulseAudio, PipeWire), and JACK.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "media/card.hpp"

namespace offhook::io {

struct SoundDevice {
  std::string name;
  std::string system;           // "ALSA", "JACK …"
  int inputs = 0, outputs = 0;  // channels
  bool default_input = false, default_output = false;
};

[[nodiscard]] bool has_sound_cards();
// Those that are there now; a complaint where none can be asked for.
[[nodiscard]] Checked<std::vector<SoundDevice>> sound_devices();

// The device that a person means, among those that can do it: by its whole name, or by a part of it that only one has,
// upper or lower case; "" is the default. A complaint names those that there are.
[[nodiscard]] Checked<std::size_t> find_sound_device(const std::vector<SoundDevice>& devices, std::string_view name,
                                                     bool input);

// One stream of one card, or of a microphone and a loudspeaker. Its frames are exchanged on a thread of PortAudio from
// open() until it is destroyed.
class SoundCard {
 public:
  struct Options {
    std::optional<std::string> input, output;  // names as above; nothing: not used. One of them at least.
    media::VoiceSettings voice{};
    int send_gain_db = 0;
    // That the driver may have, each way. With less than three frames of ours the plugins of ALSA for sound servers
    // lose their step; on a machine that is busy more is better.
    milliseconds latency{60};
    std::function<void()> lost = {};  // the card is gone (unplugged); on a thread of PortAudio
  };
  // What is wrong is said in a sentence: no device, an unknown name, a device that another program has.
  [[nodiscard]] static Checked<std::unique_ptr<SoundCard>> open(Options options);
  virtual ~SoundCard() = default;

  [[nodiscard]] virtual const std::shared_ptr<media::Card>& card() const = 0;
  // For a person: which devices, rate, delay.
  [[nodiscard]] virtual std::string describe() const = 0;
};

}  // namespace offhook::io
