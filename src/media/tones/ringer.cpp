#include "media/ringer.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "data/ringers.hpp"
#include "media/wav.hpp"
#include "tones/tsv.hpp"

namespace offhook::media {
namespace {

constexpr std::size_t kMostNotes = 32;

struct Entry {
  std::string_view name;
  CallTone tone;
};

CallTone ring_of(const CallTone& notes, int rounds, milliseconds pause) {
  CallTone out;
  for (int i = 0; i < rounds; ++i) out.steps.insert(out.steps.end(), notes.steps.begin(), notes.steps.end());
  if (pause > milliseconds(0)) out.steps.push_back({{}, pause, false});
  return out;
}

const std::vector<Entry>& table() {
  static const std::vector<Entry> entries = [] {
    std::vector<Entry> out;
    tsv::for_each<4>(data::ringers, [&](const tsv::Row<4>& row) {
      const auto rounds = parse_number<int>(row[1]);
      const auto notes = config::parse_tone(row[2], kMostNotes);
      const auto pause = parse_number<int>(row[3]);
      if (rounds && notes && pause) out.push_back({row[0], ring_of(*notes, *rounds, milliseconds(*pause))});
    });
    return out;
  }();
  return entries;
}

const Entry* find(std::string_view name) {
  const auto found = std::ranges::find_if(table(), [&](const Entry& entry) { return iequals(entry.name, name); });
  return found == table().end() ? nullptr : &*found;
}

}  // namespace

std::span<const std::string_view> ringer_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> out;
    for (const Entry& entry : table()) out.push_back(entry.name);
    return out;
  }();
  return names;
}

bool is_ringer(std::string_view name) { return find(name) != nullptr; }

std::string_view ringer_of_number(int number) {
  constexpr int kMost = 10;  // the rings, Silent and Splash stand first in the table
  if (number < 1 || number > kMost) return {};
  return ringer_names()[static_cast<std::size_t>(number - 1)];
}

CallTone ringer_tone(std::string_view name) {
  const Entry* entry = find(name);
  return entry == nullptr ? CallTone{} : entry->tone;
}

std::vector<std::uint8_t> ringer_wav(std::string_view name) {
  const CallTone tone = ringer_tone(name);
  if (tone.steps.empty()) return {};
  milliseconds length{};
  for (const ToneStep& step : tone.steps) length += step.duration;
  std::vector<std::int16_t> samples(static_cast<std::size_t>(length.count()) * kSampleRate / 1000);
  TonePlayer player(tone, kRingerLevelDbm0);
  std::vector<std::int16_t> frame(kFrameSamples);
  for (std::size_t at = 0; at < samples.size(); at += frame.size()) {
    player.read(frame);
    std::copy_n(frame.begin(), std::min(frame.size(), samples.size() - at),
                samples.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return encode_wav(samples);
}

}  // namespace offhook::media
