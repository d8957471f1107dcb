#include "config/tone.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace offhook::config {
namespace {

constexpr int kLowest = 200, kHighest = 7000;

Result<ToneStep> step_of(std::string_view text, std::size_t offset) {
  ToneStep step;
  text = trim(text);
  if (text.starts_with('!')) {
    step.once = true;
    text.remove_prefix(1);
  }
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto duration = parse_number<std::int64_t>(trim(text.substr(slash + 1)));
    if (!duration || *duration < 0 || milliseconds(*duration) > kLongestToneStep)
      return fail(Module::Config, "a tone's duration is 0 to 600000 ms", offset);
    step.duration = milliseconds(*duration);
    text = text.substr(0, slash);
  }
  std::size_t count = 0;
  for (;;) {
    const std::size_t plus = std::min(text.find('+'), text.size());
    const auto hz = parse_number<int>(trim(text.substr(0, plus)));
    if (!hz || (*hz != 0 && (*hz < kLowest || *hz > kHighest)))
      return fail(Module::Config, "a tone's frequency is 0 or 200 to 7000 Hz", offset);
    if (count == step.hz.size()) return fail(Module::Config, "a tone has four frequencies at most", offset);
    // Silence is no part of a chord, but some write it.
    if (*hz != 0) step.hz[count++] = static_cast<std::uint16_t>(*hz);
    if (plus == text.size()) return step;
    text.remove_prefix(plus + 1);
  }
}

}  // namespace

Result<CallTone> parse_tone(std::string_view text, std::size_t most_steps) {
  CallTone tone;
  if (trim(text).empty()) return tone;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const auto step = step_of(text.substr(at, comma - at), at);
    if (!step) return tl::unexpected(step.error());
    if (tone.steps.size() == most_steps) return fail(Module::Config, "a tone has too many elements", at);
    tone.steps.push_back(*step);
    at = comma + 1;
  }
  // What stands behind one that lasts for ever is never heard: a mistake.
  for (std::size_t i = 0; i + 1 < tone.steps.size(); ++i)
    if (tone.steps[i].duration == milliseconds(0))
      return fail(Module::Config, "only the last element of a tone may last for ever");
  return tone;
}

std::string to_text(const CallTone& tone) {
  std::string out;
  for (const ToneStep& step : tone.steps) {
    if (!out.empty()) out += ',';
    if (step.once) out += '!';
    std::string chord;
    for (const auto hz : step.hz)
      if (hz != 0) chord.append(chord.empty() ? "" : "+").append(std::to_string(hz));
    out += chord.empty() ? "0" : chord;
    out += '/' + std::to_string(step.duration.count());
  }
  return out;
}

}  // namespace offhook::config
