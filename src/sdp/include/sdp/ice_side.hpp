// What one side of a stream says of ICE (RFC 8839), as a value of its own: it outlives the description that it came in.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "sdp/session_description.hpp"

namespace offhook::sdp {

enum class IceType : std::uint8_t { Host, PeerReflexive, ServerReflexive, Relayed };

// Over UDP, with a numeric address: names (mDNS) and TCP are passed over when a description is read.
struct IceCandidate {
  std::string foundation;
  std::uint16_t component = 1;  // 1 RTP, 2 RTCP
  std::uint32_t priority = 0;
  Endpoint address;
  IceType type = IceType::Host;
  std::optional<Endpoint> related{};  // of a reflexive one of ours: its base
  friend bool operator==(const IceCandidate&, const IceCandidate&) = default;
};

struct IceSide {
  std::string ufrag, password;
  bool lite = false;
  bool ice2 = true;  // speaks as RFC 8445 has it, not as RFC 5245 did
  std::vector<IceCandidate> candidates;
  // What it says of the other side (a=remote-candidates): whom it has chosen, by component from 1 on.
  std::vector<Endpoint> remote{};
  friend bool operator==(const IceSide&, const IceSide&) = default;
};

// The candidate of that component at `address`; where `ours` names none, the peer-reflexive one that it is then (RFC
// 8445 §7.2.5.3.1).
[[nodiscard]] IceCandidate candidate_at(const std::vector<IceCandidate>& ours, std::uint16_t component,
                                        const Endpoint& address);

// Both sides, where both speak it.
struct IceExchange {
  IceSide local, remote;
  bool offered_by_us = false;
  friend bool operator==(const IceExchange&, const IceExchange&) = default;
};

// How many components are checked: RTCP is one where both have candidates for it, and it has a port of its own.
[[nodiscard]] std::uint16_t ice_components(const IceExchange& exchange, bool rtcp_mux);

// A pair for each component that checks have come to. It is that of one exchange, which the name of our side tells.
struct IceChoice {
  std::string local_ufrag;
  bool controlling = false;         // we have chosen
  std::vector<IceCandidate> local;  // as the peer sees us, by component from 1 on
  std::vector<Endpoint> remote;
  friend bool operator==(const IceChoice&, const IceChoice&) = default;
};

// RFC 8445 §5.1.2.1 with the preferences that §5.1.2.2 recommends; `local_preference` 65535 where there is one address.
[[nodiscard]] std::uint32_t ice_priority(IceType type, std::uint16_t component, std::uint16_t local_preference = 65535);

// The "a=…" lines of the medium, each with its CRLF; those of components above `components` are left out.
[[nodiscard]] std::string ice_lines(const IceSide& side, std::uint16_t components = 2);

// What `m` says. Nothing: no ICE, or none that counts, for the address that c= and m= (or a=rtcp, where there is a
// second component) name is none of the candidates: somebody between has changed it, and means to be sent to (ICE
// mismatch, RFC 8839 §4.2.5). No address yet (0.0.0.0, port 9) and names are none.
struct IceReading {
  std::optional<IceSide> side;
  bool mismatch = false;
};
[[nodiscard]] IceReading read_ice_side(const SessionDescription& description, const Media& m);

}  // namespace offhook::sdp
