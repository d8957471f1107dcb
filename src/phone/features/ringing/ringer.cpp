#include "features/ringing/ringer.hpp"

#include <algorithm>
#include <optional>

#include "base/ascii.hpp"
#include "line.hpp"
#include "media/ringer.hpp"

namespace offhook::phone::ringing {
namespace {

constexpr int kBellcorePatterns = 5;

// The number right behind `word`, wherever it stands: "Bellcore-dr3", "MyMelody2".
std::optional<int> number_behind(std::string_view lower, std::string_view word) {
  const std::size_t at = lower.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view digits = lower.substr(at + word.size());
  digits = digits.substr(0, std::min(digits.find_first_not_of("0123456789"), digits.size()));
  return parse_number<int>(digits);
}

// "1" to "10", or a name. A name that is not built in may be a file that somebody has brought.
std::string ringer_named(std::string_view value) {
  const auto number = parse_number<int>(value);
  return std::string(number ? media::ringer_of_number(*number) : value);
}

std::string of_url(std::string_view value, const config::RingerConfig& config) {
  const std::size_t begin = value.find('<'), end = value.find('>');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
  std::string_view url = value.substr(begin + 1, end - begin - 1);
  url = url.substr(0, std::min(url.find_first_of(";?"), url.size()));
  const std::string_view name = url.substr(url.rfind('/') + 1);
  const bool known = media::is_ringer(name) || std::ranges::find(config.files, name) != config.files.end();
  return known && iequals(name.substr(name.size() - std::min<std::size_t>(4, name.size())), ".wav") ? std::string(name)
                                                                                                    : std::string();
}

std::string of_text(std::string_view value, const config::RingerConfig& config) {
  const std::string lower = to_lower(value);
  std::size_t at = lower.find("info=");
  if (at == std::string::npos) return {};
  std::string_view text = value.substr(at + 5);
  text = trim(text.substr(0, std::min(text.find_first_of(";,"), text.size())));
  if (text.size() > 1 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  for (const auto& rule : config.alert_info)
    if (!rule.text.empty() && iequals(rule.text, text)) return ringer_named(rule.ringer);
  return {};
}

std::string of_keyword(std::string_view value, const config::RingerConfig& config) {
  const std::string lower = to_lower(value);
  if (const auto number = number_behind(lower, "bellcore-dr")) {
    if (config.bellcore_patterns && *number >= 1 && *number <= kBellcorePatterns)
      return "Bellcore-dr" + std::to_string(*number);
    return std::string(media::ringer_of_number(*number));
  }
  for (const std::string_view word : {"ringtone-", "mymelody"})
    if (const auto number = number_behind(lower, word)) return std::string(media::ringer_of_number(*number));
  return {};
}

}  // namespace

std::string ringer_of(std::string_view alert_info, const Line& line, const config::RingerConfig& config) {
  std::string out;
  if (!alert_info.empty()) {
    if (line.alert_info_url) out = of_url(alert_info, config);
    if (out.empty()) out = of_text(alert_info, config);
    if (out.empty()) out = of_keyword(alert_info, config);
  }
  if (out.empty() && !iequals(line.ring_type, "Common")) out = line.ring_type;
  if (out.empty()) out = config.ring_type;
  return out.empty() ? std::string(media::ringer_of_number(1)) : out;
}

}  // namespace offhook::phone::ringing
