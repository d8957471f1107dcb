#include "config/cfg_file.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace offhook::config {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

// Blanks inside a line; CR and LF never get here.
std::string_view trim_blanks(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

// Length of the UTF-8 sequence in front (RFC 3629), 0 when it is none: no overlong forms, surrogates or above U+10FFFF.
std::size_t utf8_length(std::string_view s) {
  const auto at = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u; };
  const auto tail = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
      if ((at(i) & 0xC0u) != 0x80u) return false;
    return true;
  };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1, 2) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if ((lead == 0xE0 && at(1) < 0xA0) || (lead == 0xED && at(1) > 0x9F)) return 0;
    return tail(1, 3) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if ((lead == 0xF0 && at(1) < 0x90) || (lead == 0xF4 && at(1) > 0x8F)) return 0;
    return tail(1, 4) ? 4 : 0;
  }
  return 0;
}

std::string hex_byte(char c) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  return {'0', 'x', kHex[byte >> 4u], kHex[byte & 15u]};
}

// What a line must not hold, as text; empty when it is fine. Everything behind the reader may rely on clean UTF-8.
std::string bad_bytes(std::string_view line) {
  if (line.size() > kMaxCfgLine)
    return "line of " + std::to_string(line.size()) + " bytes; at most " + std::to_string(kMaxCfgLine) + " are read";
  for (std::size_t i = 0; i < line.size();) {
    const char c = line[i];
    const std::string column = " at column " + std::to_string(i + 1);
    if (c == '\0') return "NUL byte" + column;
    if ((c >= 0 && c < 0x20 && c != '\t') || c == 0x7F) return "control character " + hex_byte(c) + column;
    const auto length = utf8_length(line.substr(i));
    if (length == 0) return "byte " + hex_byte(c) + " is not UTF-8" + column;
    i += length;
  }
  return {};
}

class Reader {
 public:
  Reader(std::string_view file_name, std::string_view bytes) : rest_(bytes) { read_.file.name = file_name; }

  CfgRead run() {
    if (rest_.size() > kMaxCfgBytes) {
      add(0,
          "file of " + std::to_string(rest_.size()) + " bytes; at most " + std::to_string(kMaxCfgBytes) + " are read");
      return std::move(read_);
    }
    read_.accepted = header();
    while (!rest_.empty()) {
      const auto line = next_line();
      if (line_ != 1 || !read_.accepted) body_line(line);
    }
    return std::move(read_);
  }

 private:
  std::string_view next_line() {
    ++line_;
    const auto end = std::min(rest_.find('\n'), rest_.size());
    auto line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  // Looks at the first line without taking it, so that a file without header is still linted from its first line on.
  bool header() {
    auto first = rest_.substr(0, rest_.find('\n'));
    if (first.ends_with('\r')) first.remove_suffix(1);
    if (first == kCfgHeader) return true;
    std::string why = "the first line must be exactly " + std::string(kCfgHeader);
    if (rest_.empty()) {
      why += "; the file is empty";
    } else if (first.starts_with(kUtf8Mark)) {
      why += "; the file begins with a UTF-8 byte order mark";
      rest_.remove_prefix(kUtf8Mark.size());
    } else if (first.starts_with("\xFF\xFE") || first.starts_with("\xFE\xFF")) {
      why += "; the file is UTF-16";
      rest_ = {};  // nothing in it can be read
    } else if (trim_blanks(first) == kCfgHeader) {
      why += "; there are blanks around it";
    } else if (first.starts_with("#!version:")) {
      why += "; it names another version";
    }
    add(1, std::move(why));
    return false;
  }

  void body_line(std::string_view line) {
    if (std::string bad = bad_bytes(line); !bad.empty()) return add(line_, std::move(bad));
    line = trim_blanks(line);
    if (line.empty() || line.front() == '#') return;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return add(line_, "expected \"name = value\", there is no \"=\"");
    const auto name = trim_blanks(line.substr(0, equals));
    if (name.empty()) return add(line_, "expected \"name = value\", there is no name in front of \"=\"");
    entry(name, trim_blanks(line.substr(equals + 1)));
  }

  void entry(std::string_view name, std::string_view value) {
    constexpr std::string_view kStatic = "static.";
    CfgEntry out;
    out.line = line_;
    out.is_static = name.starts_with(kStatic);
    out.name = out.is_static ? name.substr(kStatic.size()) : name;
    if (value == kCfgNull) {
      out.kind = CfgValue::Null;
    } else if (value.empty()) {
      out.kind = CfgValue::Blank;
    } else {
      out.value = value;
    }
    read_.file.entries.push_back(std::move(out));
  }

  void add(std::uint32_t line, std::string text) {
    if (read_.findings.size() == kMaxCfgFindings) return;
    if (read_.findings.size() + 1 == kMaxCfgFindings) text = "more lines cannot be read; further findings are left out";
    read_.findings.push_back({Severity::Error, read_.file.name, line, std::move(text)});
  }

  CfgRead read_;
  std::string_view rest_;
  std::uint32_t line_ = 0;
};

}  // namespace

CfgRead read_cfg(std::string_view file_name, std::string_view bytes) { return Reader(file_name, bytes).run(); }

Checked<CfgFile> load_cfg(std::string_view file_name, std::string_view bytes) {
  CfgRead read = read_cfg(file_name, bytes);
  for (const Finding& finding : read.findings) {
    const std::string line = finding.line == 0 ? "" : ":" + std::to_string(finding.line);
    if (finding.severity == Severity::Error) return complain(finding.text, finding.file + line);
  }
  return std::move(read.file);
}

}  // namespace offhook::config
