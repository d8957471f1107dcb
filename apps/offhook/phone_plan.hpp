// From flags and files to a phone that can be started: what `phone` and `demo` share.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "io/phone_host.hpp"

namespace offhook {

struct PhoneFlags {
  std::string name = "phone";
  std::vector<std::string> files;  // in order of precedence, lowest first
  std::string model = "T46G", mac;
  std::string listen;  // "udp:127.0.0.1:5070"; "" takes sip.listen_port on `address`
  IpAddress address = IpAddress::loopback();
  std::string audio_in = "silence";
  std::vector<std::string> ringers;  // WAV files, known by their names without folders
};

// Reads and judges the files: errors come back as a complaint, warnings are logged.
[[nodiscard]] Checked<io::PhonePlan> plan_phone(const PhoneFlags& flags, const Common& common);
// "device:NAME" of --audio-in and --audio-out: the name of the sound card, "" for the default one.
[[nodiscard]] std::optional<std::string> device_of(const std::string& text);
// silence, tone:HZ, echo, FILE.wav; a device is silent at first.
[[nodiscard]] Checked<media::AudioIn> parse_audio_in(const std::string& text);

}  // namespace offhook
