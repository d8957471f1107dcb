#include "sip/text.hpp"

#include "scan.hpp"

namespace offhook::sip {
namespace {

unsigned octet(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

// Length of the well-formed sequence at the front of `text`, 0 when there is none. RFC 3629 §4: the second octet's
// range is narrower behind E0, ED, F0 and F4, and that is all that overlong forms and surrogates need.
std::size_t sequence_length(std::string_view text) {
  if (text.empty()) return 0;
  const unsigned lead = octet(text, 0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xc2 && lead <= 0xdf   ? 2
                           : lead >= 0xe0 && lead <= 0xef ? 3
                           : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                          : 0;
  if (size == 0 || text.size() < size) return 0;
  const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (octet(text, 1) < low || octet(text, 1) > high) return 0;
  for (std::size_t i = 2; i < size; ++i)
    if ((octet(text, i) & 0xc0U) != 0x80) return 0;
  return size;
}

// LWS, or a visible character; octets beyond ASCII are checked by is_utf8.
bool is_text_char(char c) { return is_space(c) || static_cast<unsigned char>(c) > 0x20; }
bool is_plain(char c) { return is_text_char(c) && c != 0x7f; }
bool may_be_escaped(char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\r' && c != '\n'; }

}  // namespace

std::string to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t n = sequence_length(text);
    if (n == 0)
      out += "\xef\xbf\xbd";
    else
      out += text.substr(0, n);
    text.remove_prefix(n == 0 ? 1 : n);
  }
  return out;
}

std::string clean_text(std::string_view text) {
  std::string out = to_utf8(text);
  for (char& c : out)
    if (!is_plain(c) || c == '\r' || c == '\n') c = ' ';
  return out;
}

bool is_quoted_string(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  const std::string_view inner = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '\\') {
      ++i;
      if (i == inner.size() || !may_be_escaped(inner[i])) return false;
    } else if (inner[i] == '"' || !is_plain(inner[i])) {
      return false;
    }
  }
  return is_utf8(inner);
}

bool is_display_name(std::string_view text) {
  if (!text.empty() && text.front() == '"') return is_quoted_string(text);
  for (const char c : text)
    if (!is_token_char(c) && !is_space(c)) return false;
  return true;
}

bool is_text(std::string_view text) {
  for (const char c : text)
    if (!is_plain(c)) return false;
  return is_utf8(text);
}

Result<std::size_t> comment_length(std::string_view text) {
  if (text.empty() || text.front() != '(') return fail(Module::Sip, "no comment");
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(') {
      if (++depth > kCommentNesting) return fail(Module::Sip, "comments nested too deep", i);
    } else if (c == ')') {
      if (--depth > 0) continue;
      if (!is_utf8(text.substr(0, i))) return fail(Module::Sip, "comment is not UTF-8");
      return i + 1;
    } else if (c == '\\') {
      ++i;
      if (i == text.size() || !may_be_escaped(text[i])) return fail(Module::Sip, "bad escape in a comment", i);
    } else if (!is_plain(c)) {
      return fail(Module::Sip, "control character in a comment", i);
    }
  }
  return fail(Module::Sip, "comment does not end", text.size());
}

std::string comment_text(std::string_view comment) {
  if (comment.size() < 2 || comment.front() != '(' || comment.back() != ')') return std::string(comment);
  comment = comment.substr(1, comment.size() - 2);
  std::string out;
  out.reserve(comment.size());
  for (std::size_t i = 0; i < comment.size(); ++i) {
    if (comment[i] == '\\' && i + 1 < comment.size()) ++i;
    out += comment[i];
  }
  return out;
}

std::string comment(std::string_view text) {
  std::string out = "(";
  for (const char c : text) {
    if (c == '(' || c == ')' || c == '\\') out += '\\';
    out += is_plain(c) ? c : ' ';
  }
  out += ')';
  return out;
}

}  // namespace offhook::sip
