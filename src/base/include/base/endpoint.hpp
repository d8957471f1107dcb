// An IP address and port as a value, without a socket header. io converts to and from sockaddr.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace offhook {

// IPv4 or IPv6 address. Ordering and equality are by family and bytes.
class IpAddress {
 public:
  constexpr IpAddress() = default;  // 0.0.0.0
  static constexpr IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    IpAddress out;
    out.bytes_ = {a, b, c, d};
    return out;
  }
  static constexpr IpAddress v6(const std::array<std::uint8_t, 16>& bytes) {
    IpAddress out;
    out.bytes_ = bytes;
    out.is_v6_ = true;
    return out;
  }
  static constexpr IpAddress loopback() { return v4(127, 0, 0, 1); }

  // "192.0.2.1", "2001:db8::1" or "[2001:db8::1]"; nothing for anything else (host names, zones, ports).
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] bool is_v6() const { return is_v6_; }
  [[nodiscard]] bool is_unspecified() const { return *this == (is_v6_ ? v6({}) : IpAddress{}); }
  [[nodiscard]] bool is_loopback() const;
  [[nodiscard]] bool is_multicast() const { return is_v6_ ? bytes_[0] == 0xff : bytes_[0] >= 224 && bytes_[0] < 240; }
  // The first 4 bytes count for IPv4.
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  [[nodiscard]] std::string text() const;      // 192.0.2.1, 2001:db8::1 (RFC 5952)
  [[nodiscard]] std::string uri_host() const;  // 192.0.2.1, [2001:db8::1]

  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  bool is_v6_ = false;
  std::array<std::uint8_t, 16> bytes_{};
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  // "192.0.2.1:5060", "[::1]:5060"; with a default port also without ":port".
  [[nodiscard]] static std::optional<Endpoint> parse(std::string_view text,
                                                     std::optional<std::uint16_t> default_port = std::nullopt);
  [[nodiscard]] std::string text() const;
  friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace offhook

template <>
struct std::hash<offhook::Endpoint> {
  std::size_t operator()(const offhook::Endpoint& endpoint) const noexcept;
};
