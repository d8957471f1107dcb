#include "sdp/ice_side.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "sdp/ice.hpp"
#include "sdp/rtcp.hpp"

namespace offhook::sdp {
namespace {

constexpr std::array<std::string_view, 4> kTypes{"host", "prflx", "srflx", "relay"};
constexpr std::array<std::uint32_t, 4> kTypePreferences{126, 110, 100, 0};
constexpr std::size_t kMostCandidates = 32;   // of a peer: further ones are not tried
constexpr std::string_view kReflexive = "9";  // the foundation of candidates that only the peer knows
constexpr std::uint16_t kDiscard = 9, kComponents = 2;

std::optional<IceType> type_of(std::string_view text) {
  for (std::size_t i = 0; i < kTypes.size(); ++i)
    if (iequals(kTypes[i], text)) return static_cast<IceType>(i);
  return std::nullopt;
}

std::optional<IceCandidate> own(const Candidate& candidate) {
  const auto address = IpAddress::parse(candidate.address);
  const auto type = type_of(candidate.type);
  if (!address || !type || candidate.port == 0 || !iequals(candidate.transport, "UDP")) return std::nullopt;
  IceCandidate out;
  out.foundation = candidate.foundation;
  out.component = candidate.component;
  out.priority = candidate.priority;
  out.address = {*address, candidate.port};
  out.type = *type;
  return out;
}

// a=remote-candidates:<component> <address> <port> …
std::vector<Endpoint> remote_candidates(const Media& m) {
  std::vector<Endpoint> out;
  const auto line = m.attribute("remote-candidates");
  if (!line) return out;
  std::string_view rest = line->value;
  for (std::uint16_t component = 1; component <= kComponents && !rest.empty(); ++component) {
    const auto number = parse_number<std::uint16_t>(next_word(rest));
    const auto address = IpAddress::parse(next_word(rest));
    const auto port = parse_number<std::uint16_t>(next_word(rest));
    if (number != component || !address || !port || *port == 0) break;
    out.push_back({*address, *port});
  }
  return out;
}

bool says(std::string_view options, std::string_view tag) {
  while (!options.empty())
    if (next_word(options) == tag) return true;
  return false;
}

bool speaks_ice2(const SessionDescription& description, const Media& m) {
  const auto own_line = m.attribute("ice-options"), line = description.session().attribute("ice-options");
  return (own_line && says(own_line->value, "ice2")) || (line && says(line->value, "ice2"));
}

bool is_candidate(const IceSide& side, std::uint16_t component, const Endpoint& address) {
  return std::ranges::any_of(side.candidates, [&](const IceCandidate& candidate) {
    return candidate.component == component && candidate.address == address;
  });
}

bool has_rtcp(const IceSide& side) {
  return std::ranges::any_of(side.candidates, [](const IceCandidate& c) { return c.component == 2; });
}

bool none_yet(const Endpoint& address) { return address.address.is_unspecified() || address.port == kDiscard; }

bool is_mismatch(const SessionDescription& description, const Media& m, const IceSide& side) {
  const auto connection = description.connection_of(m);
  const auto address = connection ? connection->ip() : std::nullopt;
  if (!address) return false;  // a name: nothing to compare
  const Endpoint rtp{*address, m.port};
  if (none_yet(rtp)) return false;
  if (!is_candidate(side, 1, rtp)) return true;
  if (!has_rtcp(side) || m.has_attribute("rtcp-mux")) return false;
  const Endpoint rtcp = rtcp_endpoint(m, rtp);
  return rtcp.port != 0 && !none_yet(rtcp) && !is_candidate(side, 2, rtcp);
}

}  // namespace

std::uint32_t ice_priority(IceType type, std::uint16_t component, std::uint16_t local_preference) {
  return kTypePreferences[static_cast<std::size_t>(type)] << 24U | std::uint32_t{local_preference} << 8U |
         (256U - component);
}

// A peer that has named none yet will show itself.
IceCandidate candidate_at(const std::vector<IceCandidate>& ours, std::uint16_t component, const Endpoint& address) {
  const auto found = std::ranges::find_if(
      ours, [&](const IceCandidate& c) { return c.component == component && c.address == address; });
  if (found != ours.end()) return *found;
  IceCandidate out;
  out.foundation = kReflexive;
  out.component = component;
  out.priority = ice_priority(IceType::PeerReflexive, component);
  out.address = address;
  out.type = IceType::PeerReflexive;
  for (const IceCandidate& c : ours)
    if (c.component == component && c.type == IceType::Host) out.related = c.address;
  return out;
}

std::uint16_t ice_components(const IceExchange& exchange, bool rtcp_mux) {
  const bool theirs = exchange.remote.candidates.empty() || has_rtcp(exchange.remote);
  return !rtcp_mux && has_rtcp(exchange.local) && theirs ? 2 : 1;
}

std::string ice_lines(const IceSide& side, std::uint16_t components) {
  std::string out = "a=ice-ufrag:" + side.ufrag + "\r\na=ice-pwd:" + side.password + "\r\na=ice-options:ice2\r\n";
  for (const IceCandidate& each : side.candidates) {
    if (each.component > components) continue;
    const std::string address = each.address.address.text();
    const std::string related = each.related ? each.related->address.text() : std::string{};
    Candidate line;
    line.foundation = each.foundation;
    line.component = each.component;
    line.priority = each.priority;
    line.address = address;
    line.port = each.address.port;
    line.type = kTypes[static_cast<std::size_t>(each.type)];
    line.related_address = related;
    line.related_port = each.related ? each.related->port : std::uint16_t{0};
    out += "a=candidate:" + line.text() + "\r\n";
  }
  std::string chosen;
  for (std::size_t i = 0; i < side.remote.size() && i < components; ++i) {
    if (i != 0) chosen += ' ';
    chosen += std::to_string(i + 1) + ' ' + side.remote[i].address.text() + ' ' + std::to_string(side.remote[i].port);
  }
  if (!chosen.empty()) out += "a=remote-candidates:" + chosen + "\r\n";
  return out;
}

IceReading read_ice_side(const SessionDescription& description, const Media& m) {
  const auto credentials = ice_credentials(description, m);
  if (!credentials || m.has_attribute("ice-mismatch")) return {};
  IceSide out;
  out.ufrag = credentials->ufrag;
  out.password = credentials->password;
  out.lite = description.session().has_attribute("ice-lite");
  out.ice2 = speaks_ice2(description, m);
  std::size_t said = 0;
  for (const auto& attribute : m.attributes("candidate")) {
    if (++said > kMostCandidates) break;
    const auto candidate = Candidate::parse(attribute.value);
    if (!candidate) continue;
    if (auto kept = own(*candidate)) out.candidates.push_back(std::move(*kept));
  }
  out.remote = remote_candidates(m);
  if (is_mismatch(description, m, out)) return {std::nullopt, true};
  return {std::move(out), false};
}

}  // namespace offhook::sdp
