#include <algorithm>

#include "base/ascii.hpp"
#include "io/sound_card.hpp"

namespace offhook::io {
namespace {

std::string names_of(const std::vector<const SoundDevice*>& devices) {
  std::string out;
  for (const auto* device : devices) out += (out.empty() ? "\"" : ", \"") + device->name + '"';
  return out;
}

}  // namespace

Checked<std::size_t> find_sound_device(const std::vector<SoundDevice>& devices, std::string_view name, bool input) {
  const std::string_view what = input ? "microphone" : "loudspeaker";
  std::vector<const SoundDevice*> able, alike;
  for (const auto& device : devices)
    if ((input ? device.inputs : device.outputs) > 0) able.push_back(&device);
  if (able.empty()) return complain("there is no " + std::string(what) + " here");
  const auto place_of = [&](const SoundDevice* device) { return static_cast<std::size_t>(device - devices.data()); };
  for (const auto* device : able)
    if (name.empty() ? (input ? device->default_input : device->default_output) : device->name == name)
      return place_of(device);
  if (name.empty()) return place_of(able.front());
  const std::string wanted = to_lower(name);
  for (const auto* device : able)
    if (to_lower(device->name).find(wanted) != std::string::npos) alike.push_back(device);
  if (alike.size() == 1) return place_of(alike.front());
  if (alike.empty())
    return complain("no " + std::string(what) + " has the name \"" + std::string(name) + "\"; there are " +
                    names_of(able));
  return complain("several devices have \"" + std::string(name) + "\" in their names: " + names_of(alike));
}

}  // namespace offhook::io
