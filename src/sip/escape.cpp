// %HEX HEX, there and back. RFC 3261 §19.1.2, §25.1.
#include "escaped.hpp"
#include "sip/uri.hpp"

namespace offhook::sip {
namespace {

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
    const int octet = escaped_octet(text, i);
    if (octet < 0) {
      out += text[i];
    } else {
      out += static_cast<char>(octet);
      i += 2;
    }
  }
  return out;
}

// unreserved and user-unreserved
std::string escape_user(std::string_view text) { return escape(text, "-_.!~*'()&=+$,;?/"); }
// unreserved and param-unreserved
std::string escape_param(std::string_view text) { return escape(text, "-_.!~*'()[]/:&+$"); }
// unreserved and hnv-unreserved
std::string escape_header(std::string_view text) { return escape(text, "-_.!~*'()[]/?:+$"); }

}  // namespace offhook::sip
