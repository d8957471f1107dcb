#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "base/utf8.hpp"
#include "base/wall_text.hpp"

namespace offhook {
namespace {

constexpr std::array<std::string_view, 4> kLevels{"error", "warning", "info", "debug"};
constexpr std::array<std::string_view, 3> kFormats{"text", "json", "logfmt"};
constexpr std::size_t kLongest = 1024;  // bytes of one text

template <class E, std::size_t N>
std::optional<E> parse(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto found = std::ranges::find(names, text);
  return found == names.end() ? std::nullopt : std::optional(static_cast<E>(found - names.begin()));
}

// How many octets the character at the front has; 0 where it is none.
std::size_t character(std::string_view text) {
  for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size)
    if (is_utf8(text.substr(0, size))) return size;
  return 0;
}

// As in a JSON string, without its quotation marks.
std::string escape(std::string_view text, bool escapes_quotes) {
  std::string out;
  const bool is_long = text.size() > kLongest;
  text = text.substr(0, kLongest);
  while (!text.empty()) {
    const char c = text.front();
    std::size_t size = 1;
    if ((c == '"' || c == '\\') && escapes_quotes) {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      out += code;
    } else if (const std::size_t octets = character(text); octets != 0) {
      size = octets;
      out += text.substr(0, octets);
    } else {
      out += "\xEF\xBF\xBD";
    }
    text.remove_prefix(size);
  }
  return is_long ? out + "\xE2\x80\xA6" : out;
}

std::string quoted(std::string_view text) { return '"' + escape(text, true) + '"'; }

// logfmt: quotation marks only where they are wanted.
std::string plain(std::string_view text) {
  const bool is_plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < '\x7f' && c != '"' && c != '=' && c != '\\';
  });
  return is_plain && text.size() <= kLongest ? std::string(text) : quoted(text);
}

std::string json_line(WallTime time, const LogEvent& event) {
  std::string out = "{\"time\":\"" + wall_text(time) + "\",\"level\":" + quoted(text_of(event.level)) +
                    ",\"area\":" + quoted(event.area) + ",\"message\":" + quoted(event.message);
  for (const auto& [name, value] : event.fields)
    if (!value.empty()) out += ',' + quoted(name) + ':' + quoted(value);
  return out + '}';
}

std::string logfmt_line(WallTime time, const LogEvent& event) {
  std::string out = "time=" + wall_text(time) + " level=" + std::string(text_of(event.level)) +
                    " area=" + plain(event.area) + " message=" + plain(event.message);
  for (const auto& [name, value] : event.fields)
    if (!value.empty()) out.append(" ").append(name).append("=").append(plain(value));
  return out;
}

std::string text_line(WallTime time, const LogEvent& event) {
  std::string out = wall_text(time) + ' ' + std::string(text_of(event.level)) + ' ' + std::string(event.area) + ": " +
                    escape(event.message, false);
  std::string about;
  for (const auto& [name, value] : event.fields)
    if (!value.empty()) about += (about.empty() ? "" : ", ") + std::string(name) + ' ' + escape(value, false);
  return about.empty() ? out : out + " (" + about + ')';
}

}  // namespace

std::string_view text_of(LogLevel level) { return kLevels.at(static_cast<std::size_t>(level)); }
std::optional<LogLevel> parse_log_level(std::string_view text) { return parse<LogLevel>(kLevels, text); }
std::optional<LogFormat> parse_log_format(std::string_view text) { return parse<LogFormat>(kFormats, text); }

std::string log_line(LogFormat format, WallTime time, const LogEvent& event) {
  switch (format) {
    case LogFormat::Json: return json_line(time, event);
    case LogFormat::Logfmt: return logfmt_line(time, event);
    case LogFormat::Text: break;
  }
  return text_line(time, event);
}

}  // namespace offhook
