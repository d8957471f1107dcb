// NATs between two sides, for tests: what they make of a source, and whether they let something in (RFC 4787: address
// and port dependent filtering; mapping by source, or by source and destination).
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/endpoint.hpp"

namespace offhook::media {

enum class NatKind : std::uint8_t { None, Cone, Symmetric };

struct Nat {
  NatKind kind = NatKind::None;
  IpAddress address;
  std::map<Endpoint, std::uint16_t> ports;                          // Cone: by source
  std::map<std::pair<Endpoint, Endpoint>, std::uint16_t> per_peer;  // Symmetric: by source and destination
  std::map<std::uint16_t, Endpoint> inside;
  std::map<std::uint16_t, std::vector<Endpoint>> spoken_to;
  std::uint16_t next = 40'000;

  // The source as the world sees it.
  Endpoint out(const Endpoint& from, const Endpoint& to) {
    if (kind == NatKind::None) return from;
    std::uint16_t& port = kind == NatKind::Cone ? ports[from] : per_peer[{from, to}];
    if (port == 0) port = next++;
    inside[port] = from;
    auto& peers = spoken_to[port];
    if (std::ranges::find(peers, to) == peers.end()) peers.push_back(to);
    return {address, port};
  }
  // Where it goes behind the NAT; nothing: it is lost.
  [[nodiscard]] std::optional<Endpoint> in(const Endpoint& from, const Endpoint& to) const {
    if (kind == NatKind::None) return to;
    const auto found = inside.find(to.port);
    if (found == inside.end() || to.address != address) return std::nullopt;
    const auto& peers = spoken_to.at(to.port);
    return std::ranges::find(peers, from) == peers.end() ? std::nullopt : std::optional(found->second);
  }
};

}  // namespace offhook::media
