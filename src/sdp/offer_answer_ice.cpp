// Candidates in offers and answers of a full ICE agent: RFC 8839 §4.3, §4.4.
#include <algorithm>
#include <utility>

#include "negotiation.hpp"
#include "sdp/offer_answer.hpp"

namespace offhook::sdp {
namespace {

bool same_names(const IceSide& a, const IceSide& b) { return a.ufrag == b.ufrag && a.password == b.password; }

// As it was said when it was chosen, where it was.
IceCandidate candidate_at(const LocalAudio& local, std::uint16_t component, const Endpoint& address) {
  const auto is_it = [&](const IceCandidate& c) { return c.component == component && c.address == address; };
  if (local.choice)
    if (const auto found = std::ranges::find_if(local.choice->local, is_it); found != local.choice->local.end())
      return *found;
  return candidate_at(local.candidates->candidates, component, address);
}

// c=, m= and a=rtcp name the first candidate of each component.
void name_default(LocalAudio& local, const IceSide& side) {
  const auto first = [&](std::uint16_t component) -> std::optional<Endpoint> {
    const auto found = std::ranges::find(side.candidates, component, &IceCandidate::component);
    return found == side.candidates.end() ? std::nullopt : std::optional(found->address);
  };
  local.rtp = first(1).value_or(local.rtp);
  local.rtcp = first(2);
  const Endpoint above{local.rtp.address, static_cast<std::uint16_t>(local.rtp.port + 1)};
  if (local.rtcp == above) local.rtcp.reset();
}

}  // namespace

// Names of ours that are in use stay as long as the peer's do; `theirs` is null in an offer.
IceSide Session::own_candidates(const LocalAudio& local, const IceSide* theirs) const {
  IceSide out = *local.candidates;
  const IceExchange* known = negotiated_ && negotiated_->checks ? &*negotiated_->checks : nullptr;
  const bool anew = theirs == nullptr ? local.restart_ice : known == nullptr || !same_names(*theirs, known->remote);
  if (known != nullptr && !anew) {
    out.ufrag = known->local.ufrag;
    out.password = known->local.password;
  }
  return out;
}

void Session::offer_candidates(const LocalAudio& local, AudioLines& audio) {
  offered_candidates_.reset();
  if (!local.candidates || (negotiated_ && !spoke_ice_)) return;  // the peer has none
  IceSide side = own_candidates(local, nullptr);
  if (local.choice && local.choice->local_ufrag == side.ufrag) {
    side.candidates = local.choice->local;
    if (local.choice->controlling) side.remote = local.choice->remote;
    name_default(offered_, side);
  }
  audio.ice = false;
  // Who offers rtcp-mux for the first time does not know yet whether it is taken (RFC 5761 §5.1.3).
  audio.candidates = ice_lines(side, negotiated_ && negotiated_->rtcp_mux ? 1 : 2);
  offered_candidates_ = std::make_shared<const IceSide>(std::move(side));
}

void Session::answer_candidates(const SessionDescription& offer, const Media& m, LocalAudio& local, AudioLines& audio,
                                Negotiated& negotiated) {
  IceReading reading = read_ice_side(offer, m);
  if (!reading.side) {
    if (!reading.mismatch) return;
    audio.ice = false;  // nor do we check as a lite agent
    audio.candidates = "a=ice-mismatch\r\n";
    negotiated.ice.reset();
    return;
  }
  IceSide& theirs = *reading.side;
  IceSide side = own_candidates(local, &theirs);
  const bool goes_on = negotiated_ && negotiated_->checks && same_names(side, negotiated_->checks->local);
  if (goes_on && !theirs.remote.empty()) {
    // §4.4.2: what the peer has chosen, which our own checks may not have come to yet.
    side.candidates.clear();
    for (std::size_t i = 0; i < theirs.remote.size(); ++i)
      side.candidates.push_back(candidate_at(local, static_cast<std::uint16_t>(i + 1), theirs.remote[i]));
    name_default(local, side);
  } else if (local.choice && local.choice->local_ufrag == side.ufrag) {
    side.candidates = local.choice->local;
    name_default(local, side);
  }
  audio.ice = false;
  negotiated.ice.reset();
  const IceExchange exchange{std::move(side), std::move(theirs), false};
  audio.candidates = ice_lines(exchange.local, ice_components(exchange, negotiated.rtcp_mux));
  negotiated.checks = agree_candidates(exchange);
}

// What has not changed is the same value; who offers later does not matter any more (RFC 8445 §6.1.1).
std::shared_ptr<const IceExchange> Session::agree_candidates(IceExchange exchange) {
  if (negotiated_ && negotiated_->checks) {
    const IceExchange& known = *negotiated_->checks;
    exchange.offered_by_us = known.offered_by_us;
    if (exchange == known) return negotiated_->checks;
  }
  return std::make_shared<const IceExchange>(std::move(exchange));
}

}  // namespace offhook::sdp
