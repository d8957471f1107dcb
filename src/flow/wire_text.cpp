#include "flow/wire_text.hpp"

#include <algorithm>
#include <cstring>

#include "base/ascii.hpp"

namespace offhook::flow {
namespace {

constexpr std::string_view kSecretParameters[]{"response", "rspauth", "auts"};
constexpr std::string_view kInline = "inline:";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_word(char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; }

bool begins_with(const char* at, const char* end, std::string_view word) {
  return static_cast<std::size_t>(end - at) >= word.size() && iequals({at, word.size()}, word);
}

const char* skip_space(const char* at, const char* end) {
  while (at != end && is_space(*at)) ++at;
  return at;
}

// From `at` to what ends a value: a quotation mark where it began with one, else a comma, a semicolon or a blank. A
// quoted one without an end goes on to the end of the field.
char* hide_value(char* at, char* end) {
  const bool quoted = at != end && *at == '"';
  if (quoted) ++at;
  for (; at != end; ++at) {
    if (quoted ? *at == '"' : *at == ',' || *at == ';' || is_space(*at)) return at;
    if (quoted && *at == '\\' && at + 1 != end) *at++ = 'x';
    if (!is_space(*at)) *at = 'x';
  }
  return at;
}

// Whatever looks like one of the parameters, in quoted text as well: rather too much than too little.
void hide_parameters(char* at, char* end) {
  while (at != end) {
    const bool starts_word = is_word(*at);
    const auto* const known = std::ranges::find_if(
        kSecretParameters, [&](std::string_view name) { return starts_word && begins_with(at, end, name); });
    if (known != std::end(kSecretParameters)) {
      const char* const behind = skip_space(at + known->size(), end);
      if (behind != end && *behind == '=')
        at = hide_value(at + (skip_space(behind + 1, end) - at), end);
      else
        at += known->size();
      continue;
    }
    ++at;
    if (starts_word)
      while (at != end && is_word(*at)) ++at;
  }
}

void hide_credentials(char* at, char* end, bool has_scheme) {
  at += skip_space(at, end) - at;
  if (!has_scheme || begins_with(at, end, "digest")) return hide_parameters(at, end);
  while (at != end && !is_space(*at)) ++at;
  for (; at != end; ++at)
    if (!is_space(*at)) *at = 'x';
}

// a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^20|1:4 FEC_ORDER=FEC_SRTP;inline:…
void hide_keys(char* at, char* end) {
  while (true) {
    char* const found =
        std::search(at, end, kInline.begin(), kInline.end(), [](char a, char b) { return ascii_lower(a) == b; });
    if (found == end) return;
    at = found + kInline.size();
    for (; at != end && *at != '|' && *at != ';' && !is_space(*at); ++at) *at = 'x';
  }
}

// The user of the first URI: "x <sip:1001@host>" → 1001; "" where there is none, as in sip:host.
std::string_view user_of(std::string_view value) {
  bool quoted = false;
  std::size_t at = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && quoted)
      ++i;
    else if (value[i] == '"')
      quoted = !quoted;
    else if (value[i] == '<' && !quoted) {
      at = i + 1;
      break;
    }
  }
  value = trim(value.substr(at));
  const auto colon = value.find(':');
  if (colon == std::string_view::npos) return {};
  const bool tel = iequals(value.substr(0, colon), "tel");
  value = value.substr(colon + 1);
  const auto end = value.find_first_of(tel ? ";>" : "@>");
  if (!tel && (end == std::string_view::npos || value[end] != '@')) return {};
  const std::string_view user = value.substr(0, end);
  return tel ? user : user.substr(0, user.find(':'));  // without a password
}

class Pass {
 public:
  Pass(char* text, std::size_t size) : at_(text), end_(text + size) {}

  WireMarks run() {
    start_line();
    while (at_ != end_) line();
    return marks_;
  }

 private:
  [[nodiscard]] char* line_end() const {
    auto* const found = static_cast<char*>(std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_)));
    return found == nullptr ? end_ : found + 1;
  }
  // Behind the lines that belong to it, which begin with a blank.
  [[nodiscard]] char* field_end(char* end) const {
    while (end != end_ && (*end == ' ' || *end == '\t')) {
      auto* const found = static_cast<char*>(std::memchr(end, '\n', static_cast<std::size_t>(end_ - end)));
      end = found == nullptr ? end_ : found + 1;
    }
    return end;
  }

  void start_line() {
    while (at_ != end_ && (*at_ == '\r' || *at_ == '\n')) ++at_;
    if (at_ == end_) return;
    char* const end = line_end();
    const std::string_view line(at_, static_cast<std::size_t>(end - at_));
    const auto blank = line.find(' ');
    if (!line.starts_with("SIP/") && blank != std::string_view::npos) {
      const std::string_view rest = line.substr(blank + 1);
      marks_.request_user = user_of(rest.substr(0, rest.find(' ')));
    }
    at_ = end;
  }

  void line() {
    char* end = line_end();
    if (*at_ == '\r' || *at_ == '\n') {
      in_body_ = true;
      at_ = end;
      return;
    }
    if (in_body_ && begins_with(at_, end, "a=crypto:")) {
      hide_keys(at_, end);
    } else if (auto* const colon = static_cast<char*>(std::memchr(at_, ':', static_cast<std::size_t>(end - at_)))) {
      end = field_end(end);
      field(trim({at_, static_cast<std::size_t>(colon - at_)}), colon + 1, end);
    }
    at_ = end;
  }

  void field(std::string_view name, char* value, char* end) {
    switch (name.size()) {
      case 1:
      case 2:
      case 4:
      case 7: return mark(name, {value, static_cast<std::size_t>(end - value)});
      case 13:
        if (iequals(name, "authorization")) hide_credentials(value, end, true);
        return;
      case 19:
        if (iequals(name, "proxy-authorization"))
          hide_credentials(value, end, true);
        else if (iequals(name, "authentication-info"))
          hide_credentials(value, end, false);
        return;
      case 25:
        if (iequals(name, "proxy-authentication-info")) hide_credentials(value, end, false);
        return;
      default: return;
    }
  }

  // The first of each counts, and none in a body.
  void mark(std::string_view name, std::string_view value) {
    if (in_body_) return;
    const auto is = [&](std::string_view longer, std::string_view shorter) {
      return iequals(name, shorter) || iequals(name, longer);
    };
    if (is("call-id", "i")) {
      if (marks_.call_id.empty()) marks_.call_id = trim(value);
    } else if (is("from", "f")) {
      if (marks_.from_user.empty()) marks_.from_user = user_of(value);
    } else if (is("to", "t")) {
      if (marks_.to_user.empty()) marks_.to_user = user_of(value);
    }
  }

  char* at_;
  char* end_;
  bool in_body_ = false;
  WireMarks marks_;
};

}  // namespace

WireMarks mark_and_redact(char* text, std::size_t size) { return Pass(text, size).run(); }

std::string without_keys(std::string text) {
  char* const end = text.data() + text.size();
  for (char* at = text.data(); at != end;) {
    auto* const found = static_cast<char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    char* const line_end = found == nullptr ? end : found + 1;
    if (begins_with(at, line_end, "a=crypto:")) hide_keys(at, line_end);
    at = line_end;
  }
  return text;
}

}  // namespace offhook::flow
