#include "base/endpoint.hpp"

#include <cstring>

#include "base/ascii.hpp"

namespace offhook {
namespace {

// Four decimal numbers of one to three digits.
std::optional<std::array<std::uint8_t, 4>> parse_v4(std::string_view text) {
  std::array<std::uint8_t, 4> out{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0;;) {
    unsigned value = 0, digits = 0;
    for (; at != end && is_digit(*at); ++at, ++digits) {
      if (digits == 3) return std::nullopt;
      value = value * 10 + static_cast<unsigned>(*at - '0');
    }
    if (digits == 0 || value > 255) return std::nullopt;
    out[i] = static_cast<std::uint8_t>(value);
    if (++i == 4) return at == end ? std::optional(out) : std::nullopt;
    if (at == end || *at++ != '.') return std::nullopt;
  }
}

std::optional<std::uint16_t> parse_group(std::string_view text) {
  std::uint16_t value = 0;
  if (text.empty() || text.size() > 4) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// RFC 3261's grammar writes a colon too many between "::" and an IPv4 tail; it has to be tolerated (RFC 5118 §4.10).
bool has_spare_colon(std::string_view rest) {
  return rest.starts_with(':') && rest.find(':', 1) == std::string_view::npos &&
         rest.find('.') != std::string_view::npos;
}

// RFC 4291 §2.2: eight groups, one "::", an IPv4 tail.
std::optional<std::array<std::uint8_t, 16>> parse_v6(std::string_view text) {
  std::array<std::uint8_t, 16> head{}, tail{};
  std::size_t head_size = 0, tail_size = 0;
  bool compressed = false;
  if (text.starts_with("::")) {
    compressed = true;
    text.remove_prefix(2);
  } else if (text.starts_with(':')) {
    return std::nullopt;
  }
  while (!text.empty()) {
    if (compressed && tail_size == 0 && has_spare_colon(text)) text.remove_prefix(1);
    auto& bytes = compressed ? tail : head;
    auto& size = compressed ? tail_size : head_size;
    const auto colon = text.find(':');
    const auto group = text.substr(0, colon);
    if (colon == std::string_view::npos && group.find('.') != std::string_view::npos) {
      const auto v4 = parse_v4(group);
      if (!v4 || size > 12) return std::nullopt;
      for (const auto byte : *v4) bytes[size++] = byte;
      text = {};
      break;
    }
    const auto value = parse_group(group);
    if (!value || size > 14) return std::nullopt;
    bytes[size++] = static_cast<std::uint8_t>(*value >> 8);
    bytes[size++] = static_cast<std::uint8_t>(*value & 0xff);
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;
    if (text.front() == ':') {
      if (compressed) return std::nullopt;
      compressed = true;
      text.remove_prefix(1);
    }
  }
  if (compressed ? head_size + tail_size > 14 : head_size != 16) return std::nullopt;
  for (std::size_t i = 0; i < tail_size; ++i) head[16 - tail_size + i] = tail[i];
  return head;
}

std::string v6_text(const std::array<std::uint8_t, 16>& bytes) {
  std::array<std::uint16_t, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = static_cast<std::uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
  std::size_t best = 8, best_length = 1;  // the longest run of two or more zero groups
  for (std::size_t i = 0; i < 8;) {
    std::size_t end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > best_length) best = i, best_length = end - i;
    i = end > i ? end : i + 1;
  }
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == best) {
      out += "::";
      i += best_length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    char digits[4];
    const auto end = std::to_chars(digits, digits + 4, groups[i], 16).ptr;
    out.append(digits, end);
  }
  return out;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (const auto bytes = parse_v4(text)) return v4((*bytes)[0], (*bytes)[1], (*bytes)[2], (*bytes)[3]);
  if (text.size() > 2 && text.front() == '[' && text.back() == ']')
    text = text.substr(1, text.size() - 2);
  else if (text.find(':') == std::string_view::npos)
    return std::nullopt;
  if (const auto bytes = parse_v6(text)) return v6(*bytes);
  return std::nullopt;
}

bool IpAddress::is_loopback() const {
  if (!is_v6_) return bytes_[0] == 127;
  for (std::size_t i = 0; i < 15; ++i)
    if (bytes_[i] != 0) return false;
  return bytes_[15] == 1;
}

std::string IpAddress::text() const {
  if (is_v6_) return v6_text(bytes_);
  char out[16];
  char* end = out;
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *end++ = '.';
    const unsigned value = bytes_[i];
    if (value >= 100) *end++ = static_cast<char>('0' + value / 100);
    if (value >= 10) *end++ = static_cast<char>('0' + value / 10 % 10);
    *end++ = static_cast<char>('0' + value % 10);
  }
  return {out, end};
}

std::string IpAddress::uri_host() const { return is_v6_ ? "[" + text() + "]" : text(); }

std::optional<Endpoint> Endpoint::parse(std::string_view text, std::optional<std::uint16_t> default_port) {
  if (default_port)
    if (const auto address = IpAddress::parse(text)) return Endpoint{*address, *default_port};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto host = text.substr(0, colon);
  if (host.find(':') != std::string_view::npos && host.front() != '[') return std::nullopt;
  const auto address = IpAddress::parse(host);
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!address || !port) return std::nullopt;
  return Endpoint{*address, *port};
}

std::string Endpoint::text() const { return address.uri_host() + ":" + std::to_string(port); }

}  // namespace offhook

std::size_t std::hash<offhook::Endpoint>::operator()(const offhook::Endpoint& endpoint) const noexcept {
  std::uint64_t words[2];
  std::memcpy(words, endpoint.address.bytes().data(), sizeof words);
  // Each octet has its part in the low bits, which choose the bucket.
  const auto mixed = [](std::uint64_t x) {
    x = (x ^ x >> 32) * 0x9e3779b97f4a7c15ULL;
    return x ^ x >> 29;
  };
  return mixed(mixed(words[0] ^ std::uint64_t{endpoint.port} << 32) ^ words[1]);
}
