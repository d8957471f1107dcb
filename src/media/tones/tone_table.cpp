#include <algorithm>

#include "data/tones.hpp"
#include "media/tone.hpp"
#include "tones/tsv.hpp"

namespace offhook::media {
namespace {

// Of a country's set: dial tones that stutter ten times are the longest.
constexpr std::size_t kMostSteps = 32;

constexpr std::string_view kNames[] = {"dial",   "ring", "busy",    "congestion", "callwaiting", "dialrecall",
                                       "record", "info", "stutter", "message",    "autoanswer"};

struct Entry {
  std::string_view country, name;
  CallTone tone;
};

const std::vector<Entry>& table() {
  static const std::vector<Entry> entries = [] {
    std::vector<Entry> out;
    tsv::for_each<4>(data::tones, [&](const tsv::Row<4>& row) {
      if (auto tone = config::parse_tone(row[2], kMostSteps)) out.push_back({row[0], row[1], std::move(*tone)});
    });
    return out;
  }();
  return entries;
}

}  // namespace

std::span<const std::string_view> tone_names() { return kNames; }

std::span<const std::string_view> tone_countries() {
  static const std::vector<std::string_view> countries = [] {
    std::vector<std::string_view> out;
    for (const Entry& entry : table())
      if (std::ranges::find(out, entry.country) == out.end()) out.push_back(entry.country);
    return out;
  }();
  return countries;
}

CallTone country_tone(std::string_view country, std::string_view name) {
  for (const Entry& entry : table())
    if (entry.country == country && entry.name == name) return entry.tone;
  return {};
}

}  // namespace offhook::media
