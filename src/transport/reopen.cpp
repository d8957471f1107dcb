#include "transport/reopen.hpp"

#include <algorithm>
#include <memory>

#include "base/ascii.hpp"

namespace offhook::transport {
namespace {

enum class Scope : std::uint8_t { Host, Link, Site, Global };

IpAddress without_mapping(const IpAddress& address) {
  const auto& b = address.bytes();
  const bool is_mapped = address.is_v6() &&
                         std::all_of(b.begin(), b.begin() + 10, [](auto byte) { return byte == 0; }) && b[10] == 0xff &&
                         b[11] == 0xff;
  return is_mapped ? IpAddress::v4(b[12], b[13], b[14], b[15]) : address;
}

// RFC 1918, 3927, 4193, 4291, 6598.
Scope scope_of(const IpAddress& address) {
  const auto& b = address.bytes();
  if (address.is_loopback() || address.is_unspecified()) return Scope::Host;
  if (address.is_v6()) {
    if (b[0] == 0xfe && (b[1] & 0xc0U) == 0x80) return Scope::Link;
    return (b[0] & 0xfeU) == 0xfc ? Scope::Site : Scope::Global;
  }
  if (b[0] == 0) return Scope::Host;
  if (b[0] == 169 && b[1] == 254) return Scope::Link;
  const bool is_private = b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0U) == 16) || (b[0] == 192 && b[1] == 168) ||
                          (b[0] == 100 && (b[1] & 0xc0U) == 64);
  return is_private ? Scope::Site : Scope::Global;
}

}  // namespace

std::optional<Reopened> reopen(const sip::Via& top, const Flow& lost) {
  if (lost.protocol != Protocol::Tcp && lost.protocol != Protocol::Tls) return std::nullopt;
  const auto port = top.port.value_or(default_port(lost.protocol));
  auto name = to_lower(top.host);
  if (name.ends_with('.')) name.pop_back();
  if (port == 0 || name.empty() || name == "invalid" || name.ends_with(".invalid")) return std::nullopt;

  // The source of a connection is what `received` says, and cannot be made up.
  Reopened out{{lost.protocol, {lost.remote.address, port}}, std::nullopt};
  if (IpAddress::parse(name)) return out;
  out.then = Destination{name, top.port, lost.protocol, false};
  if (is_secure(lost.protocol)) out.first.server_name = std::make_shared<const std::string>(std::move(name));
  return out;
}

bool is_no_nearer(const IpAddress& target, const IpAddress& source) {
  const IpAddress plain = without_mapping(target);
  return !plain.is_multicast() && !plain.is_unspecified() && scope_of(plain) >= scope_of(without_mapping(source));
}

}  // namespace offhook::transport
