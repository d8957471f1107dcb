// offhook devices: the sound cards that --audio-in and --audio-out may name.
#include <cstdio>

#include "command.hpp"
#include "io/sound_card.hpp"

namespace offhook {

Run add_devices(CLI::App& app, Common&) {
  app.add_subcommand("devices", "List the sound cards for --audio-in and --audio-out");
  return [] {
    const auto devices = io::sound_devices();
    if (!devices) return report(devices.error());
    for (const auto& device : *devices) {
      const std::string can = device.inputs > 0 && device.outputs > 0 ? "in and out" : device.inputs > 0 ? "in" : "out";
      const bool both = device.default_input && device.default_output;
      const std::string usual = both                    ? ", default"
                                : device.default_input  ? ", default in"
                                : device.default_output ? ", default out"
                                                        : "";
      std::printf("device:%s  (%s, %s%s)\n", device.name.c_str(), device.system.c_str(), can.c_str(), usual.c_str());
    }
    return kOk;
  };
}

}  // namespace offhook
