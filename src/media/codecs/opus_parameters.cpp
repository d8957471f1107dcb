#include "media/opus_parameters.hpp"

#include "base/ascii.hpp"

namespace offhook::media {
namespace {

void take_number(std::string_view value, std::uint32_t least, std::uint32_t most, std::uint32_t& into) {
  if (const auto number = parse_number<std::uint32_t>(value); number && *number >= least && *number <= most)
    into = *number;
}

void take_flag(std::string_view value, bool& into) {
  if (value == "0" || value == "1") into = value == "1";
}

}  // namespace

OpusParameters parse_opus_parameters(std::string_view fmtp) {
  OpusParameters out;
  while (!fmtp.empty()) {
    const std::size_t end = std::min(fmtp.find(';'), fmtp.size());
    const std::string_view item = fmtp.substr(0, end);
    fmtp.remove_prefix(std::min(end + 1, fmtp.size()));
    const std::size_t equals = std::min(item.find('='), item.size());
    const std::string_view name = trim(item.substr(0, equals));
    const std::string_view value = trim(item.substr(std::min(equals + 1, item.size())));
    if (iequals(name, "maxplaybackrate")) take_number(value, 8000, 48'000, out.max_playback_rate);
    if (iequals(name, "maxaveragebitrate")) take_number(value, 6000, 510'000, out.max_average_bitrate);
    if (iequals(name, "useinbandfec")) take_flag(value, out.in_band_fec);
    if (iequals(name, "usedtx")) take_flag(value, out.dtx);
    if (iequals(name, "cbr")) take_flag(value, out.constant_bitrate);
  }
  return out;
}

std::string to_fmtp(const OpusParameters& parameters) {
  const OpusParameters usual;
  std::string out;
  const auto add = [&](std::string_view name, std::uint32_t value) {
    if (!out.empty()) out += ';';
    out.append(name) += '=';
    out += std::to_string(value);
  };
  if (parameters.max_playback_rate != usual.max_playback_rate) {
    add("maxplaybackrate", parameters.max_playback_rate);
    add("sprop-maxcapturerate", parameters.max_playback_rate);
  }
  if (parameters.max_average_bitrate != usual.max_average_bitrate)
    add("maxaveragebitrate", parameters.max_average_bitrate);
  if (parameters.in_band_fec) add("useinbandfec", 1);
  if (parameters.dtx) add("usedtx", 1);
  if (parameters.constant_bitrate) add("cbr", 1);
  return out;
}

}  // namespace offhook::media
