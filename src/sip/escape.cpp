// %HEX HEX, there and back. RFC 3261 §19.1.2, §25.1.
#include "scan.hpp"
#include "sip/uri.hpp"

namespace offhook::sip {
namespace {

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string escape(std::string_view text, std::string_view allowed) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (is_alpha(c) || is_digit(c) || allowed.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kHex[octet >> 4U];
      out += kHex[octet & 15U];
    }
  }
  return out;
}

}  // namespace

std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool room = text[i] == '%' && i + 2 < text.size();
    const int high = room ? hex_value(text[i + 1]) : -1;
    const int low = room ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      out += text[i];
    } else {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

// unreserved and user-unreserved
std::string escape_user(std::string_view text) { return escape(text, "-_.!~*'()&=+$,;?/"); }
// unreserved and hnv-unreserved
std::string escape_header(std::string_view text) { return escape(text, "-_.!~*'()[]/?:+$"); }

}  // namespace offhook::sip
