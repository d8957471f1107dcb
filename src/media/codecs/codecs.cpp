// Which codecs there are.
#include "base/ascii.hpp"
#include "codecs/rows.hpp"

namespace offhook::media {

std::span<const Codec> codecs() {
  static const Codec kAll[] = {kPcmu, kPcma, kG722, kG726At16, kG726At24, kG726At32, kG726At40, kOpus};
  return kAll;
}

const Codec* find_codec(const sdp::Codec& codec) {
  const Codec* found = find_codec(codec.name);
  return found != nullptr && found->rtp_clock == codec.clock_rate && found->sdp_channels == codec.channels ? found
                                                                                                           : nullptr;
}

const Codec* find_codec(std::string_view name) {
  for (const Codec& codec : codecs())
    if (iequals(codec.name, name)) return &codec;
  return nullptr;
}

std::string_view why_missing(std::string_view name) {
  if (find_codec(name) != nullptr) return {};
  if (iequals(name, "iLBC")) return "Debian has no library for iLBC";
  if (iequals(name, "G729")) return "the free library for G.729 (bcg729) is GPL and cannot be part of this program";
  if (to_lower(name).starts_with("g723")) return "there is no free library for G.723.1";
  return {};
}

}  // namespace offhook::media
